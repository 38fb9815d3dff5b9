"""Pictures that are drawn from data."""

from __future__ import annotations

from dataclasses import dataclass

from django import template

from content.body_map import BACK, FRONT

register = template.Library()

STEP = 16


@dataclass(frozen=True)
class Dot:
    x: int
    y: int
    kind: str


@dataclass(frozen=True)
class IconArray:
    """Dots in rows of twenty; above two hundred in rows of forty."""

    dots: list[Dot]
    width: int
    height: int

    def of(self, kind: str) -> list[Dot]:
        return [dot for dot in self.dots if dot.kind == kind]

    @property
    def sure(self) -> list[Dot]:
        return self.of("sure")

    @property
    def perhaps(self) -> list[Dot]:
        return self.of("perhaps")

    @property
    def none(self) -> list[Dot]:
        return self.of("none")


@register.filter
def icon_array(kinds: list[str]) -> IconArray:
    columns = min(len(kinds), 20 if len(kinds) <= 200 else 40)
    dots = [
        Dot(number % columns * STEP + STEP // 2, number // columns * STEP + STEP // 2, kind)
        for number, kind in enumerate(kinds)
    ]
    rows = -(-len(kinds) // columns) if columns else 0
    return IconArray(dots, columns * STEP, rows * STEP)


@register.inclusion_tag("content/_body_map.html")
def body_map(current: str = "") -> dict[str, object]:
    """The map with a link for each region; `current` is the one that the page is about."""
    return {"figures": [FRONT, BACK], "current": current}
