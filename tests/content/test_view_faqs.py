"""Questions and answers: all open on one page, grouped, with their sources."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from content import search
from content.models import Article, Faq, Topic
from content.reading.texts import MOST_IN_LEAFLET
from tests.content.pages import parsed
from tests.content.texts import make_article, make_faq, make_reference, make_topic
from tests.factories import make_clinic

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clinic() -> None:
    make_clinic()
    make_topic("safety")
    make_topic("basics")
    Topic.objects.filter(slug="safety").update(order=2)
    Topic.objects.filter(slug="basics").update(order=1)


def test_questions_are_open_headings_under_their_topics(client: Client) -> None:
    make_faq("harms", question="What are the harms?", topic=Topic.objects.get(slug="safety"))
    make_faq("second", question="Why dry?", order=2)
    make_faq("first", question="What is it?", order=1)

    answer = client.get("/faqs/")

    page = parsed(answer)
    assert [(level, words) for level, words in page.headings if level < 4][2:] == [
        *((3, "Basics"), (3, "Safety")),
        *((2, "Basics"), (3, "What is it?"), (3, "Why dry?")),
        *((2, "Safety"), (3, "What are the harms?")),
        *((2, "Did you not find your question?"), (2, "Sources")),
    ]
    assert page.words.count("A little.") == 3
    assert b"<details" not in answer.content


def test_the_anchor_list_leads_to_each_question(client: Client) -> None:
    make_faq("first", question="What is it?")
    make_faq("second", question="Why dry?")

    page = parsed(client.get("/faqs/"))

    assert ("#first", "What is it?") in page.links
    assert ("#second", "Why dry?") in page.links
    assert {"first", "second", "basics"} <= set(page.ids)


def test_answers_share_one_list_of_sources(client: Client) -> None:
    make_reference("brady-2014")
    make_faq("first", order=1, body="Yes. [@brady-2014]")
    make_faq("second", order=2, body="No. [@gattie-2021; @brady-2014]")

    page = parsed(client.get("/faqs/"))

    assert "Yes.[1]" in page.words
    assert "No.[2, 1]" in page.words
    assert [each for each in page.ids if each.startswith("reference")] == [
        *("references", "reference-1", "reference-2")
    ]


def test_a_heading_inside_an_answer_stays_below_its_question(client: Client) -> None:
    make_faq(body="## For children\n\nAsk us. [@gattie-2021]\n\n::: do\n- ask\n:::")

    levels = [(level, words) for level, words in parsed(client.get("/faqs/")).headings]

    assert (4, "For children") in levels
    assert (5, "Do") in levels


def test_an_anchor_of_a_question_is_not_taken_by_a_heading(client: Client) -> None:
    make_faq("first", body="## Second\n\nSo. [@gattie-2021]", order=1)
    make_faq("second", order=2)

    page = parsed(client.get("/faqs/"))

    assert page.ids.count("second") == 1
    assert "second-2" in page.ids


def test_each_answer_names_who_checked_it_and_asks_if_it_helped(client: Client) -> None:
    faq = make_faq()

    page = parsed(client.get("/faqs/"))

    assert faq.reviewed_on is not None
    assert "Checked by Priya Nair on" in page.words
    assert ("/faqs/does-it-hurt/feedback/", "Did this help? Does it hurt?") in page.links


def test_the_answers_of_a_topic_print_as_one_leaflet(client: Client) -> None:
    make_faq("first", order=1)
    make_faq("second", order=2)

    addresses = parsed(client.get("/faqs/")).addresses

    assert "/leaflets/?item=faq:first&item=faq:second" in addresses


def test_a_topic_with_more_answers_than_a_leaflet_holds_leads_to_the_choice(
    client: Client,
) -> None:
    for number in range(MOST_IN_LEAFLET):
        make_faq(f"faq-{number}", order=number)
    whole = [each for each in parsed(client.get("/faqs/")).addresses if "/leaflets/?" in each]
    assert [client.get(each).status_code for each in whole] == [200]

    make_faq("one-more")

    links = parsed(client.get("/faqs/")).links
    assert ("/leaflets/", "Choose answers to print as a leaflet: Basics") in links
    assert [address for address, _ in links if "/leaflets/?" in address] == []


def test_an_answer_leads_on_to_the_pages_it_names_that_readers_may_see(client: Client) -> None:
    make_article("after", title="Sore afterwards")
    make_article("draft", title="A draft", status=Article.Status.DRAFT)
    make_article("ahead", title="Ahead", publish_at=timezone.now() + timedelta(hours=1))
    make_faq("other", question="Why dry?", order=2)
    make_faq("drafted", status=Faq.Status.DRAFT)
    make_faq(
        order=1,
        see_also=[
            *("/book/", "/articles/draft/", "/articles/ahead/", "/articles/gone/"),
            *("/faqs/#other", "/faqs/#drafted", "/articles/after/#later", "/safety/"),
            "/conditions/?region=neck",
        ],
    )
    search.rebuild(timezone.now())

    answer = client.get("/faqs/")

    first, other = (each.see_also for each in answer.context["page"].answers)
    page = parsed(answer)
    assert [(each.address, each.title) for each in first] == [
        ("/book/", "Book a visit"),
        ("/faqs/#other", "Why dry?"),
        ("/articles/after/#later", "Sore afterwards"),
        ("/safety/", "Safety"),
        ("/conditions/?region=neck", "Find your problem"),
    ]
    assert {(each.address, each.title) for each in first} <= set(page.links)
    assert (other, page.words.count("See also:")) == ([], 1)


def test_more_pages_to_see_cost_no_more_queries(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(3):
        make_article(f"article-{number}")
        make_faq(f"faq-{number}", see_also=[f"/articles/article-{number}/", "/safety/"])
        search.rebuild(timezone.now())
        with django_assert_num_queries(4):
            page = parsed(client.get("/faqs/"))
        assert page.words.count("See also:") == number + 1


def test_drafts_are_not_shown(client: Client) -> None:
    make_faq(status=Faq.Status.DRAFT)

    assert "There are no answers here yet." in parsed(client.get("/faqs/")).words


def test_more_questions_cost_no_more_queries_and_no_cookie_is_set(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(3):
        make_faq(f"faq-{number}")
        with django_assert_num_queries(3):
            answer = client.get("/faqs/")
    assert answer.cookies == {}
    assert b"csrf" not in answer.content
