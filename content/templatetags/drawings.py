"""Pictures that are drawn from data."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from django import template

from content.body_map import BACK, FRONT

register = template.Library()

STEP = 16
# A ring of this radius, from its leftmost point; and what hatches a dot, from its middle.
RINGS = {"sure": 6.0, "perhaps": 5.25, "none": 5.5}
HATCHES = "m-4 1l5-5m-4 7l6-6"


@dataclass(frozen=True)
class IconArray:
    """Dots in rows of twenty, above two hundred in rows of forty: the shape of each kind."""

    width: int
    height: int
    sure: str
    perhaps: str
    none: str


@register.filter
def icon_array(kinds: list[str]) -> IconArray:
    return _drawn(tuple(kinds))


@lru_cache(maxsize=64)
def _drawn(kinds: tuple[str, ...]) -> IconArray:
    columns = min(len(kinds), 20 if len(kinds) <= 200 else 40) or 1
    shapes = dict.fromkeys(RINGS, "")
    for number, kind in enumerate(kinds):
        row, column = divmod(number, columns)
        shapes[kind] += _dot(kind, column * STEP + STEP // 2, row * STEP + STEP // 2)
    rows = -(-len(kinds) // columns)
    return IconArray(columns * STEP, rows * STEP, **shapes)


def _dot(kind: str, x: int, y: int) -> str:
    radius = RINGS[kind]
    half = f"a{radius:g} {radius:g} 0 1 0 "
    ring = f"M{x - radius:g} {y}{half}{2 * radius:g} 0{half}{-2 * radius:g} 0"
    return ring + (f"M{x} {y}{HATCHES}" if kind == "perhaps" else "")


@register.inclusion_tag("content/_body_map.html")
def body_map(current: str = "") -> dict[str, object]:
    """The map with a link for each region; `current` is the one that the page is about."""
    return {"figures": [FRONT, BACK], "current": current}
