"""What the home page shows of the texts."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from content.models import Region, Topic
from tests.content.pages import parsed
from tests.content.rules import make_rule
from tests.content.texts import make_article, make_faq, make_topic
from tests.factories import make_clinic, make_location

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clinic() -> None:
    make_clinic()
    make_location()


def test_before_anything_is_published_the_page_promises_nothing(client: Client) -> None:
    page = parsed(client.get("/"))

    headings = [words for _, words in page.headings]
    assert "Find your problem" in headings
    assert not {"Good to read first", "What people ask", "Important: Tell us first"} & {*headings}


def test_every_region_leads_to_its_problems(client: Client) -> None:
    addresses = parsed(client.get("/")).addresses

    assert [each for each in addresses if each.startswith("/conditions/?region=")] == [
        f"/conditions/?region={region.value}" for region in Region
    ]


def test_what_to_tell_us_first_is_said_group_by_group(client: Client) -> None:
    make_rule("blood-thinners", group="medicines-and-bleeding", order=1)
    make_rule("low-platelets", group="medicines-and-bleeding", order=2)
    make_rule("pregnancy", group="pregnancy", order=3)

    page = parsed(client.get("/"))

    assert "Medicines and bleeding: blood thinners; low platelets Pregnancy What" in page.words


def test_the_first_of_each_topic_comes_before_the_second_of_any(client: Client) -> None:
    for place, slug in enumerate(("basics", "safety", "sport")):
        topic = make_topic(slug)
        Topic.objects.filter(pk=topic.pk).update(order=place)
        for number in (1, 2):
            make_article(f"{slug}-{number}", title=f"{slug} {number}", order=number, topic=topic)
    make_article("for-us", title="For us", audience="professionals", order=0)

    headings = [words for level, words in parsed(client.get("/")).headings if level == 3]

    assert [each for each in headings if each.split(" ")[0] in {"basics", "safety", "sport"}] == [
        *("basics 1", "safety 1", "sport 1", "basics 2"),
    ]


def test_the_newest_that_came_at_once_keep_the_editors_order(client: Client) -> None:
    now, topic = timezone.now(), make_topic()
    for slug, hours, order in (
        *(("a", 1, 0), ("b", 1, 1), ("c", 1, 2), ("d", 1, 3)),
        *(("older", 3, 4), ("third", 2, 6), ("second", 2, 5), ("first", 1, 9)),
    ):
        publish_at = now - timedelta(hours=hours)
        make_article(slug, title=slug, order=order, topic=topic, publish_at=publish_at)

    links = [address for address in parsed(client.get("/")).addresses if "/articles/" in address]

    newest = [f"/articles/{slug}/" for slug in ("first", "second", "third")]
    assert [each for each in links if each in newest] == newest
    assert "/articles/older/" not in links


def test_questions_lead_to_their_answers(client: Client) -> None:
    make_faq()

    assert ("/faqs/#does-it-hurt", "Does it hurt?") in parsed(client.get("/")).links


def test_the_clinic_describes_itself_with_its_places(client: Client) -> None:
    thing = parsed(client.get("/")).thing("Physiotherapy")

    assert (thing["name"], thing["location"][0]["name"]) == (
        "Rowan Street Physiotherapy",
        "Riverside",
    )


def test_it_sets_no_cookie(client: Client) -> None:
    assert client.get("/").cookies == {}
