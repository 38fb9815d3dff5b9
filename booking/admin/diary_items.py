"""What stands on a column of the board, in words: visits, closures, breaks, and places to book."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from booking.admin.forms import choice_key
from booking.admin.wording import kept_for, state_word, with_adult
from booking.board_layout import Scale, Span, lanes, pieces
from booking.day_board import By, Column
from booking.day_rows import ShownVisit
from booking.intervals import Interval
from booking.openings import Openings
from clinic_site.local_time import clinic_zone, clock

HOUR = timedelta(hours=1)
MOST_LANES = 12
ROOM_FOR_TWO_LINES, ROOM_FOR_THREE_LINES = 20, 30


@dataclass(frozen=True)
class Item:
    """Something on a column. `at` orders it; `key` is where its button leads.

    What passes with the clock, as a free hour does, has its `end`.
    """

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
    in_closure: bool = False
    buffer: Span | None = None
    lane: int = 0
    of_lanes: int = 1
    end: datetime | None = None

    @property
    def size(self) -> str:
        """How many lines there is room for: one, two, or more."""
        if self.span.length < ROOM_FOR_TWO_LINES:
            return "line"
        return "short" if self.span.length < ROOM_FOR_THREE_LINES else "tall"


def visits_of(column: Column) -> list[Item]:
    blocks = [(visit, column.scale.span(visit.block)) for visit in column.visits]
    seen = sorted(
        ((visit, block) for visit, block in blocks if block),
        key=lambda each: (each[1], each[0].pk),
    )
    side_by_side = lanes([block for _, block in seen])
    return [
        replace(
            _visit(visit, block, column.scale, of_practitioner=is_practitioners(column)),
            lane=min(lane, MOST_LANES - 1),
            of_lanes=min(count, MOST_LANES),
        )
        for (visit, block), (lane, count) in zip(seen, side_by_side, strict=True)
    ]


def is_practitioners(column: Column) -> bool:
    return column.owner.by is By.PRACTITIONER


def _visit(visit: ShownVisit, block: Span, scale: Scale, *, of_practitioner: bool) -> Item:
    span = scale.span(Interval(visit.starts_at, visit.ends_at))
    place = f"{visit.room}, {visit.location}"
    return Item(
        at=visit.starts_at,
        kind="visit",
        span=span or block,
        times=briefly(visit.starts_at, visit.ends_at),
        key=f"v{visit.pk}",
        words=_who(visit),
        pk=visit.pk,
        state=visit.state.replace("_", "-"),
        state_word=state_word(
            visit.state, kept_until=visit.hold_expires_at, for_long=visit.is_promised
        ),
        service=visit.service_name,
        place=place if of_practitioner else f"{visit.practitioner}, {place}",
        overbooked=visit.overbooked,
        in_closure=visit.in_closure,
        buffer=block if span != block else None,
    )


def _who(visit: ShownVisit) -> str:
    patient, offered_to, proposed_to = (
        with_adult(name, visit.responsible_adult) if name else ""
        for name in (visit.patient, visit.offered_to, visit.proposed_to)
    )
    return patient or kept_for(offered_to=offered_to, proposed_to=proposed_to)


def closures_of(column: Column) -> Iterator[Item]:
    for closure in column.closures:
        if span := column.scale.span(closure.stretch):
            cut = _cut(closure.stretch, column.scale)
            yield Item(
                at=cut.start,
                kind="closure",
                span=span,
                times=until(cut.start, cut.end),
                key=f"c{closure.pk}",
                words=closure.reason,
                place=closure.location.name if closure.location else "",
            )


def breaks_of(column: Column) -> Iterator[Item]:
    for stretch in column.breaks:
        if span := column.scale.span(stretch):
            yield Item(stretch.start, "break", span, until(stretch.start, stretch.end))
    for window in column.windows:
        if window.extra and (span := column.scale.span(window.stretch)):
            times = until(window.stretch.start, window.stretch.end)
            yield Item(window.stretch.start, "extra", span, times, place=window.location.name)


def free_of(column: Column) -> Iterator[Item]:
    """Free stretches, an hour to a button. One that has begun keeps its button to its end."""
    who = f"practitioner={column.owner.pk}&" if is_practitioners(column) else ""
    for stretch, location in column.free():
        for piece in pieces(stretch, origin=column.scale.shown.start, every=HOUR):
            if span := column.scale.span(piece):
                local = piece.start.astimezone(clinic_zone())
                yield Item(
                    at=piece.start,
                    kind="free",
                    span=span,
                    times=until(piece.start, piece.end),
                    key=f"{who}location={location.pk}&date={local:%Y-%m-%d}&time={local:%H:%M}",
                    place=location.name,
                    end=piece.end,
                )


def moves_of(column: Column, openings: Openings) -> Iterator[Item]:
    """Each start of the service within the windows: open, or not, and then it can be asked why. Not
    the one at which the visit stands already."""
    of_column = [each for each in openings.practitioners if each.pk == column.owner.pk]
    if not (is_practitioners(column) and of_column):
        return
    [practitioner] = of_column
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
            moves = not openings.stands_there(practitioner.pk, window.location.pk, start)
            if span and moves and start > openings.now:
                is_open = (start, window.location.pk) in open_at
                yield Item(
                    at=start,
                    kind="move" if is_open else "refused",
                    span=span,
                    times=clock(start),
                    key=choice_key(start, practitioner.pk, window.location.pk),
                    place=window.location.name,
                )
            start += every


def _cut(stretch: Interval, scale: Scale) -> Interval:
    return Interval(max(stretch.start, scale.shown.start), min(stretch.end, scale.shown.end))


def briefly(start: datetime, end: datetime) -> str:
    """9:00 to 9:40 am, 11:30 am to 12:10 pm."""
    first, last = clock(start), clock(end)
    same_half = first[-2:] == last[-2:] != "on"
    return f"{first[:-3] if same_half else first} to {last}"


def until(start: datetime, end: datetime) -> str:
    return f"{clock(start)} to {clock(end)}"
