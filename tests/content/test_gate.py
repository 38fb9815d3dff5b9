"""What keeps a text from its readers."""

from dataclasses import replace
from datetime import date

import pytest

from content.gate import Draft, missing, months_later

TODAY = date(2026, 11, 20)
READY = Draft(
    clinical=True,
    concerns_safety=False,
    reviewer_registration="12345",
    reviewed_on=date(2026, 11, 2),
    next_review_on=date(2028, 11, 2),
    texts=[("Text", "It may ease the pain. [@gattie-2021]")],
)


def test_a_reviewed_text_with_its_sources_lacks_nothing() -> None:
    assert missing(READY, today=TODAY) == []


def test_a_text_about_the_clinic_needs_no_reviewer_and_no_source() -> None:
    bare = Draft(
        clinical=False,
        concerns_safety=False,
        reviewer_registration=None,
        reviewed_on=None,
        next_review_on=None,
        texts=[("Text", "We open at eight.")],
    )

    assert missing(bare, today=TODAY) == []


def test_a_text_without_reviewer_says_so() -> None:
    draft = replace(READY, reviewer_registration=None)

    assert missing(draft, today=TODAY) == ["Name the clinician who reviewed it."]


@pytest.mark.parametrize("number", ["", "  "])
def test_a_reviewer_without_registration_number_is_no_reviewer(number: str) -> None:
    draft = replace(READY, reviewer_registration=number)

    assert missing(draft, today=TODAY) == [
        "The reviewer has no registration number yet: add it on their page."
    ]


@pytest.mark.parametrize("absent", ["reviewed_on", "next_review_on"])
def test_both_review_dates_are_needed(absent: str) -> None:
    draft = replace(READY, **{absent: None})

    assert missing(draft, today=TODAY) == ["Give the day of the review and of the next one."]


def test_a_review_cannot_lie_in_the_future() -> None:
    draft = replace(READY, reviewed_on=date(2026, 11, 21))

    assert missing(draft, today=TODAY) == ["The day of the review lies in the future."]


def test_a_review_of_today_counts() -> None:
    assert missing(replace(READY, reviewed_on=TODAY), today=TODAY) == []


@pytest.mark.parametrize("day", [date(2026, 11, 1), date(2026, 11, 2)])
def test_the_next_review_must_come_after_the_last(day: date) -> None:
    draft = replace(READY, next_review_on=day)

    assert missing(draft, today=TODAY) == ["The next review must come after the last."]


def test_three_years_between_reviews_are_not_too_long() -> None:
    assert missing(replace(READY, next_review_on=date(2029, 11, 2)), today=TODAY) == []


def test_a_day_more_than_three_years_between_reviews_is_too_long() -> None:
    draft = replace(READY, next_review_on=date(2029, 11, 3))

    assert missing(draft, today=TODAY) == ["The next review must follow within 36 months."]


def test_a_text_on_safety_is_reviewed_every_year() -> None:
    yearly = replace(READY, concerns_safety=True, next_review_on=date(2027, 11, 2))
    too_late = replace(yearly, next_review_on=date(2027, 11, 3))

    assert missing(yearly, today=TODAY) == []
    assert missing(too_late, today=TODAY) == ["The next review must follow within 12 months."]


def test_each_part_that_makes_claims_needs_a_source() -> None:
    text = "It may help.\n\n## How it works\n\nWords.\n\n## Sore after\n\nYes. [@a-2020]\n"
    draft = replace(READY, texts=[("Answer", text)])

    assert missing(draft, today=TODAY) == [
        "Answer makes claims but cites nothing: add [@reference] or {.practical}.",
        "“How it works” makes claims but cites nothing: add [@reference] or {.practical}.",
    ]


def test_a_practical_part_needs_no_source() -> None:
    draft = replace(READY, texts=[("Text", "## What to wear {.practical}\n\nLoose clothes.\n")])

    assert missing(draft, today=TODAY) == []


def test_a_word_about_being_practical_does_not_make_a_part_practical() -> None:
    draft = replace(READY, texts=[("Text", "## How {.practical} it is\n\nIt cures.\n")])

    assert missing(draft, today=TODAY) == [
        "“How {.practical} it is” makes claims but cites nothing: add [@reference] or {.practical}."
    ]


@pytest.mark.parametrize("clinical", [True, False])
def test_a_condition_needs_its_evidence_label(*, clinical: bool) -> None:
    draft = replace(READY, clinical=clinical)

    assert missing(replace(draft, evidence=True), today=TODAY) == []
    assert missing(replace(draft, evidence=False), today=TODAY) == [
        "Add an evidence summary with its label."
    ]


def test_a_citation_must_lead_somewhere_in_every_text() -> None:
    draft = replace(READY, clinical=False, unknown_references=frozenset({"b-2020", "a-2020"}))

    assert missing(draft, today=TODAY) == [
        "“[@a-2020]” is not in the list of references.",
        "“[@b-2020]” is not in the list of references.",
    ]


def test_a_photo_must_be_there_in_every_text() -> None:
    draft = replace(READY, clinical=False, unknown_pictures=frozenset({7}))

    assert missing(draft, today=TODAY) == ["“::: photo 7”: there is no picture 7."]


def test_what_cannot_be_shown_is_named_in_every_text() -> None:
    draft = replace(READY, clinical=False, mistakes=("A block has no end.",))

    assert missing(draft, today=TODAY) == ["A block has no end."]


def test_everything_that_lacks_is_said_at_once() -> None:
    draft = Draft(
        clinical=True,
        concerns_safety=True,
        reviewer_registration=None,
        reviewed_on=None,
        next_review_on=None,
        texts=[("Text", "It helps.")],
        unknown_references=frozenset({"x-1"}),
        evidence=False,
    )

    assert len(missing(draft, today=TODAY)) == 5


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 11, 20), 12, date(2027, 11, 20)),
        (date(2026, 11, 20), 36, date(2029, 11, 20)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
    ],
)
def test_months_are_counted_by_the_calendar(day: date, months: int, later: date) -> None:
    assert months_later(day, months) == later
