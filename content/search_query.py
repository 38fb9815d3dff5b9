"""What a reader typed, as what to look for: slips of the pen set right, synonyms added."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from itertools import pairwise

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
FROM unnest(%(asked)s::text[]) AS asked, LATERAL (
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
    def read_as(self) -> str:
        """The query with its misspellings set right, or nothing if it had none."""
        return "" if self.meant == self.asked else " ".join(self.meant)


def understand(text: str, *, now: datetime) -> Query:
    """Of a very long text the beginning counts."""
    asked = words(text)[:MOST_WORDS]
    pairs = {first + second: [first, second] for first, second in pairwise(asked)}
    near = _nearest_words([*asked, *pairs], now)
    meant = [_nearest(word, near.get(word, {})) for word in asked]
    # “Hill top” is “hilltop” too, where that is a word.
    joined = [(pair, [[word]]) for word, pair in pairs.items() if word in near.get(word, {})]
    parts = [
        Part(number, 1, f"'{word}'") for number, word in enumerate(dict.fromkeys(meant), start=1)
    ]
    synonyms = []
    for number, (said, terms) in enumerate([*_groups_in(meant), *joined], start=1):
        share = len(said) / len(meant)
        parts += [Part(-number, SYNONYM * share, _phrase(term)) for term in terms]
        if said == meant:
            synonyms += [" ".join(term) for term in terms]
    return Query(asked=asked, meant=meant, parts=parts, synonyms=synonyms)


def _nearest_words(asked: list[str], now: datetime) -> dict[str, dict[str, int]]:
    """By word: the words most like it, itself if it stands anywhere, and in how many entries."""
    found: dict[str, dict[str, int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(NEAREST_WORDS, {"asked": list(dict.fromkeys(asked)), "now": now})
        for word, near, entries in cursor.fetchall():
            found.setdefault(word, {})[near] = entries
    return found


def _nearest(asked: str, near: dict[str, int]) -> str:
    """The word that was meant: the one asked for if it stands anywhere, or is like no other."""
    if len(asked) < SHORTEST_TO_CORRECT or asked in near:
        return asked
    likeness = [
        (SequenceMatcher(None, asked, word).ratio(), entries, word)
        for word, entries in near.items()
        if abs(len(word) - len(asked)) <= len(asked) // 4
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
    """As a tsquery, which the words cannot break out of: they are letters and digits."""
    return "(" + " <-> ".join(f"'{word}'" for word in term) + ")"
