"""What a report is made of, and how its numbers are written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from booking.admin.report_pictures import Picture
from booking.reports import Stretch


@dataclass(frozen=True)
class Table:
    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Section:
    heading: str
    table: Table
    picture: Picture
    summary: str = ""


@dataclass(frozen=True)
class Report:
    """What it counts stands in admin/reports/counted/; without sections there is nothing yet."""

    slug: str
    name: str
    question: str
    draw: Callable[[Stretch], list[Section]]

    @property
    def counted(self) -> str:
        return f"admin/reports/counted/{self.slug}.html"


def percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f}%" if whole else "–"


def hours(minutes: int) -> str:
    return f"{minutes / 60:,.0f} h" if minutes >= 600 or not minutes else f"{minutes / 60:.1f} h"
