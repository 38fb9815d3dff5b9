"""The columns of the board as the page shows them: what stands where, in words.

Plain values throughout, so that a column can be told from its earlier self by a fingerprint.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from booking.admin.forms import Choice
from booking.admin.wording import who_comes
from booking.board_layout import Scale, Span, lanes, pieces
from booking.day_board import Column
from booking.intervals import Interval
from booking.models import Appointment, Room, State
from booking.openings import Openings, OpenTime
from clinic_site.local_time import clinic_zone, clock
from content.models import Practitioner

HOUR = timedelta(hours=1)
MOST_LANES = 12


@dataclass(frozen=True)
class Item:
    """Something on a column. `at` orders it; `address` or `choice` is where its button leads."""

    at: datetime
    kind: str
    span: Span
    times: str
    key: str = ""
    words: str = ""
    pk: int = 0
    state: str = ""
    state_word: str = ""
    service: str = ""
    place: str = ""
    overbooked: bool = False
    buffer: Span | None = None
    lane: int = 0
    of_lanes: int = 1


@dataclass(frozen=True)
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

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(repr(self).encode()).hexdigest()[:10]

    @property
    def visits(self) -> int:
        return sum(item.kind == "visit" for item in self.items)


def shown(
    column: Column, *, now: datetime, week: bool, openings: Openings | None = None
) -> ShownColumn:
    """With `openings` the column offers places to move a visit to, else places to book."""
    places = _moves(column, openings) if openings else _free(column, now=now)
    items = [*_visits(column), *_closures(column), *_breaks(column), *places]
    where = dict.fromkeys(window.location.name for window in column.windows)
    return ShownColumn(
        key=column.key,
        name=column.name,
        heading=f"{column.day:%a} {column.day.day} {column.day:%b}" if week else column.name,
        place=_place(column, week=week),
        where=", ".join(where) if isinstance(column.owner, Practitioner) else "",
        scale=column.scale,
        background=tuple(_background(column)),
        items=tuple(sorted(items, key=lambda item: (item.at, item.kind != "visit", item.key))),
    )


def _place(column: Column, *, week: bool) -> str:
    """How the column's buttons say where they stand."""
    if week:
        return f"on {column.day:%A} {column.day.day} {column.day:%B}"
    return f"{'with' if _is_practitioners(column) else 'in'} {column.name}"


def _background(column: Column) -> Iterator[tuple[str, Span]]:
    for window in column.windows:
        if span := column.scale.span(window.stretch):
            yield ("extra" if window.extra else "window"), span


def _visits(column: Column) -> list[Item]:
    blocks = [(visit, column.scale.span(visit.block)) for visit in column.visits]
    seen = sorted(
        ((visit, block) for visit, block in blocks if block),
        key=lambda each: (each[1], each[0].pk),
    )
    side_by_side = lanes([block for _, block in seen])
    return [
        replace(
            _visit(visit, block, column.scale, of_practitioner=_is_practitioners(column)),
            lane=min(lane, MOST_LANES - 1),
            of_lanes=min(count, MOST_LANES),
        )
        for (visit, block), (lane, count) in zip(seen, side_by_side, strict=True)
    ]


def _is_practitioners(column: Column) -> bool:
    return isinstance(column.owner, Practitioner)


def _visit(visit: Appointment, block: Span, scale: Scale, *, of_practitioner: bool) -> Item:
    span = scale.span(Interval(visit.starts_at, visit.ends_at))
    place = f"{visit.room.name}, {visit.location.name}"
    return Item(
        at=visit.starts_at,
        kind="visit",
        span=span or block,
        times=until(visit.starts_at, visit.ends_at),
        key=f"v{visit.pk}",
        words=_who(visit),
        pk=visit.pk,
        state=str(visit.state).replace("_", "-"),
        state_word=state_word(visit),
        service=visit.service_name,
        place=place if of_practitioner else f"{visit.practitioner.name}, {place}",
        overbooked=visit.overbooked,
        buffer=block if span != block else None,
    )


def _who(visit: Appointment) -> str:
    if visit.patient:
        return who_comes(visit.patient)
    offered_to = getattr(visit, "offered_to", None)
    return f"Offered to {offered_to}" if offered_to else "A visitor of the website"


def state_word(visit: Appointment) -> str:
    """The state; of what passes by itself also its end."""
    if visit.hold_expires_at is None:
        return visit.get_state_display()
    end = clock(visit.hold_expires_at)
    if visit.state == State.HELD:
        return f"Held until {end}"
    return f"E-mail not confirmed, kept until {end}"


def _closures(column: Column) -> Iterator[Item]:
    for closure in column.closures:
        stretch = Interval(closure.starts_at, closure.ends_at)
        if span := column.scale.span(stretch):
            cut = _cut(stretch, column.scale)
            yield Item(
                at=cut.start,
                kind="closure",
                span=span,
                times=until(cut.start, cut.end),
                key=f"c{closure.pk}",
                words=closure.reason,
                place=str(closure.location or "") if closure.location_id else "",
            )


def _breaks(column: Column) -> Iterator[Item]:
    for stretch in column.breaks:
        if span := column.scale.span(stretch):
            yield Item(stretch.start, "break", span, until(stretch.start, stretch.end))
    for window in column.windows:
        if window.extra and (span := column.scale.span(window.stretch)):
            times = until(window.stretch.start, window.stretch.end)
            yield Item(window.stretch.start, "extra", span, times, place=window.location.name)


def _free(column: Column, *, now: datetime) -> Iterator[Item]:
    """Free stretches, an hour to a button. One that has begun keeps its button to its end."""
    for stretch, location in column.free():
        for piece in pieces(stretch, origin=column.scale.shown.start, every=HOUR):
            span = column.scale.span(piece)
            if span and piece.end > now:
                owner = column.owner
                who = f"practitioner={owner.pk}&" if isinstance(owner, Practitioner) else ""
                local = piece.start.astimezone(clinic_zone())
                yield Item(
                    at=piece.start,
                    kind="free",
                    span=span,
                    times=until(piece.start, piece.end),
                    key=f"{who}location={location.pk}&date={local:%Y-%m-%d}&time={local:%H:%M}",
                    place=location.name,
                )


def _moves(column: Column, openings: Openings) -> Iterator[Item]:
    """Each start of the service within the windows: open, or not, and then it can be asked why."""
    practitioner = column.owner
    if isinstance(practitioner, Room) or practitioner not in openings.practitioners:
        return
    every = openings.service.policy.start_every
    open_at = {
        (time.start, time.location.pk)
        for time in openings.times(column.scale.shown)
        if practitioner in time.practitioners
    }
    for window in column.windows:
        start = window.stretch.start
        while start + openings.service.length <= window.stretch.end:
            span = column.scale.span(Interval(start, start + every))
            if span and start > openings.now:
                time = OpenTime(start, window.location, ())
                is_open = (start, window.location.pk) in open_at
                yield Item(
                    at=start,
                    kind="move" if is_open else "refused",
                    span=span,
                    times=clock(start),
                    key=Choice(time, practitioner).key,
                    place=window.location.name,
                )
            start += every


def _cut(stretch: Interval, scale: Scale) -> Interval:
    return Interval(max(stretch.start, scale.shown.start), min(stretch.end, scale.shown.end))


def until(start: datetime, end: datetime) -> str:
    return f"{clock(start)} to {clock(end)}"
