"""Text without the characters that nobody sees. XML cannot hold them, and two of them mark in an
answer of search what was found."""

UNPRINTABLE = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 127])


def printable(text: str) -> str:
    return text.translate(UNPRINTABLE)
