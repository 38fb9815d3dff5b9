"""An article: who stands behind it, its sources, what to read next, and the way to a visit."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from content.models import Article, Clinic
from tests.cast import NOW, make_staff
from tests.content.pages import parsed
from tests.content.texts import (
    make_article,
    make_condition,
    make_reference,
    make_reviewer,
    make_topic,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]

TODAY = NOW.date()
PATH = "/articles/afraid-of-needles/"


def make_editor() -> User:
    return make_staff("eva", "Eva", "Editor", group="Editor")


def test_it_says_who_wrote_and_checked_it_and_until_when_it_stands(client: Client) -> None:
    mei = make_reviewer("Mei Lindqvist", number="")
    make_article(author=mei, publish_at=NOW - timedelta(days=3), updated_on=TODAY)

    page = parsed(client.get(PATH))

    assert "Written by Mei Lindqvist, Physiotherapist" in page.words
    assert ("/team/mei-lindqvist/", "Mei Lindqvist") in page.links
    assert "registration number 12345" in page.words
    assert "Published 20 November 2026" in page.words
    assert "Last changed 23 November 2026" in page.words
    assert "Last reviewed 23 November 2026" in page.words
    assert "Next review due 18 November 2027" in page.words
    assert "1 minute to read" in page.words


def test_a_change_from_before_it_was_published_is_not_told(client: Client) -> None:
    make_article(publish_at=NOW, updated_on=TODAY - timedelta(days=3))

    assert "Last changed" not in parsed(client.get(PATH)).words


def test_someone_who_has_left_is_named_without_a_link(client: Client) -> None:
    article = make_article()
    assert article.reviewer is not None
    article.reviewer.is_treating = False
    article.reviewer.save()

    page = parsed(client.get(PATH))

    assert "Priya Nair" in page.words
    assert "/team/priya-nair/" not in page.addresses


def test_its_sources_are_numbered_in_the_order_of_first_mention(client: Client) -> None:
    source = make_reference("brady-2014")
    source.title, source.doi = "Small side effects", "10.1179/204"
    source.authors, source.journal, source.year = "Brady S", "JMMT", 2014
    source.save()
    body = "## Parts\n\nOne. [@brady-2014]\n\nTwo. [@gattie-2021; @brady-2014]\n\n## More\n\nX.\n"
    make_article(body=body)

    page = parsed(client.get(PATH))

    assert "One.[1] Two.[2, 1]" in page.words
    assert "Brady S. Small side effects. JMMT 2014. doi:10.1179/204 Trial" in page.words
    assert ("https://doi.org/10.1179/204", "doi:10.1179/204") in page.links
    assert [each for each in page.ids if each.startswith("reference-")] == [
        "reference-1",
        "reference-2",
    ]


def test_a_source_that_was_removed_keeps_its_number(client: Client) -> None:
    make_article(body="## Parts\n\nOne. [@gone-1999]\n\nTwo. [@gattie-2021]\n")

    page = parsed(client.get(PATH))

    assert "This source is no longer in our list." in page.words
    assert [each for each in page.ids if each.startswith("reference-")] == [
        "reference-1",
        "reference-2",
    ]


def test_the_contents_list_leads_to_each_part(client: Client) -> None:
    parts = "\n\n".join(f"## Part {name}\n\nSo. [@gattie-2021]" for name in ("one", "two", "three"))
    make_article(body=f"{parts}\n\n### Below three\n\nSo.")

    page = parsed(client.get(PATH))

    assert [each for each in page.links if each[0].startswith("#part")] == [
        ("#part-one", "Part one"),
        ("#part-two", "Part two"),
        ("#part-three", "Part three"),
    ]
    assert {"part-one", "part-two", "part-three", "below-three"} <= set(page.ids)


def test_what_to_read_next_is_named_by_the_article_then_of_its_topic(client: Client) -> None:
    article = make_article()
    make_article("of-the-topic", title="Of the topic")
    make_article("elsewhere", title="Elsewhere", topic=make_topic("safety"))
    make_article("not-related", title="Not related", topic=make_topic("sport"))
    make_article("a-draft", title="A draft", status=Article.Status.DRAFT)
    article.related.add(Article.objects.get(slug="elsewhere"), Article.objects.get(slug="a-draft"))
    article.related_conditions.add(make_condition())

    page = parsed(client.get(PATH))

    named = [words for _, words in page.links]
    assert named.index("Elsewhere") < named.index("Of the topic")
    assert ("/conditions/neck-pain/", "Neck pain") in page.links
    assert not {"Not related", "A draft"}.intersection(named)


@pytest.mark.parametrize(
    "facts",
    [
        {"status": Article.Status.DRAFT},
        {"publish_at": NOW + timedelta(minutes=1)},
    ],
)
def test_before_its_hour_nobody_reads_it(client: Client, facts: dict[str, object]) -> None:
    make_article(**facts)

    assert client.get(PATH).status_code == 404


def test_at_its_hour_everybody_reads_it(client: Client) -> None:
    make_article(publish_at=NOW)

    assert client.get(PATH).status_code == 200


def test_long_past_its_review_it_leads_to_no_booking(client: Client) -> None:
    article = make_article(next_review_on=TODAY - timedelta(days=60))
    booking = ("/book/", "Book a first visit")
    assert booking in parsed(client.get(PATH)).links

    article.next_review_on = TODAY - timedelta(days=61)
    article.save()

    assert booking not in parsed(client.get(PATH)).links


def test_only_staff_read_that_it_is_overdue(client: Client) -> None:
    make_article(next_review_on=TODAY - timedelta(days=1))
    assert "due for review" not in parsed(client.get(PATH)).words

    client.force_login(make_editor())
    answer = client.get(PATH)

    assert "this text was due for review on 22 November 2026" in parsed(answer).words
    assert answer["Cache-Control"] == "private"
    assert answer["Vary"] == "Cookie"


def test_a_text_in_time_is_not_called_overdue(client: Client) -> None:
    make_article(next_review_on=TODAY)
    client.force_login(make_editor())

    assert "due for review on" not in parsed(client.get(PATH)).words


def test_reading_takes_no_cookie_and_at_most_six_queries(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    article = make_article(body="## Parts\n\nSo. [@gattie-2021]\n\n::: tell-us-first\n:::\n")
    article.related_conditions.add(make_condition())
    for number in range(3):
        article.related.add(make_article(f"more-{number}"))

    with django_assert_max_num_queries(6):
        answer = client.get(PATH)

    assert answer.cookies == {}
    assert not answer.has_header("Vary")


def test_a_stale_session_cookie_is_no_sign_of_staff(client: Client) -> None:
    make_article(next_review_on=TODAY - timedelta(days=1))
    client.cookies[settings.SESSION_COOKIE_NAME] = "no-such-session"

    answer = client.get(PATH)

    assert answer.status_code == 200
    assert "due for review" not in parsed(answer).words


def test_the_banner_goes_once_the_clinic_approved_its_texts(client: Client) -> None:
    make_article()
    Clinic.objects.update(texts_await_approval=True)
    assert "These texts await approval" in parsed(client.get(PATH)).words

    Clinic.objects.update(texts_await_approval=False)

    assert "await approval" not in parsed(client.get(PATH)).words


def test_an_article_for_professionals_says_so(client: Client) -> None:
    make_article(audience=Article.Audience.PROFESSIONALS)

    assert "For professionals" in parsed(client.get(PATH)).words


def test_the_head_tells_what_is_shown_where_it_is_shared(client: Client) -> None:
    make_article()

    page = parsed(client.get(f"{PATH}?utm_source=x"))

    assert page.title == "Afraid of needles? – Rowan Street Physiotherapy"
    assert page.canonical == f"http://localhost{PATH}"
    assert page.meta["description"] == page.meta["og:description"] == "You decide."
    assert page.meta["og:type"] == "article"
    assert page.meta["og:image"] == "http://localhost/social/articles/afraid-of-needles.png"


def test_only_reading_is_allowed(client: Client) -> None:
    make_article()

    assert client.post(PATH).status_code == 405
