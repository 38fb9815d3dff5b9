"""How long somebody new had to wait, Monday by Monday, as the diary stood then.

Hours and closures are taken as they stand now: their history is not kept.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from statistics import median_high
from typing import Any

from django.db.models import F, OuterRef, Subquery

from booking.diary import Hours
from booking.intervals import Interval
from booking.models import ExtraHours, Service, WorkingHours
from booking.reports.earlier_diary import LONGEST, Place, diary_as_it_was
from booking.reports.stretch import Stretch
from booking.reports.utilisation import open_hours
from clinic_site.local_time import clinic_zone, instant, local_day

HORIZON = timedelta(days=60)
LOOKED_AT = time(8)


@dataclass(frozen=True)
class NextFree:
    """Days from a Monday to the first gap for a first visit; None if none within the horizon."""

    monday: date
    soonest: int | None
    middle: int | None


def next_free(stretch: Stretch) -> list[NextFree]:
    """Five queries; a week in which nobody had any hours ahead is left out."""
    mondays = _mondays(stretch)
    if not mondays:
        return []
    within = Interval(mondays[0][1], mondays[-1][1] + HORIZON)
    rows, lengths = _hours(stretch, within)
    hours = open_hours(rows, within)
    diary = diary_as_it_was(within)
    found = []
    for monday, moment in mondays:
        waits = [
            _days_to_gap(ahead, diary.get(who, []), at=moment, length=lengths[who])
            for who in hours
            if (ahead := _ahead(hours[who], moment))
        ]
        if waits:
            found.append(_of_all(monday, waits))
    return found


def _of_all(monday: date, waits: list[int | None]) -> NextFree:
    """None counts as longer than anything."""
    far = HORIZON.days + 1
    counted = sorted(far if wait is None else wait for wait in waits)
    soonest, middle = (None if wait == far else wait for wait in (counted[0], median_high(counted)))
    return NextFree(monday, soonest, middle)


def _mondays(stretch: Stretch) -> list[tuple[date, datetime]]:
    zone = clinic_zone()
    day = stretch.first + timedelta(days=-stretch.first.weekday() % 7)
    mondays = []
    while day <= stretch.last:
        mondays.append((day, instant(day, LOOKED_AT, zone)))
        day += timedelta(days=7)
    return mondays


def _hours(stretch: Stretch, within: Interval) -> tuple[Hours, dict[int, timedelta]]:
    """Of those who give first visits now, where it is open now; and how long the shortest that
    each gives takes, with its buffers."""
    minutes = F("length_minutes") + F("buffer_before_minutes") + F("buffer_after_minutes")
    giving = Service.objects.offered().filter(
        visit=Service.Visit.FIRST, practitioners=OuterRef("practitioner")
    )
    shortest = giving.annotate(minutes=minutes).order_by("minutes").values("minutes")[:1]
    # Where nobody can go any more, no time is free.
    asked = {
        "shortest__isnull": False,
        "practitioner__is_treating": True,
        "location__is_open": True,
    }
    weekly = WorkingHours.objects.annotate(shortest=Subquery(shortest)).filter(
        stretch.of_whom(), **asked
    )
    extra = ExtraHours.objects.annotate(shortest=Subquery(shortest)).filter(
        stretch.of_whom(), starts_at__lt=within.end, ends_at__gt=within.start, **asked
    )
    hours = Hours(list(weekly), list(extra))
    rows: list[Any] = [*hours.weekly, *hours.extra]  # as annotated
    lengths = {each.practitioner_id: timedelta(minutes=each.shortest) for each in rows}
    return hours, lengths


def _ahead(hours: list[Interval], at: datetime) -> list[Interval]:
    """The stretches of work from `at` on, up to the horizon."""
    end = at + HORIZON
    first = bisect_left(hours, at, key=lambda stretch: stretch.end)
    last = bisect_left(hours, end, key=lambda stretch: stretch.start)
    return [
        Interval(max(stretch.start, at), stretch.end)
        for stretch in hours[first:last]
        if stretch.end > at
    ]


def _days_to_gap(
    hours: list[Interval], diary: list[Place], *, at: datetime, length: timedelta
) -> int | None:
    zone = clinic_zone()
    for stretch in hours:
        if (gap := _first_gap(stretch, diary, at=at, length=length)) is not None:
            return (local_day(gap, zone) - local_day(at, zone)).days
    return None


def _first_gap(
    stretch: Interval, diary: list[Place], *, at: datetime, length: timedelta
) -> datetime | None:
    """Where in `stretch` a visit of this length would have fitted between what was taken."""
    free_from = stretch.start
    position = bisect_left(diary, stretch.start - LONGEST, key=lambda place: place.start)
    while position < len(diary) and diary[position].start < stretch.end:
        place = diary[position]
        position += 1
        if place.end <= free_from or not place.is_taken(at):
            continue
        if place.start - free_from >= length:
            return free_from
        free_from = max(free_from, place.end)
    return free_from if stretch.end - free_from >= length else None
