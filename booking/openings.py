"""Which times a service can offer, and which rule refuses another.

One class feeds the pages, the commands and the desk, so that a time is never shown that cannot be
booked, nor refused for a reason that staff cannot see.
"""

from __future__ import annotations

from collections import defaultdict
from copy import copy
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from booking import diary
from booking.availability import Roster, open_slots
from booking.diary import ANYONE, Visit, Who
from booking.intervals import Interval
from booking.models import Appointment, Closure, Room, Service
from booking.policy import Refusal
from clinic_site.local_time import clinic_zone, local_day, local_midnight
from content.models import Location, Practitioner

# Buffers and visits are shorter, so nothing further away can matter to a time.
REACH = timedelta(hours=12)


@dataclass(frozen=True)
class OpenTime:
    """A start time at a location, with the practitioners who are free then."""

    start: datetime
    location: Location
    practitioners: tuple[Practitioner, ...]

    @property
    def key(self) -> str:
        """How a form names this time: 2026-11-24T16:00Z at riverside."""
        return f"{self.start:%Y-%m-%dT%H:%MZ} at {self.location.slug}"


@dataclass(frozen=True)
class Day:
    date: date
    times: list[OpenTime] = field(default_factory=list)


@dataclass(frozen=True)
class WhyNot:
    """The rule that refuses a time, and what stands in the way: a closure's reason, a reference."""

    refusal: Refusal
    because_of: str = ""


