"""The form in which words are compared: small letters, no accents, no punctuation."""

from __future__ import annotations

import re
import unicodedata

APOSTROPHES = re.compile("['’]")
WORD = re.compile(r"[^\W_]+")


def words(text: str) -> list[str]:
    """`Tomás’s: “Neck-related”` → ["tomass", "neck", "related"]."""
    letters = unicodedata.normalize("NFKD", APOSTROPHES.sub("", text).casefold())
    return WORD.findall("".join(each for each in letters if not unicodedata.combining(each)))


def key(text: str) -> str:
    """What is the same for all ways to write a name."""
    return " ".join(words(text))
