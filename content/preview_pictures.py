"""The picture that is shown with a page where its address is shared: drawn here, in our look."""

from __future__ import annotations

from functools import cache, lru_cache
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 1200, 630
MARGIN = 80
MOST_LINES = 4

PAPER, INK, INK_SOFT = "#f8f5f1", "#2b1c22", "#66545c"
WINE, BERRY, LEAF = "#5a1a34", "#c23a17", "#6c7440"

# Berries at the end of their stalks, leaves along theirs: (x, y) from the sprig's lower right.
BERRIES = ((-250, -150), (-190, -178), (-130, -150), (-220, -92), (-160, -100), (-190, -40))
LEAVES = ((-70, -300), (-130, -270), (-190, -262), (-250, -276), (-305, -310))


@lru_cache(maxsize=64)
def preview_picture(*, over: str, title: str, clinic: str) -> bytes:
    """A PNG of 1200 × 630 with the words over the title, the title, and the clinic's name."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, WIDTH, 18), fill=WINE)
    _sprig(picture)
    draw.text((MARGIN, 92), over, font=_font(34), fill=INK_SOFT)
    font, lines = _fitted(title)
    draw.multiline_text((MARGIN, 150), "\n".join(lines), font=font, fill=INK, spacing=14)
    draw.text((MARGIN, HEIGHT - 100), clinic, font=_font(36), fill=WINE)
    file = BytesIO()
    picture.quantize(64).save(file, "PNG", optimize=True)
    return file.getvalue()


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    """The typeface that comes with Pillow: nothing to download."""
    font = ImageFont.load_default(size)
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise TypeError("Pillow was built without FreeType.")
    return font


def _fitted(title: str) -> tuple[ImageFont.FreeTypeFont, list[str]]:
    """The largest type in which the title fits, and its lines; the last one may be cut."""
    for size in (84, 72, 60):
        lines = _lines(title, _font(size))
        if len(lines) <= MOST_LINES and size * 1.25 * len(lines) < 350:
            return _font(size), lines
    lines = _lines(title, _font(52))
    cut = [*lines[: MOST_LINES - 1], f"{lines[MOST_LINES - 1]} …"]
    return _font(52), lines if len(lines) <= MOST_LINES else cut


def _lines(title: str, font: ImageFont.FreeTypeFont) -> list[str]:
    lines = [""]
    for word in title.split():
        longer = f"{lines[-1]} {word}".strip()
        if font.getlength(longer) <= WIDTH - 2 * MARGIN or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _sprig(picture: Image.Image) -> None:
    """A few rowan berries under their leaves, drawn large and made small so that edges are soft."""
    scale = 3
    size = (420 * scale, 400 * scale)
    large = Image.new("RGB", size, PAPER)
    draw = ImageDraw.Draw(large)
    middle = (340 * scale, 120 * scale)
    for x, y in BERRIES:
        berry = ((400 + x) * scale, (400 + y) * scale)
        draw.line((middle, berry), fill=LEAF, width=4 * scale)
    draw.line((middle, (410 * scale, 20 * scale)), fill=LEAF, width=5 * scale)
    draw.line((middle, (90 * scale, 90 * scale)), fill=LEAF, width=4 * scale)
    for x, y in LEAVES:
        left, top = (400 + x) * scale, (400 + y) * scale
        draw.ellipse((left - 13 * scale, top - 34 * scale, left + 13 * scale, top), fill=LEAF)
        draw.ellipse((left - 33 * scale, top, left - 7 * scale, top + 34 * scale), fill=LEAF)
    for x, y in BERRIES:
        left, top = (400 + x) * scale, (400 + y) * scale
        radius = 25 * scale
        draw.ellipse((left - radius, top - radius, left + radius, top + radius), fill=BERRY)
    small = large.resize((420, 400), Image.Resampling.LANCZOS).resize((231, 220))
    picture.paste(small, (WIDTH - 231 - 50, HEIGHT - 220 - 30))
