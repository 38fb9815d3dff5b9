"""The form in which words are compared: small letters, no accents, no punctuation."""

from __future__ import annotations

import re
import unicodedata

APOSTROPHES = re.compile(r"['’ʼ]")
WORD = re.compile(r"[^\W_]+")


def words(text: str) -> list[str]:
    """`Tomás’s "golfer's" elbow` → tomass, golfers, elbow."""
    letters = unicodedata.normalize("NFKD", APOSTROPHES.sub("", text).casefold())
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return WORD.findall(plain)


def key(text: str) -> str:
    return " ".join(words(text))
