"""A day of the diary as the desk sees it, or a week of one practitioner: columns of plain values.

Four queries, and one more for the rooms, however many practitioners and visits there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum

from booking.board_layout import Scale, whole_hours
from booking.day_rows import Rows, Team, Window, read
from booking.intervals import Interval, intersect, merge, subtract
from booking.models import Appointment, Closure, Room, State
from clinic_site.local_time import clinic_zone, instant, local_midnight
from content.models import Location, Practitioner

# They stand on the board, but keep nobody else out.
LEFT = (State.NO_SHOW, State.LEFT_UNSEEN)
USUAL_HOURS = (time(8), time(18))
WORKING_DAYS = 5


class By(Enum):
    PRACTITIONER = "practitioner"
    ROOM = "room"
    LOCATION = "location"


@dataclass(frozen=True)
class Column:
    """One practitioner, room or location on one day."""

    key: str
    name: str
    day: date
    scale: Scale
    owner: Practitioner | Room | Location
    windows: list[Window]
    closures: list[Closure]
    visits: list[Appointment]

    @property
    def breaks(self) -> list[Interval]:
        """What lies between the windows of a practitioner's day."""
        working = merge(window.stretch for window in self.windows)
        if not isinstance(self.owner, Practitioner) or not working:
            return []
        return subtract([Interval(working[0].start, working[-1].end)], working)

    def free(self) -> list[tuple[Interval, Location]]:
        """What is left of the windows: no closure, no visit and no buffer.

        Nothing for a location: whether somebody is free there shows in the other columns.
        """
        if isinstance(self.owner, Location):
            return []
        taken = [visit.block for visit in self.visits if visit.state not in LEFT]
        return sorted(
            (
                (stretch, location)
                for location in {window.location for window in self.windows}
                for stretch in subtract(self._working(location), [*self._closed(location), *taken])
            ),
            key=lambda found: found[0],
        )

    def _working(self, location: Location) -> list[Interval]:
        return [window.stretch for window in self.windows if window.location == location]

    def _closed(self, location: Location) -> list[Interval]:
        return [
            Interval(closure.starts_at, closure.ends_at)
            for closure in self.closures
            if closure.location_id in {None, location.pk}
        ]


def day_board(
    day: date, team: Team, *, by: By, now: datetime, location: Location | None = None
) -> list[Column]:
    """The columns of a day: practitioners who have anything on, rooms, or locations."""
    whole_day = _days(day, 1)
    rows = read(whole_day, team, now=now)
    scale = Scale(_shown(rows, whole_day, day))
    cut = {By.PRACTITIONER: _practitioners, By.ROOM: _rooms, By.LOCATION: _locations}[by]
    return list(cut(rows, day, scale, location))


def week_board(
    practitioner: Practitioner, monday: date, team: Team, *, now: datetime
) -> list[Column]:
    """The days from `monday`, cut at the same hours of the clock; an empty weekend is left out.

    On a day on which the clocks change within those hours, what follows the change stands an hour
    off beside the other days.
    """
    rows = read(_days(monday, 7), team, now=now, practitioner=practitioner)
    first, length = _hours_of_week(rows, monday)
    columns = []
    for day in (monday + timedelta(days=offset) for offset in range(7)):
        start = instant(day, first, clinic_zone())
        scale = Scale(Interval.lasting(length, start=start))
        column = _of_practitioner(rows, practitioner, day, scale)
        if day.weekday() < WORKING_DAYS or column.windows or column.visits:
            columns.append(column)
    return columns


def _hours_of_week(rows: Rows, monday: date) -> tuple[time, timedelta]:
    """The earliest time of the clock that is shown, and how long the columns are from it."""
    zone = clinic_zone()
    walls = []
    days = [monday + timedelta(days=offset) for offset in range(7)]
    for day in [day for day in days if _hours_in(rows, _days(day, 1))] or days[:1]:
        shown = _shown(rows, _days(day, 1), day)
        top = datetime.combine(monday, shown.start.astimezone(zone).time())
        walls.append((top, top + (shown.end - shown.start)))
    first = min(top for top, _ in walls)
    return first.time(), max(bottom for _, bottom in walls) - first


