"""The form in which words are compared: small letters, no accents, no punctuation."""

from __future__ import annotations

import re
import unicodedata

APOSTROPHES = str.maketrans("", "", "'’")
WORD = re.compile(r"[^\W_]+")


def words(text: str) -> list[str]:
    """`Tomás’s “neck-related”` → ["tomass", "neck", "related"]."""
    letters = text.translate(APOSTROPHES).casefold()
    if not letters.isascii():
        apart = unicodedata.normalize("NFKD", letters)
        letters = "".join(each for each in apart if not unicodedata.combining(each))
    return WORD.findall(letters)


def key(text: str) -> str:
    """What is the same for all ways to write a name."""
    return " ".join(words(text))
