"""A day of the diary as the desk sees it, or a week of one practitioner: columns of plain values.

Four queries, and one more for the rooms, however many practitioners and visits there are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import NamedTuple

from booking.board_layout import Scale, whole_hours
from booking.day_rows import Closed, Place, Rows, ShownVisit, Team, Window, read
from booking.intervals import Interval, merge, subtract
from booking.models import Room, State
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


class Owner(NamedTuple):
    """Whose column it is. A practitioner may have a login."""

    by: By
    pk: int
    login: int | None = None


@dataclass(frozen=True)
class Column:
    """One practitioner, room or location on one day: equal to another if nothing has changed."""

    key: str
    name: str
    day: date
    scale: Scale
    owner: Owner
    windows: tuple[Window, ...]
    closures: tuple[Closed, ...]
    visits: tuple[ShownVisit, ...]

    @property
    def breaks(self) -> list[Interval]:
        """What lies between the windows of a practitioner's day."""
        working = merge(window.stretch for window in self.windows)
        if self.owner.by is not By.PRACTITIONER or not working:
            return []
        return subtract([Interval(working[0].start, working[-1].end)], working)

    def free(self) -> list[tuple[Interval, Place]]:
        """What is left of the windows: no closure, no visit and no buffer.

        Nothing for a location: whether somebody is free there shows in the other columns.
        """
        if self.owner.by is By.LOCATION:
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

    def _working(self, location: Place) -> list[Interval]:
        return [window.stretch for window in self.windows if window.location == location]

    def _closed(self, location: Place) -> list[Interval]:
        return [each.stretch for each in self.closures if each.location in {None, location}]


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
        column = _of_practitioner(rows, practitioner, day, scale, rows.visits)
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
    first, last = whole_day.start, whole_day.end
    stretches = [(visit.block_starts_at, visit.block_ends_at) for visit in rows.visits]
    stretches += [(each.stretch.start, each.stretch.end) for each in rows.windows]
    found = [(start, end) for start, end in stretches if start < last and first < end]
    if not found:
        return None
    start, end = min(start for start, _ in found), max(end for _, end in found)
    return whole_hours([Interval(max(start, first), min(end, last))])


def _practitioners(
    rows: Rows, day: date, scale: Scale, location: Location | None
) -> Iterable[Column]:
    visits = _visits_by("practitioner_id", rows)
    for practitioner in rows.team.practitioners:
        column = _of_practitioner(rows, practitioner, day, scale, visits[practitioner.pk])
        places = {window.location.pk for window in column.windows}
        places |= {visit.location_id for visit in column.visits}
        if places and (location is None or location.pk in places):
            yield column


def _visits_by(column: str, rows: Rows) -> dict[int, list[ShownVisit]]:
    found: dict[int, list[ShownVisit]] = defaultdict(list)
    for visit in rows.visits:
        found[getattr(visit, column)].append(visit)
    return found


def _of_practitioner(
    rows: Rows, practitioner: Practitioner, day: date, scale: Scale, visits: list[ShownVisit]
) -> Column:
    windows = tuple(
        window
        for window in rows.windows
        if window.practitioner_id == practitioner.pk and window.stretch.overlaps(scale.shown)
    )
    places = {window.location.pk for window in windows}
    return Column(
        key=f"p{practitioner.pk}-{day:%Y%m%d}",
        name=practitioner.name,
        day=day,
        scale=scale,
        owner=Owner(By.PRACTITIONER, practitioner.pk, practitioner.user_id),
        windows=windows,
        closures=_closures(rows, scale.shown, practitioner.pk, places),
        visits=_shown_of(visits, scale.shown),
    )


def _rooms(rows: Rows, day: date, scale: Scale, location: Location | None) -> Iterable[Column]:
    """A room has no hours of its own: it is free while somebody works at its location."""
    by_room = _visits_by("room_id", rows)
    for room in Room.objects.select_related("location").order_by("location__order", "order", "pk"):
        visits = by_room[room.pk]
        if (room.in_use or visits) and location in {None, room.location}:
            yield _of_place(rows, room, day, scale, visits=visits)


def _locations(rows: Rows, day: date, scale: Scale, location: Location | None) -> Iterable[Column]:
    by_location = _visits_by("location_id", rows)
    for place in rows.team.locations:
        visits = by_location[place.pk]
        if (place.is_open or visits) and location in {None, place}:
            yield _of_place(rows, place, day, scale, visits=visits)


def _of_place(
    rows: Rows, owner: Room | Location, day: date, scale: Scale, *, visits: list[ShownVisit]
) -> Column:
    """Somebody may work there as long as any practitioner does."""
    is_room = isinstance(owner, Room)
    location = owner.location if isinstance(owner, Room) else owner
    return Column(
        key=f"{'r' if is_room else 'l'}{owner.pk}-{day:%Y%m%d}",
        name=f"{owner.name}, {location.name}" if is_room else owner.name,
        day=day,
        scale=scale,
        owner=Owner(By.ROOM if is_room else By.LOCATION, owner.pk),
        windows=tuple(each for each in rows.windows if each.location.pk == location.pk),
        closures=_closures(rows, scale.shown, None, {location.pk}),
        visits=tuple(visits),
    )


def _shown_of(visits: list[ShownVisit], within: Interval) -> tuple[ShownVisit, ...]:
    return tuple(
        visit
        for visit in visits
        if visit.block_starts_at < within.end and within.start < visit.block_ends_at
    )


def _closures(
    rows: Rows, within: Interval, practitioner_id: int | None, location_ids: set[int]
) -> tuple[Closed, ...]:
    """The clinic's, the practitioner's and these locations'."""
    return tuple(
        closure
        for closure in rows.closures
        if closure.practitioner_id in {None, practitioner_id}
        and (closure.location is None or closure.location.pk in location_ids)
        and closure.stretch.overlaps(within)
    )


def _days(first: date, count: int) -> Interval:
    zone = clinic_zone()
    return Interval(
        local_midnight(first, zone), local_midnight(first + timedelta(days=count), zone)
    )
