"""Where each mark of a report's picture stands, in the units of its own drawing.

A picture has words for who does not see it, a number beside every mark, and its table next to it;
colour and hatching only repeat what they say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

WIDTH = 720
LABEL_WIDTH = 190
NUMBER_WIDTH = 96
BAR, BETWEEN_BARS, BETWEEN_ROWS = 20, 4, 14
CELL_HEIGHT, HEAD_HEIGHT = 40, 30
PLOT_TOP, PLOT_BOTTOM, PLOT_LEFT, PLOT_RIGHT = 16, 40, 48, 24
HEAT_STEPS = (25, 50, 75, 90)


@dataclass(frozen=True)
class Words:
    x: float
    y: float
    text: str
    kind: str = "label"
    anchor: str = "start"


@dataclass(frozen=True)
class Box:
    x: float
    y: float
    width: float
    height: float
    kind: str


@dataclass(frozen=True)
class Line:
    """A line through points, each with a mark of its own shape; it may have breaks."""

    kind: str
    path: str
    marks: list[tuple[float, float]]


@dataclass
class Picture:
    title: str
    description: str
    height: float
    boxes: list[Box] = field(default_factory=list)
    words: list[Words] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    rules: list[float] = field(default_factory=list)
    legend: list[tuple[str, str]] = field(default_factory=list)
    width: float = WIDTH


@dataclass(frozen=True)
class Series:
    """A name, the class that colours it, and a value for each row; None is a gap."""

    name: str
    kind: str
    values: Sequence[int | None]


def bars(title: str, description: str, rows: Sequence[str], series: Sequence[Series]) -> Picture:
    """Lying bars, one of each series in every row, with its number behind it."""
    highest = max((value or 0 for each in series for value in each.values), default=0) or 1
    unit = (WIDTH - LABEL_WIDTH - NUMBER_WIDTH) / highest
    row_height = len(series) * (BAR + BETWEEN_BARS) + BETWEEN_ROWS
    picture = Picture(title, description, height=len(rows) * row_height)
    if len(series) > 1:
        picture.legend = [(each.kind, each.name) for each in series]
    for number, label in enumerate(rows):
        top = number * row_height + BETWEEN_ROWS / 2
        middle = top + (row_height - BETWEEN_ROWS) / 2
        picture.words.append(Words(LABEL_WIDTH - 12, middle + 3, label, anchor="end"))
        for position, each in enumerate(series):
            value = each.values[number] or 0
            y, length = top + position * (BAR + BETWEEN_BARS), value * unit
            picture.boxes.append(Box(LABEL_WIDTH, y, max(length, 1), BAR, each.kind))
            end = LABEL_WIDTH + max(length, 1) + 8
            picture.words.append(Words(end, y + BAR - 5, f"{value:,}", "number"))
    return picture


def shares(title: str, description: str, rows: Sequence[str], series: Sequence[Series]) -> Picture:
    """Bars of the same length, parted as the series part the row; percentages in or above them."""
    row_height = 2 * BAR + BETWEEN_ROWS + 14
    picture = Picture(title, description, height=len(rows) * row_height)
    picture.legend = [(each.kind, each.name) for each in series]
    full = WIDTH - LABEL_WIDTH - 10
    for number, label in enumerate(rows):
        y = number * row_height + 24
        picture.words.append(Words(LABEL_WIDTH - 12, y + BAR + 1, label, anchor="end"))
        whole = sum(each.values[number] or 0 for each in series) or 1
        x: float = LABEL_WIDTH
        for each in series:
            part = (each.values[number] or 0) / whole
            if part:
                picture.boxes.append(Box(x, y, part * full, BAR + 8, each.kind))
                picture.words.append(
                    Words(x + part * full / 2, y - 6, f"{100 * part:.0f}%", "number", "middle")
                )
            x += part * full
    return picture


def heat_map(
    title: str,
    description: str,
    rows: Sequence[str],
    columns: Sequence[str],
    values: Sequence[Sequence[int | None]],
) -> Picture:
    """A cell for each row and column, with its percentage in it; the last column apart."""
    width = (WIDTH - LABEL_WIDTH - 12) / len(columns)
    picture = Picture(title, description, height=HEAD_HEIGHT + len(rows) * CELL_HEIGHT + 4)
    lefts = [
        LABEL_WIDTH + number * width + (12 if number == len(columns) - 1 else 0)
        for number in range(len(columns))
    ]
    for left, column in zip(lefts, columns, strict=True):
        picture.words.append(Words(left + width / 2, 20, column, anchor="middle"))
    for number, label in enumerate(rows):
        y = HEAD_HEIGHT + number * CELL_HEIGHT
        picture.words.append(Words(LABEL_WIDTH - 12, y + 25, label, anchor="end"))
        for left, value in zip(lefts, values[number], strict=True):
            step = heat_step(value)
            picture.boxes.append(Box(left + 1, y + 1, width - 2, CELL_HEIGHT - 2, step))
            words = "–" if value is None else f"{value}%"
            picture.words.append(Words(left + width / 2, y + 25, words, f"in-{step}", "middle"))
    return picture


def heat_step(value: int | None) -> str:
    if value is None:
        return "heat-none"
    return f"heat-{sum(value >= step for step in HEAT_STEPS)}"


def curve(
    title: str,
    description: str,
    columns: Sequence[str],
    series: Sequence[Series],
    *,
    most: int,
) -> Picture:
    """Values over time, up to `most`; a label below every few columns."""
    picture = Picture(title, description, height=260, legend=[(s.kind, s.name) for s in series])
    right, bottom = WIDTH - PLOT_RIGHT, picture.height - PLOT_BOTTOM
    across = (right - PLOT_LEFT) / max(len(columns) - 1, 1)
    highest = _round_up(max((v or 0 for s in series for v in s.values), default=0), most)
    up = (bottom - PLOT_TOP) / highest
    for part in range(5):
        y = bottom - part * (bottom - PLOT_TOP) / 4
        picture.rules.append(y)
        value = f"{highest * part / 4:g}"
        picture.words.append(Words(PLOT_LEFT - 8, y + 5, value, "number", "end"))
    every = -(-len(columns) // 7)
    for number in range(0, len(columns), every):
        x = PLOT_LEFT + number * across
        picture.words.append(Words(x, bottom + 24, columns[number], "label", "middle"))
    for each in series:
        points = [
            None if value is None else (PLOT_LEFT + number * across, bottom - value * up)
            for number, value in enumerate(each.values)
        ]
        picture.lines.append(_line(each.kind, points))
    return picture


def _line(kind: str, points: list[tuple[float, float] | None]) -> Line:
    path, pen_is_up = "", True
    for point in points:
        if point is not None:
            path += f"{'M' if pen_is_up else 'L'}{point[0]:.1f} {point[1]:.1f}"
        pen_is_up = point is None
    return Line(kind, path, [point for point in points if point is not None])


def _round_up(value: int, most: int) -> int:
    """The next number that four rules divide evenly."""
    return min(-(-max(value, 4) // 4) * 4, -(-most // 4) * 4)
