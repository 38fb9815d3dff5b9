"""The claim linter: finds phrases that promise too much. Pure: plain values in and out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

# Spaces of any kind, and hyphens: also the ones that are not on a keyboard.
BETWEEN_WORDS = r"[\s\-\u2010\u2011\u2013]+"
APOSTROPHE = "['’]"


@dataclass(frozen=True)
class Phrase:
    """`text` is matched as whole words whatever the case; a final * matches any ending."""

    text: str
    reason: str
    better: str


@dataclass(frozen=True)
class Finding:
    phrase: Phrase
    excerpt: str


def findings(text: str, phrases: Iterable[Phrase]) -> list[Finding]:
    """Each disputed phrase that occurs in the plain `text`, once, with its surroundings."""
    found = []
    for phrase in phrases:
        match = _pattern(phrase.text).search(text)
        if match:
            start, end = max(0, match.start() - 40), match.end() + 40
            found.append(Finding(phrase, text[start:end].strip()))
    return found


def _pattern(phrase: str) -> re.Pattern[str]:
    parts = re.split(BETWEEN_WORDS, phrase.removesuffix("*"))
    words = BETWEEN_WORDS.join(re.escape(part) for part in parts if part)
    words = re.sub(APOSTROPHE, APOSTROPHE, words)
    ending = r"\w*" if phrase.endswith("*") else ""
    return re.compile(rf"(?<!\w){words}{ending}(?!\w)", re.IGNORECASE)