def _shown(rows: Rows, whole_day: Interval, day: date) -> Interval:
    """From the first to the last thing of the day in full hours, or the usual hours of a day."""
    if shown := _hours_in(rows, whole_day):
        return shown
    first, last = (instant(day, wall, clinic_zone()) for wall in USUAL_HOURS)
    return Interval(first, last)


def _hours_in(rows: Rows, whole_day: Interval) -> Interval | None:
    stretches = [*(visit.block for visit in rows.visits), *(each.stretch for each in rows.windows)]
    return whole_hours(intersect(stretches, [whole_day]))


def _practitioners(
    rows: Rows, day: date, scale: Scale, location: Location | None
) -> Iterable[Column]:
    for practitioner in rows.team.practitioners:
        column = _of_practitioner(rows, practitioner, day, scale)
        places = {window.location for window in column.windows}
        places |= {visit.location for visit in column.visits}
        if places and location in {None, *places}:
            yield column


def _of_practitioner(rows: Rows, practitioner: Practitioner, day: date, scale: Scale) -> Column:
    windows = [
        window
        for window in rows.windows
        if window.practitioner_id == practitioner.pk and window.stretch.overlaps(scale.shown)
    ]
    places = {window.location.pk for window in windows}
    return Column(
        key=f"p{practitioner.pk}-{day:%Y%m%d}",
        name=practitioner.name,
        day=day,
        scale=scale,
        owner=practitioner,
        windows=windows,
        closures=_closures(rows, scale.shown, practitioner.pk, places),
        visits=_visits(rows, scale.shown, lambda visit: visit.practitioner_id == practitioner.pk),
    )


def _rooms(rows: Rows, day: date, scale: Scale, location: Location | None) -> Iterable[Column]:
    """A room has no hours of its own: it is free while somebody works at its location."""
    for room in Room.objects.select_related("location").order_by("location__order", "order", "pk"):
        visits = [visit for visit in rows.visits if visit.room_id == room.pk]
        if (room.in_use or visits) and location in {None, room.location}:
            yield _of_place(rows, room, day, scale, visits=visits)


def _locations(rows: Rows, day: date, scale: Scale, location: Location | None) -> Iterable[Column]:
    for place in rows.team.locations:
        visits = [visit for visit in rows.visits if visit.location_id == place.pk]
        if (place.is_open or visits) and location in {None, place}:
            yield _of_place(rows, place, day, scale, visits=visits)


def _of_place(
    rows: Rows, owner: Room | Location, day: date, scale: Scale, *, visits: list[Appointment]
) -> Column:
    """Somebody may work there as long as any practitioner does."""
    location = owner.location if isinstance(owner, Room) else owner
    return Column(
        key=f"{'r' if isinstance(owner, Room) else 'l'}{owner.pk}-{day:%Y%m%d}",
        name=f"{owner.name}, {location.name}" if isinstance(owner, Room) else owner.name,
        day=day,
        scale=scale,
        owner=owner,
        windows=[window for window in rows.windows if window.location == location],
        closures=_closures(rows, scale.shown, None, {location.pk}),
        visits=visits,
    )


def _visits(
    rows: Rows, within: Interval, chosen: Callable[[Appointment], bool]
) -> list[Appointment]:
    return [visit for visit in rows.visits if chosen(visit) and visit.block.overlaps(within)]


def _closures(
    rows: Rows, within: Interval, practitioner_id: int | None, location_ids: set[int]
) -> list[Closure]:
    """The clinic's, the practitioner's and these locations'."""
    return [
        closure
        for closure in rows.closures
        if closure.practitioner_id in {None, practitioner_id}
        and (closure.location_id is None or closure.location_id in location_ids)
        and Interval(closure.starts_at, closure.ends_at).overlaps(within)
    ]


def _days(first: date, count: int) -> Interval:
    zone = clinic_zone()
    return Interval(
        local_midnight(first, zone), local_midnight(first + timedelta(days=count), zone)
    )
