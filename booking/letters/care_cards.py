"""Published answers for the letter after a visit: what to expect, and when to get help.

The words are those of the website, written once and checked once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from content.markdown import plain_text
from content.markdown_source import CARE_CARDS, blocks
from content.models import Clinic, Faq
from content.reading.safety import HELP

LEADS = {
    "emergency": "Call {emergency} now",
    "urgent": "See a doctor today",
    "non-urgent": "Phone us on {phone}",
}


# What to expect, of each answer the first paragraph.
EXPECT = ("sore-afterwards", "after-care")


@dataclass(frozen=True)
class Advice:
    """A question of the website with the beginning of its answer."""

    question: str
    answer: str


@dataclass(frozen=True)
class CareCard:
    """“Call 911 now if …:” and the signs."""

    heading: str
    signs: list[str]


def what_to_expect(*, now: datetime) -> list[Advice]:
    """None of what is not published."""
    answers = {each.slug: each for each in Faq.objects.published(now).filter(slug__in=EXPECT)}
    return [
        Advice(answers[slug].question, plain_text(answers[slug].body.strip().split("\n\n")[0]))
        for slug in EXPECT
        if slug in answers
    ]


def care_cards(clinic: Clinic, *, now: datetime) -> list[CareCard]:
    """The most urgent first; none while the answer is not published."""
    answer = Faq.objects.published(now).filter(slug=HELP).first()
    return list(_cards_in(answer.body, clinic)) if answer else []


def _cards_in(source: str, clinic: Clinic) -> Iterator[CareCard]:
    for block in blocks(source):
        if block.kind in CARE_CARDS:
            lead = LEADS[block.kind].format(emergency=clinic.emergency_number, phone=clinic.phone)
            when = block.arguments.rstrip(" ,:.") or "If"
            items = [line[2:] for line in block.body.splitlines() if line.startswith("- ")]
            heading = f"{lead} {when[:1].lower()}{when[1:]}:"
            yield CareCard(plain_text(heading), [plain_text(item) for item in items])
