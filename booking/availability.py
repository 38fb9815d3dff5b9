"""Which start times are open, and why another is not. One rule for pages, booking and desk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from booking.intervals import Interval, merge, overlap_in
from booking.policy import BookingPolicy, Refusal


class Roster:
    """One practitioner at one location.

    working: the windows they work there; visits must lie within one.
    closed: closures of the practitioner, the location or the clinic.
    busy: what the practitioner's other visits block, buffers included, wherever they are.
    rooms: for each room of the location, what its visits block.
    """

    def __init__(
        self,
        *,
        working: Iterable[Interval],
        closed: Iterable[Interval] = (),
        busy: Iterable[Interval] = (),
        rooms: Iterable[Iterable[Interval]] = (),
    ) -> None:
        self.working = merge(working)
        self.closed = merge(closed)
        self.busy = merge(busy)
        self.rooms = [merge(room) for room in rooms]

    def refusal(
        self, start: datetime, *, length: timedelta, policy: BookingPolicy, now: datetime
    ) -> Refusal | None:
        """The first rule that keeps a visit from starting at `start`, or None if it is open."""
        if refusal := policy.refusal(start, now=now):
            return refusal
        visit = Interval.lasting(length, start=start)
        window = overlap_in(self.working, visit)
        if window is None or not window.contains(visit):
            return Refusal.NOT_WORKING
        if (start - window.start) % policy.start_every:
            return Refusal.BETWEEN_STARTS
        if overlap_in(self.closed, visit):
            return Refusal.CLOSED
        return self.clash(visit, policy)

    def clash(self, visit: Interval, policy: BookingPolicy) -> Refusal | None:
        """Whether another visit stands in the way, of the practitioner or in every room."""
        if overlap_in(self.busy, policy.block(visit)):
            return Refusal.PRACTITIONER_BUSY
        if self.free_room(visit, policy) is None:
            return Refusal.ROOMS_TAKEN
        return None

    def free_room(self, visit: Interval, policy: BookingPolicy) -> int | None:
        """The position of the first room that is free for the visit and its buffers."""
        block = policy.block(visit)
        for position, taken in enumerate(self.rooms):
            if overlap_in(taken, block) is None:
                return position
        return None


def open_slots(
    roster: Roster,
    *,
    length: timedelta,
    policy: BookingPolicy,
    now: datetime,
    within: Interval | None = None,
) -> Iterator[datetime]:
    """The start times that `roster` can offer at `now`, in order; only those `within`, if given.

    Starts lie `policy.start_every` apart, counted from the start of each working window.
    """
    for window in roster.working:
        start, last = window.start, window.end - length
        if within is not None:
            skipped = max(timedelta(), within.start - start)
            start += -(-skipped // policy.start_every) * policy.start_every
            last = min(last, within.end - timedelta.resolution)
        while start <= last:
            if roster.refusal(start, length=length, policy=policy, now=now) is None:
                yield start
            start += policy.start_every
