"""What all pages for reading share: their rendering and their numbered references."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from content.markdown import Rendering
from content.markdown_source import CITATION
from content.models import (
    Article,
    Clinic,
    Condition,
    Faq,
    Page,
    Publication,
    Reference,
    SafetyRule,
)

# Texts by the word with which addresses name their kind.
KINDS: dict[str, type[Publication]] = {
    "article": Article,
    "condition": Condition,
    "faq": Faq,
    "page": Page,
}

WORDS_A_MINUTE = 200

# Texts that are printed together.
MOST_IN_LEAFLET = 12

# Ids that the page around a text has for itself.
TAKEN = frozenset({"main", "contents", "references", "about-this-text", "related"})


@dataclass(frozen=True)
class NumberedReference:
    """A source under the number with which the page cites it; None if it is in no list any more."""

    number: int
    reference: Reference | None


def new_rendering(clinic: Clinic, *, anchors: Iterable[str] = ()) -> Rendering:
    """A rendering whose blocks know the clinic and the safety rules."""
    around = {"clinic": clinic, "rules": safety_rules()}
    return Rendering(around=around, anchors={*TAKEN, *anchors})


def numbered_references(page: Rendering) -> list[NumberedReference]:
    """The sources of a page whose texts are all rendered, in one query."""
    found = Reference.objects.in_bulk(page.cited, field_name="key")
    return [
        NumberedReference(number, found.get(key)) for number, key in enumerate(page.cited, start=1)
    ]


def safety_rules() -> QuerySet[SafetyRule]:
    return SafetyRule.objects.filter(is_published=True).order_by("order")


def reading_minutes(source: str) -> int:
    """How long a text takes to read; marks that stand between spaces count as words."""
    return max(1, round(len(CITATION.sub("", source).split()) / WORDS_A_MINUTE))
