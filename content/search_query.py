"""What a reader typed, as what to look for: slips of the pen set right, synonyms added."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher

from django.db import connection

from content.models import SynonymGroup
from content.search_words import words

MOST_WORDS = 32
SHORTEST_TO_CORRECT = 4
LEAST_RATIO = 0.75
# A synonym counts for less than the word itself.
SYNONYM = 0.7

NEAREST_WORDS = """
SELECT asked, word, entries
FROM unnest(%(asked)s) AS asked, LATERAL (
    SELECT word, entries FROM content_searchword
    WHERE findable_from <= %(now)s AND (word = asked OR word %% asked)
    ORDER BY word = asked DESC, similarity(word, asked) DESC, entries DESC
    LIMIT 8
) AS nearest
"""


@dataclass(frozen=True)
class Part:
    """Something to look for, as a tsquery. The words have numbers from 1 on, and all names of one
    group of synonyms the same number below 0."""

    number: int
    factor: float
    tsquery: str


@dataclass(frozen=True)
class Query:
    asked: list[str]
    meant: list[str]
    parts: list[Part]
    # Other names for the query as a whole.
    synonyms: list[str]

    @property
    def corrected(self) -> bool:
        return self.asked != self.meant


def understand(text: str, *, now: datetime) -> Query:
    """Two queries; of a very long text the beginning counts."""
    asked = words(text)[:MOST_WORDS]
    meant = _correct(asked, now)
    parts = [Part(number, 1, f"'{word}'") for number, word in enumerate(meant, start=1)]
    synonyms = []
    for number, (said, group) in enumerate(_groups_in(meant), start=1):
        share = len(said) / len(meant)
        parts += [Part(-number, SYNONYM * share, _phrase(term)) for term in group]
        if said == meant:
            synonyms += [" ".join(term) for term in group]
    return Query(asked=asked, meant=meant, parts=parts, synonyms=synonyms)


def _correct(asked: list[str], now: datetime) -> list[str]:
    """Each word that stands nowhere, replaced by the one most like it if there is one."""
    found: dict[str, list[tuple[str, int]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(NEAREST_WORDS, {"asked": list(dict.fromkeys(asked)), "now": now})
        for word, near, entries in cursor.fetchall():
            found.setdefault(word, []).append((near, entries))
    return [_nearest(word, found.get(word, [])) for word in asked]


def _nearest(asked: str, near: list[tuple[str, int]]) -> str:
    if len(asked) < SHORTEST_TO_CORRECT or asked in dict(near):
        return asked
    likeness = [
        (SequenceMatcher(None, asked, word).ratio(), entries, word) for word, entries in near
    ]
    ratio, _, word = max(likeness, default=(0.0, 0, asked))
    return word if ratio >= LEAST_RATIO else asked


def _groups_in(meant: list[str]) -> Iterator[tuple[list[str], list[list[str]]]]:
    """The words of the query that are a term of a group of synonyms, and that group."""
    for group in SynonymGroup.objects.all():
        terms = [words(term) for term in group.terms]
        said = [term for term in terms if term and _contains(meant, term)]
        if said:
            yield max(said, key=len), [term for term in terms if term]


def _contains(whole: list[str], part: list[str]) -> bool:
    return f" {' '.join(part)} " in f" {' '.join(whole)} "


def _phrase(term: list[str]) -> str:
    return " <-> ".join(f"'{word}'" for word in term)
