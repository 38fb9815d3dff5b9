"""What a text still lacks before readers may see it. Pure: plain values in and out."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from content.markdown_source import sections

MONTHS_BETWEEN_REVIEWS = 36
MONTHS_BETWEEN_SAFETY_REVIEWS = 12


@dataclass(frozen=True)
class Draft:
    """What the gate looks at. `texts` are (name, Markdown) of the parts that make clinical claims;
    `evidence` is None where a text needs no evidence label, else whether it has one; `mistakes` are
    sentences about what cannot be shown as it is written."""

    clinical: bool
    concerns_safety: bool
    reviewer_registration: str | None
    reviewed_on: date | None
    next_review_on: date | None
    texts: list[tuple[str, str]]
    unknown_references: frozenset[str] = frozenset()
    unknown_pictures: frozenset[int] = frozenset()
    mistakes: tuple[str, ...] = ()
    evidence: bool | None = None


def missing(draft: Draft, *, today: date) -> list[str]:
    """What stands between the draft and its readers, as sentences; empty when nothing does."""
    wrong = [*_evidence(draft), *_unknown(draft), *draft.mistakes]
    if not draft.clinical:
        return wrong
    return [
        *lacking_reviewer(draft.reviewer_registration),
        *_dates(draft, today),
        *_claims_without_source(draft.texts),
        *wrong,
    ]


def months_later(day: date, months: int) -> date:
    """The same day of the month, `months` later, or that month's last day."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _evidence(draft: Draft) -> Iterable[str]:
    """Whether or not it makes clinical claims: its page cannot be shown without."""
    if draft.evidence is False:
        yield "Add an evidence summary with its label."


def _unknown(draft: Draft) -> Iterable[str]:
    for key in sorted(draft.unknown_references):
        yield f"“[@{key}]” is not in the list of references."
    for number in sorted(draft.unknown_pictures):
        yield f"“::: photo {number}”: there is no picture {number}."


def lacking_reviewer(registration: str | None) -> list[str]:
    """What is missing of the clinician who stands for a text: nobody (None) or their number."""
    if registration is None:
        return ["Name the clinician who reviewed it."]
    if not registration.strip():
        return ["The reviewer has no registration number yet: add it on their page."]
    return []


def _dates(draft: Draft, today: date) -> Iterable[str]:
    if draft.reviewed_on is None or draft.next_review_on is None:
        yield "Give the day of the review and of the next one."
        return
    months = MONTHS_BETWEEN_SAFETY_REVIEWS if draft.concerns_safety else MONTHS_BETWEEN_REVIEWS
    if draft.reviewed_on > today:
        yield "The day of the review lies in the future."
    if draft.next_review_on <= draft.reviewed_on:
        yield "The next review must come after the last."
    if draft.next_review_on > months_later(draft.reviewed_on, months):
        yield f"The next review must follow within {months} months."


def _claims_without_source(texts: list[tuple[str, str]]) -> Iterable[str]:
    for name, text in texts:
        for section in sections(text):
            if not section.practical and not section.cites:
                where = f"“{section.heading}”" if section.heading else name
                yield f"{where} makes claims but cites nothing: add [@reference] or {{.practical}}."
