"""The picture that is shown with a page where its address is shared: drawn here, in our look."""

from __future__ import annotations

from functools import cache, lru_cache
from io import BytesIO
from math import cos, pi, radians, sin

from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 1200, 630
MARGIN = 80
# Below the title the sprig begins.
ROOM = 212
MOST_LINES = 3

PAPER, INK, INK_SOFT = "#f8f5f1", "#2b1c22", "#66545c"
WINE, BERRY, LEAF = "#5a1a34", "#c23a17", "#6c7440"

# The sprig, on a square of 400: its twig, where its leaflets sit, and its berries.
TWIG = ((396, 30), (300, 62), (200, 70), (96, 96))
LEAFLETS = ((330, 54), (284, 64), (238, 68), (192, 72), (146, 84))
BERRIES = ((190, 226), (250, 214), (310, 232), (160, 282), (220, 272), (282, 284), (226, 330))
FORK = (284, 66)


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
        if len(lines) * size * 1.25 <= ROOM:
            return _font(size), lines
    font = _font(52)
    lines = _lines(title, font)
    if len(lines) > MOST_LINES:
        lines = [*lines[: MOST_LINES - 1], f"{lines[MOST_LINES - 1]} …"]
    return font, lines


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
    """Rowan berries under their leaves, drawn large and made small so that edges are soft."""
    large = Image.new("RGB", (1600, 1600), PAPER)
    draw = ImageDraw.Draw(large)
    for berry in BERRIES:
        draw.line((_large(FORK), _large(berry)), fill=LEAF, width=12)
    draw.line([_large(point) for point in TWIG], fill=LEAF, width=18, joint="curve")
    for x, y in LEAFLETS:
        draw.polygon(_leaflet((x, y), 115), fill=LEAF)
        draw.polygon(_leaflet((x, y), 235), fill=LEAF)
    draw.polygon(_leaflet(TWIG[-1], 170), fill=LEAF)
    for x, y in BERRIES:
        draw.ellipse((*_large((x - 32, y - 32)), *_large((x + 32, y + 32))), fill=BERRY)
    small = large.resize((270, 270), Image.Resampling.LANCZOS)
    picture.paste(small, (WIDTH - 270 - 40, HEIGHT - 270 - 6))


def _large(point: tuple[int, int]) -> tuple[int, int]:
    return point[0] * 4, point[1] * 4


def _leaflet(stalk: tuple[int, int], degrees: int) -> list[tuple[float, float]]:
    """A pointed leaflet that grows from `stalk` in a direction; 0 is to the right, 90 down."""
    along, across = cos(radians(degrees)), sin(radians(degrees))
    outline = []
    for side in (1, -1):
        steps = range(13) if side == 1 else range(12, -1, -1)
        for step in steps:
            length, width = 66 * step / 12, side * 15 * sin(pi * step / 12)
            x = stalk[0] + length * along - width * across
            y = stalk[1] + length * across + width * along
            outline.append((x * 4, y * 4))
    return outline
