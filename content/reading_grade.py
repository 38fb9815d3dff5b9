"""How hard a text is to read, shown to editors and never enforced."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from pyphen import Pyphen

LONG = 20

SENTENCE = re.compile(r"[^.!?]+[.!?]*")
WORD = re.compile(r"[A-Za-zÀ-ÿ'’-]+")


@dataclass(frozen=True)
class Readability:
    grade: float
    long_sentences: list[str]


def readability(text: str) -> Readability:
    """The Flesch-Kincaid grade (Kincaid et al., 1975) and the sentences of more than 20 words.

    Syllables are counted by hyphenation patterns, which miss a few: take the grade as ± 1.
    """
    sentences = [match[0].strip() for match in SENTENCE.finditer(text) if WORD.search(match[0])]
    words = WORD.findall(text)
    if not sentences:
        return Readability(0.0, [])
    syllables = sum(_syllables(word.lower()) for word in words)
    grade = 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59
    long_ones = [each for each in sentences if len(WORD.findall(each)) > LONG]
    return Readability(round(grade, 1), long_ones)


@cache
def _hyphenation() -> Pyphen:
    return Pyphen(lang="en_US")


@cache
def _syllables(word: str) -> int:
    return len(_hyphenation().positions(word)) + 1
