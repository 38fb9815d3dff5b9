"""What stands between a stored text and its readers, and which phrases promise too much."""

from datetime import date, timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from pytest_django import Settings

from content import publishing
from content.markdown_source import mistakes
from content.models import (
    Article,
    Condition,
    EvidenceSummary,
    Faq,
    Page,
    PhraseException,
    Publication,
    SafetyRule,
)
from content.publishing import Standing, disputed, missing, missing_of_rule, parts_of, standing
from tests.cast import NOW, make_staff
from tests.content.rules import make_pregnancy_rule
from tests.content.starter_clinic import starter_clinic  # noqa: F401 - a fixture
from tests.content.texts import (
    make_article,
    make_condition,
    make_faq,
    make_page,
    make_phrase,
    make_reviewer,
    make_topic,
)

TODAY = date(2026, 11, 23)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def monday_morning():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def priya() -> User:
    return make_staff("priya", "Priya", "Nair", group="Practitioner")


def phrases_in(text: Publication) -> list[str]:
    return [found.phrase.text for found in disputed(text)]


# The gate


def test_a_text_of_each_kind_that_is_ready_lacks_nothing() -> None:
    ready = [make_article(), make_condition(), make_faq(), make_page()]

    assert [missing(text, today=TODAY) for text in ready] == [[], [], [], []]


def test_a_source_that_is_in_no_list_is_missed_wherever_it_is_cited() -> None:
    condition = make_condition(what_helps="Moving. [@nobody-1999]")

    assert missing(condition, today=TODAY) == ["“[@nobody-1999]” is not in the list of references."]


def test_the_evidence_of_a_condition_is_checked_with_it() -> None:
    condition = make_condition()
    condition.evidence.found = "It cures."

    assert missing(condition, today=TODAY) == [
        "What studies found makes claims but cites nothing: add [@reference] or {.practical}."
    ]


def test_evidence_that_is_not_saved_yet_counts_instead_of_the_stored() -> None:
    condition = make_condition(label="")
    condition.evidence = EvidenceSummary(label="C", found="Nothing. [@gattie-2021]")

    assert missing(condition, today=TODAY) == []


def test_a_condition_without_evidence_says_so() -> None:
    assert missing(make_condition(label=""), today=TODAY) == [
        "Add an evidence summary with its label."
    ]


def test_a_text_of_the_topic_safety_is_reviewed_every_year() -> None:
    article = make_article(topic=make_topic("safety"), next_review_on=TODAY + timedelta(days=400))

    assert missing(article, today=TODAY) == ["The next review must follow within 12 months."]


def test_a_photo_and_a_block_that_cannot_be_shown_are_missed() -> None:
    page = make_page(body="::: photo 9\n:::\n\n::: picture x\n:::\n")

    gone, unknown = missing(page, today=TODAY)

    assert gone == "“::: photo 9”: there is no picture 9."
    assert unknown.startswith("“::: picture x” is no drawing of ours:")


# Safety rules


def test_a_safety_rule_names_what_it_rests_on() -> None:
    rule = make_pregnancy_rule(source_note=" ")

    assert missing_of_rule(rule, today=TODAY, has_references=True) == []
    assert missing_of_rule(rule, today=TODAY, has_references=False) == [
        "Name a source: a reference, or a note where it comes from."
    ]


def test_a_safety_rule_stands_in_the_name_of_a_registered_clinician() -> None:
    nobody, unregistered = (
        make_pregnancy_rule(reviewer=None),
        make_reviewer("Mei Lindqvist", number=" "),
    )

    assert missing_of_rule(nobody, today=TODAY, has_references=True) == [
        "Name the clinician who reviewed it."
    ]
    nobody.reviewer = unregistered
    assert missing_of_rule(nobody, today=TODAY, has_references=True) == [
        "The reviewer has no registration number yet: add it on their page."
    ]


@pytest.mark.parametrize(
    ("reviewed_on", "lacking"),
    [
        (date(2026, 11, 23), []),
        (date(2025, 11, 23), []),
        (
            date(2025, 11, 22),
            ["Its review is more than 12 months old: review it again before it is published."],
        ),
        (date(2026, 11, 24), ["The day of the review lies in the future."]),
    ],
)
def test_a_safety_rule_is_reviewed_every_year(reviewed_on: date, lacking: list[str]) -> None:
    rule = make_pregnancy_rule(reviewed_on=reviewed_on)

    assert missing_of_rule(rule, today=TODAY, has_references=True) == lacking


# The claim linter


def test_a_disputed_phrase_is_found_in_every_part_that_readers_see() -> None:
    make_phrase()
    for facts in ({"title": "A cure"}, {"summary": "It cures."}, {"body": "*Cured*."}):
        assert phrases_in(Article(**facts)) == ["cure*"]
    evidence = {"verdict": "It cures."}, {"found": "It cures."}, {"unknown": "A cure?"}
    for facts in evidence:
        condition = Condition()
        condition.evidence = EvidenceSummary(**facts)
        assert phrases_in(condition) == ["cure*"]
    assert phrases_in(Condition(also_called=["the cure"])) == ["cure*"]
    assert phrases_in(Faq(question="Does it cure?")) == ["cure*"]
    assert phrases_in(Page(body="A cure.")) == ["cure*"]


