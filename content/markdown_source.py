"""A Markdown text taken apart, not rendered: its sections, citations and the clinic's own blocks.

A block is written `::: kind arguments`, its text, `:::`. Pure: text in, plain values out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

CARE_CARDS = ("emergency", "urgent", "non-urgent")
LISTS = ("do", "do-not")
BLOCKS = (
    *CARE_CARDS,
    *LISTS,
    "callout",
    "compare",
    "icon-array",
    "picture",
    "photo",
    "tell-us-first",
)
DRAWINGS = ("body-map", "tender-point", "visit-door-to-door", "soreness-three-days")

# More dots than this tell nobody anything, and would fill a page.
MOST_DOTS = 1000

PRACTICAL = re.compile(r"[ \t]*\{\.practical\}[ \t]*$", re.MULTILINE)
CITATION = re.compile(r"\[(@[a-z0-9-]+(?:; *@[a-z0-9-]+)*)\]")
LIKE_A_CITATION = re.compile(r"\[ *@[^\]\n]*\](?!\(|\[[^@])")
HEADING = re.compile(r"^##(?!\S)[ \t]*(.*)$", re.MULTILINE)
BLOCK_START = re.compile(r"^::: +([a-z-]+) *(.*)$")
CHANCES = re.compile(r"([0-9]{1,4})(?:-([0-9]{1,4}))? +([0-9]{1,4}) +(\S.*)")
PICTURE_NUMBER = re.compile(r"[0-9]{1,9}")
MARKDOWN_IMAGE = re.compile(r"!\[[^\]]*\][(\[]")


@dataclass(frozen=True)
class Section:
    """A part of a text under one `##` heading, as the publication gate looks at it."""

    heading: str
    practical: bool
    cites: bool


@dataclass(frozen=True)
class Block:
    """A stretch of prose (kind "") or one `:::` block with its arguments."""

    kind: str
    arguments: str
    body: str
    closed: bool = True


@dataclass(frozen=True)
class Chances:
    """How many at least and at most, of how many, and what happens to them."""

    low: int
    high: int
    total: int
    label: str

    @property
    def dots(self) -> list[str]:
        return [
            "sure" if number < self.low else "perhaps" if number < self.high else "none"
            for number in range(self.total)
        ]


def sections(source: str) -> list[Section]:
    """The parts of a text; what stands before the first heading is a part without heading."""
    pieces = HEADING.split(source)
    headed = zip(["", *pieces[1::2]], pieces[0::2], strict=True)
    return [
        Section(
            heading=PRACTICAL.sub("", heading),
            practical=bool(PRACTICAL.search(heading)),
            cites=bool(CITATION.search(text)),
        )
        for heading, text in headed
        if text.strip()
    ]


def cited_keys(source: str) -> list[str]:
    """The reference keys of a text, in the order of first mention."""
    keys = [key.strip(" @") for match in CITATION.finditer(source) for key in match[1].split(";")]
    return list(dict.fromkeys(keys))


def blocks(source: str) -> Iterator[Block]:
    """The text as prose and blocks, in order. A block of unknown kind is prose, and so is the text
    of a block that does not end."""
    prose: list[str] = []
    inside: Block | None = None
    body: list[str] = []
    for line in source.replace("\r\n", "\n").split("\n"):
        if inside:
            if line.strip() == ":::":
                yield Block(inside.kind, inside.arguments, "\n".join(body).strip())
                inside, body = None, []
            else:
                body.append(line)
        elif (start := BLOCK_START.match(line)) and start[1] in BLOCKS:
            yield Block("", "", "\n".join(prose))
            prose, inside = [], Block(start[1], start[2].strip(), "")
        else:
            prose.append(line)
    yield Block("", "", "\n".join([*prose, *body]), closed=inside is None)


def chances(arguments: str) -> Chances | None:
    """`5-16 100 bleed a little` read; None if it cannot be, or counts more than there are."""
    match = CHANCES.fullmatch(arguments)
    if match is None:
        return None
    low, high, total = int(match[1]), int(match[2] or match[1]), int(match[3])
    if not low <= high <= total <= MOST_DOTS:
        return None
    return Chances(low, high, total, match[4])


def picture_number(arguments: str) -> int | None:
    """Which picture `::: photo` asks for."""
    return int(arguments) if PICTURE_NUMBER.fullmatch(arguments) else None


def picture_numbers(source: str) -> list[int]:
    """The pictures that a text shows."""
    asked = [picture_number(block.arguments) for block in blocks(source) if block.kind == "photo"]
    return [number for number in dict.fromkeys(asked) if number is not None]


def mistakes(source: str) -> list[str]:
    """What is wrong with the blocks, pictures and citations of a text, as sentences."""
    found = [sentence for block in blocks(source) for sentence in _mistakes_of(block)]
    if MARKDOWN_IMAGE.search(source):
        found.append("Put a picture in with “::: photo” and its number, so that it has its words.")
    found += [
        f"“{written}” is not read as a citation: write small letters, digits and hyphens, like "
        "“[@gattie-2021; @brady-2014]”."
        for written in LIKE_A_CITATION.findall(source)
        if not CITATION.fullmatch(written)
    ]
    return list(dict.fromkeys(found))


def _mistakes_of(block: Block) -> Iterator[str]:
    if not block.closed:
        yield "A block has no end: close it with a line “:::”."
    if block.kind == "":
        yield from _unknown_blocks(block.body)
    if block.kind in (*CARE_CARDS, *LISTS) and not _is_list(block.body):
        yield f"Begin each line in “::: {block.kind}” with “- ”: no other line is shown."
    if block.kind == "icon-array" and chances(block.arguments) is None:
        yield (
            f"“::: icon-array {block.arguments}” needs how many, of how many (at most "
            f"{MOST_DOTS}), and what happens, like “5-16 100 bleed a little”."
        )
    if block.kind == "picture" and block.arguments not in DRAWINGS:
        yield f"“::: picture {block.arguments}” is no drawing of ours: {', '.join(DRAWINGS)}."
    if block.kind == "photo" and picture_number(block.arguments) is None:
        yield f"“::: photo {block.arguments}” needs the number of a picture."


def _unknown_blocks(prose: str) -> Iterator[str]:
    for line in prose.split("\n"):
        start = BLOCK_START.match(line)
        if start and start[1] not in BLOCKS:
            yield f"“::: {start[1]}” is no block of ours: {', '.join(BLOCKS)}."


def _is_list(body: str) -> bool:
    lines = [line for line in body.splitlines() if line.strip()]
    return bool(lines) and all(line.startswith("- ") for line in lines)