class Openings:
    """What a service can offer, as seen at `now`.

    Making one reads hours, extra hours, closures and rooms up to the horizon: four queries, however
    many practitioners there are. The visits in a stretch of time are read when it is first asked
    for: one more. A hold that has run out does not count, nor does the appointment `besides`, nor,
    unless `squeezed_in`, what the desk has squeezed in: the constraints do not look at it either.
    To somebody who moves `besides` the place where it stands is not offered, though no rule refuses
    it.
    """

    def __init__(
        self,
        service: Service,
        *,
        now: datetime,
        who: Who = ANYONE,
        besides: Appointment | None = None,
        squeezed_in: bool = True,
    ) -> None:
        self.service = service
        self.now = now
        self._besides = besides
        self._squeezed_in = squeezed_in
        self._horizon = now + service.policy.horizon
        reading = Interval(now - REACH, self._horizon + REACH)
        self._hours = diary.hours(service, who, reading)
        self._desks = self._hours.desks
        self._closures = diary.closures(reading)
        self._rooms = diary.rooms(who)
        self._read: Interval | None = None
        self._visits: list[Visit] = []
        self._windows: dict[tuple[int, int], list[Interval]] = {}
        self._busy: dict[int, list[Interval]] = {}
        self._room_busy: dict[int, list[Interval]] = {}
        self._rosters: dict[tuple[int, int], Roster] = {}

    def look_ahead(self, between: Interval) -> Openings:
        """Itself, having read what lies `between`: of its parts nothing is read anew."""
        self._read_visits(between)
        return self

    def only(self, who: Who) -> Openings:
        """The same openings, of one practitioner or location alone; reads nothing anew."""
        narrowed = copy(self)
        narrowed._keep(who)  # noqa: SLF001 - a copy of oneself
        return narrowed

    def _keep(self, who: Who) -> None:
        self._desks = [
            (practitioner, location)
            for practitioner, location in self._desks
            if who.practitioner in {None, practitioner} and who.location in {None, location}
        ]

    @property
    def practitioners(self) -> list[Practitioner]:
        """Who gives the service, in the order of the team page."""
        return list(dict.fromkeys(practitioner for practitioner, _ in self._desks))

    @property
    def locations(self) -> list[Location]:
        """Where the service is given."""
        found = dict.fromkeys(location for _, location in self._desks)
        return sorted(found, key=lambda location: (location.order, location.pk))

    def times(self, between: Interval) -> list[OpenTime]:
        """The open times that start within `between`, by time and location."""
        self._read_visits(between)
        found: dict[tuple[datetime, Location], list[Practitioner]] = defaultdict(list)
        for practitioner, location in self._desks:
            for start in open_slots(
                self._roster(practitioner, location),
                length=self.service.length,
                policy=self.service.policy,
                now=self.now,
                within=between,
            ):
                if not self.stands_there(practitioner.pk, location.pk, start):
                    found[start, location].append(practitioner)
        return [
            OpenTime(start, location, tuple(practitioners))
            for (start, location), practitioners in sorted(
                found.items(), key=lambda item: (item[0][0], item[0][1].order, item[0][1].pk)
            )
        ]

    def first(self) -> OpenTime | None:
        """The earliest time that can be booked, or None if nothing is free up to the horizon."""
        zone = clinic_zone()
        today = local_day(self.now, zone)
        last = local_day(self._horizon, zone)
        week = timedelta(days=7)
        soon = today + week
        # A week more than is looked at, so that what is shown next has been read already.
        self._read_visits(_days(today, soon + week))
        for offset in range((last - today).days + 1):
            day = today + timedelta(days=offset)
            if day == soon:
                self._read_visits(_days(day, last + week))
            if times := self.times(_days(day, day)):
                return times[0]
        return None

    def week(self, begins: date) -> list[Day]:
        """The seven days from `begins` on with their open times, empty days included."""
        days = {day: Day(day) for day in (begins + timedelta(days=offset) for offset in range(7))}
        for time in self.times(_days(begins, begins + timedelta(days=6))):
            days[local_day(time.start, clinic_zone())].times.append(time)
        return list(days.values())

    def nearest(self, start: datetime, *, count: int = 4) -> list[OpenTime]:
        """Up to `count` open times closest to `start`, in the order of the clock."""
        start = min(max(start, self.now), self._horizon)
        around = Interval(start - timedelta(days=7), start + timedelta(days=7))
        times = self.times(around)
        if not times and (first := self.first()):
            times = [first]
        nearest = sorted(times, key=lambda time: abs(time.start - start))[:count]
        return sorted(nearest, key=lambda time: time.start)

    def free_practitioners(self, start: datetime, location: Location) -> list[Practitioner]:
        """Who could take a visit that starts at `start` at `location`."""
        return [
            practitioner
            for practitioner, where in self._desks
            if where == location
            and not self.stands_there(practitioner.pk, location.pk, start)
            and self.why_not(practitioner, location, start) is None
        ]

    def stands_there(self, practitioner: int, location: int, start: datetime) -> bool:
        """Whether this is where the appointment `besides` is already."""
        visit = self._besides
        stands = visit and (visit.practitioner_id, visit.location_id, visit.starts_at)
        return stands == (practitioner, location, start)

    def room_for(
        self, practitioner: Practitioner, location: Location, start: datetime
    ) -> Room | None:
        """The room that a visit at `start` would get, or None when each is taken."""
        visit = Interval.lasting(self.service.length, start=start)
        self._read_visits(visit)
        position = self._roster(practitioner, location).free_room(visit, self.service.policy)
        return None if position is None else self.rooms(location)[position]

    def rooms(self, location: Location) -> list[Room]:
        return self._rooms.get(location.pk, [])

    def clash(
        self, practitioner: Practitioner, location: Location, start: datetime
    ) -> WhyNot | None:
        """Whether a visit at `start` would stand where another does, whatever else forbids it."""
        visit = Interval.lasting(self.service.length, start=start)
        self._read_visits(visit)
        roster = self._roster(practitioner, location)
        refusal = roster.clash(visit, self.service.policy)
        return refusal and WhyNot(refusal, self._in_the_way(refusal, practitioner, location, visit))

    def why_not(
        self, practitioner: Practitioner, location: Location, start: datetime
    ) -> WhyNot | None:
        """The rule that keeps a visit from starting at `start`, or None if it may."""
        # First, so that a date at the end of the calendar is refused before it is added to.
        if too_early_or_late := self.service.policy.refusal(start, now=self.now):
            return WhyNot(too_early_or_late)
        visit = Interval.lasting(self.service.length, start=start)
        self._read_visits(visit)
        refusal = self._roster(practitioner, location).refusal(
            start, length=self.service.length, policy=self.service.policy, now=self.now
        )
        if refusal is None:
            return None
        return WhyNot(refusal, self._in_the_way(refusal, practitioner, location, visit))

    def _roster(self, practitioner: Practitioner, location: Location) -> Roster:
        """What the rules need to know of a practitioner at a location, as far as it was read."""
        desk = practitioner.pk, location.pk
        if desk not in self._rosters:
            self._rosters[desk] = Roster(
                working=self._windows.get(desk, []),
                closed=[
                    Interval(closure.starts_at, closure.ends_at)
                    for closure in self._closures_of(practitioner, location)
                ],
                busy=self._busy[practitioner.pk],
                rooms=[self._room_busy[room.pk] for room in self.rooms(location)],
            )
        return self._rosters[desk]

    def _in_the_way(
        self, refusal: Refusal, practitioner: Practitioner, location: Location, visit: Interval
    ) -> str:
        if refusal is Refusal.CLOSED:
            for closure in self._closures_of(practitioner, location):
                if Interval(closure.starts_at, closure.ends_at).overlaps(visit):
                    return closure.reason
        if refusal is Refusal.PRACTITIONER_BUSY:
            block = self.service.policy.block(visit)
            for other in self._visits:
                if other.practitioner_id == practitioner.pk and other.block.overlaps(block):
                    return other.reference
        return ""

    def _closures_of(self, practitioner: Practitioner, location: Location) -> list[Closure]:
        return [
            closure
            for closure in self._closures
            if closure.practitioner_id in {None, practitioner.pk}
            and closure.location_id in {None, location.pk}
        ]

    def _read_visits(self, between: Interval) -> None:
        if self._read is not None and self._read.contains(between):
            return
        near = between.widened(before=REACH, after=REACH)
        self._read = between
        self._rosters = {}
        self._windows = self._hours.windows(near)
        self._visits = diary.visits(
            near, now=self.now, besides=self._besides, squeezed_in=self._squeezed_in
        )
        self._busy, self._room_busy = defaultdict(list), defaultdict(list)
        for visit in self._visits:
            self._busy[visit.practitioner_id].append(visit.block)
            self._room_busy[visit.room_id].append(visit.block)


def _days(first: date, last: date) -> Interval:
    """From the start of the local day `first` to the end of the local day `last`."""
    zone = clinic_zone()
    return Interval(local_midnight(first, zone), local_midnight(last + timedelta(days=1), zone))
