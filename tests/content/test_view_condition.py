"""The page of a condition: verdict, sources, help, and the way to a visit that carries it along."""

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from content.models import Condition, EvidenceSummary
from tests.cast import NOW
from tests.content.pages import parsed
from tests.content.rules import make_rule
from tests.content.texts import make_article, make_condition

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]

TODAY = NOW.date()
PATH = "/conditions/neck-pain/"
BOOKING = ("/book/?about=neck-pain", "Book a visit about this")


def test_the_verdict_comes_first_and_says_what_its_letter_means(client: Client) -> None:
    make_condition(also_called=["cervical pain"])
    make_article("what-the-evidence-says")

    page = parsed(client.get(PATH))

    assert "Also called cervical pain" in page.words
    assert "B Mixed results, or a small effect It may ease the pain." in page.words
    assert (
        "/articles/what-the-evidence-says/#our-four-labels",
        "What the label B means",
    ) in page.links
    levels = [words for level, words in page.headings if level == 2]
    assert levels[0] == "Does dry needling help?"


def test_without_the_article_about_labels_no_link_leads_to_it(client: Client) -> None:
    make_condition()
    make_article("what-the-evidence-says", status="draft")

    page = parsed(client.get(PATH))

    assert "What the label" not in page.words
    assert [each for each in page.addresses if "what-the-evidence-says" in each] == []


def test_the_article_about_labels_is_related_only_where_an_editor_says_so(client: Client) -> None:
    make_condition()
    make_article("what-the-evidence-says", title="What the studies found")

    assert "Read on" not in parsed(client.get(PATH)).words


def test_its_parts_stand_in_order(client: Client) -> None:
    make_condition()
    make_rule("pregnancy")

    headings = [words for level, words in parsed(client.get(PATH)).headings if level == 2]

    assert headings[2:] == [
        "What it is",
        "What usually helps",
        "What studies found",
        "What is not known",
        "Needling compared with exercise and hands-on care",
        "When to get help",
        "Do and do not",
        "Important: Tell us first",
        "Sources",
        "About this text",
        *(["See a physiotherapist"]),
    ]


def test_the_booking_link_carries_the_condition_along(client: Client) -> None:
    make_condition()

    assert BOOKING in parsed(client.get(PATH)).links


def test_what_we_do_not_treat_leads_elsewhere_and_to_no_booking(client: Client) -> None:
    make_condition(
        treated=False,
        see_instead=Condition.SeeInstead.DENTIST,
        see_instead_text="See a dentist. We do not treat toothache.",
    )
    make_rule("pregnancy")

    page = parsed(client.get(PATH))

    assert "We do not treat this: see a dentist" in page.words
    assert "See a dentist. We do not treat toothache." in page.words
    assert BOOKING not in page.links
    assert "tell-us-first" not in page.ids


def test_long_past_its_review_it_leads_to_no_booking(client: Client) -> None:
    condition = make_condition(next_review_on=TODAY - timedelta(days=60))
    assert BOOKING in parsed(client.get(PATH)).links

    condition.next_review_on = TODAY - timedelta(days=61)
    condition.save()

    assert BOOKING not in parsed(client.get(PATH)).links


def test_where_a_doctor_comes_first_the_page_says_so_and_still_books(client: Client) -> None:
    make_condition(see_instead="doctor", see_instead_text="See a doctor first if you are ill.")

    page = parsed(client.get(PATH))

    assert "See a doctor first if you are ill." in page.words
    assert "We do not treat this" not in page.words
    assert BOOKING in page.links


def test_the_rules_of_its_regions_come_first_and_others_are_left_out(client: Client) -> None:
    make_condition(regions=["neck"])
    make_rule("everywhere", order=1)
    make_rule("near-the-lungs", "neck", "shoulder", order=2)
    make_rule("deep-muscles", "low-back", order=3)
    make_rule("not-yet", is_published=False)

    links = parsed(client.get(PATH)).links

    assert [words for address, words in links if address.startswith("/safety/#")] == [
        "Near the lungs",
        "Everywhere",
    ]


def test_a_condition_of_the_whole_body_gets_every_rule(client: Client) -> None:
    make_condition(regions=["whole-body"])
    make_rule("everywhere", order=1)
    make_rule("deep-muscles", "low-back", order=2)

    links = parsed(client.get(PATH)).links

    assert [words for address, words in links if address.startswith("/safety/#")] == [
        "Deep muscles",
        "Everywhere",
    ]


def test_care_cards_and_lists_say_in_words_what_their_colours_mean(client: Client) -> None:
    make_condition(
        get_help="::: emergency If you have had needling\n- you are short of breath\n:::\n\n"
        "::: urgent If, after needling, you have any of these\n- a fever\n:::\n\n"
        "::: non-urgent\n- a large bruise\n:::",
    )

    page = parsed(client.get(PATH))

    assert [words for level, words in page.headings if level == 3][:5] == [
        "Immediate action required: Call 911 now if you have had needling, and:",
        "Urgent advice: See a doctor today if, after needling, you have any of these:",
        "Non-urgent advice: Call us if:",
        "Do",
        "Do not",
    ]
    assert "do not rest in bed" in page.words
    assert ("tel:911", "911") not in page.links


@pytest.mark.parametrize("typed", ["", ",", ":", " and", ", and", ", and:"])
def test_a_care_card_leads_on_to_its_signs_once(client: Client, typed: str) -> None:
    make_condition(
        get_help=f"::: emergency If you have had needling in a band{typed}\n- you cough\n:::",
    )

    headings = [words for _, words in parsed(client.get(PATH)).headings]

    heading = "Call 911 now if you have had needling in a band, and:"
    assert f"Immediate action required: {heading}" in headings


def test_related_pages_are_those_that_readers_may_see(client: Client) -> None:
    condition = make_condition()
    toothache = make_condition("toothache", name="Toothache", treated=False)
    draft = make_condition("draft", name="A draft", status=Condition.Status.DRAFT)
    condition.related.add(toothache, draft)
    condition.related_articles.add(make_article())

    page = parsed(client.get(PATH))

    assert ("/conditions/toothache/", "Toothache") in page.links
    assert "Toothache not for us" in page.words
    assert ("/articles/afraid-of-needles/", "Afraid of needles?") in page.links
    assert "A draft" not in page.words


@pytest.mark.parametrize(
    "facts",
    [{"status": Condition.Status.DRAFT}, {"publish_at": NOW + timedelta(minutes=1)}, {"label": ""}],
)
def test_drafts_the_future_and_the_unproved_are_not_found(
    client: Client, facts: dict[str, object]
) -> None:
    make_condition(**facts)

    assert client.get(PATH).status_code == 404


@pytest.mark.parametrize("label", list(EvidenceSummary.Label))
def test_each_label_is_told_in_words(client: Client, label: EvidenceSummary.Label) -> None:
    make_condition(label=label.value)

    assert f"{label.value} {label.label}" in parsed(client.get(PATH)).words


def test_reading_takes_no_cookie_and_at_most_six_queries(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    condition = make_condition()
    for number in range(3):
        make_rule(f"rule-{number}")
        condition.related.add(make_condition(f"more-{number}"))
        condition.related_articles.add(make_article(f"more-{number}"))

    with django_assert_max_num_queries(6):
        answer = client.get(PATH)

    assert answer.cookies == {}
    assert not answer.has_header("Vary")
