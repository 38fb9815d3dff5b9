"""What stands in a PDF as Chromium writes it: as many pages, these letters."""

import re
import zlib
from collections.abc import Iterator
from contextlib import suppress

OBJECT = re.compile(rb"(\d+) 0 obj\b(.*?)endobj", re.DOTALL)
STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
FONT_SET = re.compile(r"/(F\d+) [\d.]+ Tf|<([0-9A-Fa-f]+)>|\((?:[^()\\]|\\.)*\) Tj")


def page_count(pdf: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b", pdf))


def text_of(pdf: bytes) -> str:
    """The letters in the order in which they are drawn, without blanks."""
    bodies = {int(number): body for number, body in OBJECT.findall(pdf)}
    fonts: dict[str, dict[int, str]] = {}
    for name, reference in re.findall(rb"/(F\d+) (\d+) 0 R", pdf):
        to_unicode = re.search(rb"/ToUnicode (\d+) 0 R", bodies[int(reference)])
        if to_unicode:
            fonts[name.decode()] = letters_of(stream_of(bodies[int(to_unicode[1])]))
    pages = (stream_of(body) for body in bodies.values())
    return "".join(drawn(page, fonts) for page in pages if " Tf" in page).replace(" ", "")


def drawn(page: str, fonts: dict[str, dict[int, str]]) -> str:
    font: dict[int, str] = {}
    text = ""
    for found in FONT_SET.finditer(page):
        if found[1]:
            font = fonts.get(found[1], {})
        elif found[2]:
            codes = (found[2][place : place + 4] for place in range(0, len(found[2]), 4))
            text += "".join(font.get(int(code, 16), "") for code in codes)
    return text


def stream_of(body: bytes) -> str:
    found = STREAM.search(body)
    if found is None:
        return ""
    with suppress(zlib.error):
        return zlib.decompress(found[1]).decode("latin-1")
    return ""


def letters_of(table: str) -> dict[int, str]:
    """A ToUnicode table: which letter each glyph is."""
    letters: dict[int, str] = {}
    for kind, block in re.findall(r"beginbf(char|range)(.*?)endbf", table, re.DOTALL):
        numbers = [int(number, 16) for number in re.findall(r"<([0-9A-Fa-f]+)>", block)]
        if kind == "char":
            letters |= {
                code: chr(letter) for code, letter in zip(*[iter(numbers)] * 2, strict=True)
            }
        else:
            for first, last, letter in zip(*[iter(numbers)] * 3, strict=True):
                letters |= {code: chr(letter + code - first) for code in range(first, last + 1)}
    return letters


def in_groups(numbers: list[int], *, of: int) -> Iterator[tuple[int, ...]]:
    return zip(*[iter(numbers)] * of, strict=True)
