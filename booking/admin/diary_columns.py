"""The columns of the board as the page shows them: what stands where, in words.

Plain values throughout, so that a column can be told from its earlier self by a fingerprint.
Most columns are asked for again, all day long, before they change: what is made of one is kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from booking.admin.diary_items import (
    MOST_LANES,
    Item,
    breaks_of,
    closures_of,
    free_of,
    is_practitioners,
    moves_of,
    visits_of,
)
from booking.board_layout import Scale, Span
from booking.day_board import Column
from booking.openings import Openings

# Patients' names stand in what is kept: it stays in this process's memory, is found only by the
# whole content of a column that was just read from the diary, and the oldest makes room.
KEPT_COLUMNS = 300


# Told apart by identity: equal columns are the same object as long as it is kept.
@dataclass(frozen=True, eq=False)
class ShownColumn:
    key: str
    name: str
    heading: str
    place: str
    where: str
    scale: Scale
    background: tuple[tuple[str, Span], ...]
    items: tuple[Item, ...]

    @property
    def lanes(self) -> int:
        return min(max((item.of_lanes for item in self.items), default=1), MOST_LANES)

    @cached_property
    def fingerprint(self) -> str:
        return hashlib.sha256(repr(self).encode()).hexdigest()[:10]

    @property
    def visits(self) -> int:
        return sum(item.kind == "visit" for item in self.items)


def shown(
    column: Column, *, now: datetime, week: bool, openings: Openings | None = None
) -> ShownColumn:
    """With `openings` the column offers places to move a visit to, else places to book."""
    if openings:
        return _shown(column, tuple(moves_of(column, openings)), week=week)
    every = _with_every_free_hour(column, week=week)
    passed = [item.end for item in every.items if item.end and item.end <= now]
    return _without(max(passed), every) if passed else every


@lru_cache(maxsize=KEPT_COLUMNS)
def _with_every_free_hour(column: Column, *, week: bool) -> ShownColumn:
    return _shown(column, tuple(free_of(column)), week=week)


@lru_cache(maxsize=KEPT_COLUMNS)
def _without(passed: datetime, column: ShownColumn) -> ShownColumn:
    left = (item for item in column.items if item.end is None or item.end > passed)
    return replace(column, items=tuple(left))


def _shown(column: Column, places: tuple[Item, ...], *, week: bool) -> ShownColumn:
    items = [*visits_of(column), *closures_of(column), *breaks_of(column), *places]
    where = dict.fromkeys(window.location.name for window in column.windows)
    return ShownColumn(
        key=column.key,
        name=column.name,
        heading=f"{column.day:%a} {column.day.day} {column.day:%b}" if week else column.name,
        place=_place(column, week=week),
        where=", ".join(where) if is_practitioners(column) else "",
        scale=column.scale,
        background=tuple(_background(column)),
        items=tuple(sorted(items, key=lambda item: (item.at, item.kind != "visit", item.key))),
    )


def _place(column: Column, *, week: bool) -> str:
    """How the column's buttons say where they stand."""
    if week:
        return f"on {column.day:%A} {column.day.day} {column.day:%B}"
    return f"{'with' if is_practitioners(column) else 'in'} {column.name}"


def _background(column: Column) -> Iterator[tuple[str, Span]]:
    for window in column.windows:
        if span := column.scale.span(window.stretch):
            yield ("extra" if window.extra else "window"), span


def drawn(
    column: ShownColumn, now: dict[str, Any] | None, *, may_book: bool, changed: bool
) -> SafeString:
    """The column as it stands on the page. The line of the clock is drawn anew each time."""
    if now and now["column"] == column.key:
        return _draw(column, now, may_book=may_book, changed=changed)
    return _draw_without_line(column, may_book=may_book, changed=changed)


@lru_cache(maxsize=KEPT_COLUMNS)
def _draw_without_line(column: ShownColumn, *, may_book: bool, changed: bool) -> SafeString:
    return _draw(column, None, may_book=may_book, changed=changed)


def _draw(
    column: ShownColumn, now: dict[str, Any] | None, *, may_book: bool, changed: bool
) -> SafeString:
    context = {
        "column": column,
        "length": Span(0, column.scale.length),
        "line": now,
        "may_book": may_book,
        "out_of_band": changed,
    }
    return render_to_string("admin/diary/_column.html", context)
