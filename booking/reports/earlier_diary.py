"""The diary as it stood on an earlier day, read from the visits and their history.

A place was taken from the moment it was booked until the visit was moved away, cancelled, declined
or lapsed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from booking.intervals import Interval
from booking.models import Appointment, AppointmentEvent, EventKind, State

GONE = (State.CANCELLED, State.DECLINED, State.LAPSED)
FREEING = (EventKind.CANCELLED, EventKind.DECLINED, EventKind.LAPSED)
# No visit takes longer, its buffers included: one that began earlier is over.
LONGEST = timedelta(hours=12)


class Place(NamedTuple):
    """A stretch of somebody's diary, and from when until when it was taken; None: it still is."""

    start: datetime
    end: datetime
    taken_from: datetime
    taken_until: datetime | None = None

    def is_taken(self, at: datetime) -> bool:
        return self.taken_from <= at and (self.taken_until is None or at < self.taken_until)


class Move(NamedTuple):
    at: datetime
    from_starts_at: datetime
    from_practitioner: int


class Visit(NamedTuple):
    pk: int
    practitioner: int
    state: str
    created_at: datetime
    starts_at: datetime
    block_start: datetime
    block_end: datetime


def diary_as_it_was(within: Interval) -> dict[int, list[Place]]:
    """What was taken by practitioner, in order of time, at any moment from `within.start` on;
    two queries."""
    moves, freed = _changes(since=within.start)
    places: dict[int, list[Place]] = defaultdict(list)
    visits = (
        Appointment.objects.visits()
        .filter(starts_at__gte=within.start - LONGEST, starts_at__lt=within.end)
        .values_list(
            *("pk", "practitioner", "state", "created_at", "starts_at"),
            *("blocks__startswith", "blocks__endswith"),
        )
    )
    for visit in map(Visit._make, visits.iterator(chunk_size=5_000)):
        # What was freed before the first moment that anybody asks about has no event here.
        if visit.state in GONE and visit.pk not in freed:
            continue
        until = freed[visit.pk] if visit.state in GONE else None
        for practitioner, place in _places(visit, moves.get(visit.pk, []), until=until):
            places[practitioner].append(place)
    for taken in places.values():
        taken.sort(key=lambda place: place.start)
    return places


def _changes(*, since: datetime) -> tuple[dict[int, list[Move]], dict[int, datetime]]:
    """The moves of each visit in order, and when a visit was last taken out of the diary."""
    moves: dict[int, list[Move]] = defaultdict(list)
    freed: dict[int, datetime] = {}
    changes = (
        AppointmentEvent.objects.filter(at__gte=since, kind__in=(EventKind.MOVED, *FREEING))
        .order_by("at", "pk")
        .values_list("appointment_id", "kind", "at", "from_starts_at", "from_practitioner_id")
    )
    for pk, kind, at, starts_at, practitioner in changes.iterator(chunk_size=5_000):
        if kind != EventKind.MOVED:
            freed[pk] = at
        elif starts_at and practitioner:
            moves[pk].append(Move(at, starts_at, practitioner))
    return moves, freed


def _places(
    visit: Visit, moves: list[Move], *, until: datetime | None
) -> Iterator[tuple[int, Place]]:
    """Where the visit stood, one place after the other."""
    taken_from = visit.created_at
    before = visit.starts_at - visit.block_start
    length = visit.block_end - visit.block_start
    for move in moves:
        start = move.from_starts_at - before
        yield move.from_practitioner, Place(start, start + length, taken_from, move.at)
        taken_from = move.at
    yield visit.practitioner, Place(visit.block_start, visit.block_end, taken_from, until)