def test_how_people_search_is_not_what_the_clinic_claims() -> None:
    make_phrase()

    assert phrases_in(make_article(search_terms=["miracle cure", "cure"])) == []


def test_a_phrase_of_another_region_is_allowed_here(settings: Settings) -> None:
    make_phrase(phrase="specialist*", region="CA-AB")
    article = make_article(summary="Ask a specialist.")

    assert phrases_in(article) == ["specialist*"]
    settings.CLAIM_REGIONS = ["GB"]
    assert phrases_in(article) == []


def test_a_phrase_that_a_reviewer_let_stand_is_allowed_in_that_text_alone(priya: User) -> None:
    make_phrase()
    allowed, other = make_article(title="No cure"), make_article("other", title="No cure")

    publishing.allow(allowed, "cure*", reason="It says there is none.", by=priya, now=NOW)

    assert phrases_in(allowed) == []
    assert phrases_in(other) == ["cure*"]
    (kept,) = publishing.exceptions_of(allowed)
    assert (kept.phrase, kept.reason, kept.by, kept.at) == (
        "cure*",
        "It says there is none.",
        priya,
        NOW,
    )


def test_an_article_and_a_faq_of_the_same_number_have_their_own_exceptions(priya: User) -> None:
    make_phrase()
    article = make_article(title="No cure")
    faq = make_faq(pk=article.pk, question="A cure?")

    publishing.allow(article, "cure*", reason="It says there is none.", by=priya, now=NOW)

    assert phrases_in(faq) == ["cure*"]


def test_letting_a_phrase_stand_twice_keeps_the_first_reason(priya: User) -> None:
    article = make_article()

    for reason in ("The first.", "The second."):
        publishing.allow(article, "cure*", reason=reason, by=priya, now=NOW)

    assert PhraseException.objects.get().reason == "The first."


def test_the_words_of_a_text_have_no_markup() -> None:
    article = make_article(title="Afraid?", summary="You decide.", body="## So\n\n*Rest.* [@a-1]")

    assert parts_of(article) == ["Afraid?", "You decide.", "So Rest."]


def test_a_phrase_is_named_once_where_it_stands_first() -> None:
    make_phrase()

    (found,) = disputed(Article(title="Afraid?", summary="A cure.", body="A cure for all."))

    assert found.excerpt == "A cure."


def test_the_end_of_one_field_and_the_beginning_of_the_next_are_no_phrase() -> None:
    make_phrase(phrase="without pain")

    assert disputed(Article(title="Life without", summary="Pain is common.")) == []


# Where a text stands


@pytest.mark.parametrize(
    ("facts", "slug", "words"),
    [
        ({"status": "draft"}, "draft", "Draft"),
        (
            {"publish_at": NOW + timedelta(hours=2)},
            "scheduled",
            "Public from Monday 23 November 2026, 9:00 am (Edmonton time)",
        ),
        ({"next_review_on": date(2027, 6, 1)}, "public", "Public"),
        ({"next_review_on": None}, "public", "Public"),
        (
            {"next_review_on": date(2027, 1, 22)},
            "due",
            "Public, review due by Friday 22 January 2027",
        ),
        ({"next_review_on": date(2027, 1, 23)}, "public", "Public"),
        (
            {"next_review_on": TODAY},
            "due",
            "Public, review due by Monday 23 November 2026",
        ),
        (
            {"next_review_on": date(2026, 11, 22)},
            "overdue",
            "Review overdue since Sunday 22 November 2026",
        ),
        (
            {"next_review_on": date(2026, 9, 23)},
            "overdue",
            "Review overdue since Wednesday 23 September 2026: no booking link",
        ),
    ],
)
def test_where_a_text_stands_is_said_in_words(
    facts: dict[str, object], slug: str, words: str
) -> None:
    page = Page(**({"status": "published", "publish_at": NOW} | facts))

    assert standing(page, now=NOW) == Standing(slug, words)


# The starter texts


@pytest.mark.usefixtures("starter_clinic")
@pytest.mark.parametrize("model", [Article, Condition, Faq, Page])
def test_the_starter_texts_could_be_published_by_hand(model: type[Publication]) -> None:
    texts = model._default_manager.all()

    assert texts
    assert {str(text): found for text in texts if (found := missing(text, today=TODAY))} == {}
    assert {str(text): said for text in texts if (said := disputed(text))} == {}


@pytest.mark.usefixtures("starter_clinic")
def test_the_starter_safety_rules_could_be_published_by_hand() -> None:
    rules = SafetyRule.objects.prefetch_related("references")

    assert rules
    for rule in rules:
        has_references = bool(rule.references.all())
        assert missing_of_rule(rule, today=TODAY, has_references=has_references) == []
        assert disputed(rule) == []


@pytest.mark.usefixtures("starter_clinic")
def test_nothing_in_the_starter_texts_is_written_in_vain() -> None:
    sources = [
        getattr(text, field)
        for model, fields in publishing.MARKDOWN_FIELDS.items()
        for text in model._default_manager.all()
        for field in fields
    ]

    assert sources
    assert [wrong for source in sources for wrong in mistakes(source)] == []
