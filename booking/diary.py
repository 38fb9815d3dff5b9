"""Reads of the diary: rows become intervals and plain values. The bridge from the ORM to the rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Q

from booking.intervals import Interval, merge
from booking.models import Appointment, Closure, ExtraHours, Room, Service, State, WorkingHours
from clinic_site.local_time import clinic_zone, instant, local_day, local_midnight
from content.models import Location, Practitioner


@dataclass(frozen=True)
class Who:
    """Which practitioner and location are asked for; None means any."""

    practitioner: Practitioner | None = None
    location: Location | None = None


ANYONE = Who()


@dataclass(frozen=True)
class Visit:
    """As much of an appointment as the rules need."""

    reference: str
    practitioner_id: int
    room_id: int
    block: Interval


def fewest_visits(practitioners: Iterable[Practitioner], day: date) -> list[Practitioner]:
    """The practitioners in the order in which the next visit on `day` should go to them."""
    zone = clinic_zone()
    candidates = list(practitioners)
    counted = dict(
        Appointment.objects.blocking()
        .filter(
            practitioner__in=candidates,
            starts_at__gte=local_midnight(day, zone),
            starts_at__lt=local_midnight(day + timedelta(days=1), zone),
        )
        .values_list("practitioner")
        .annotate(visits=Count("pk"))
    )
    return sorted(candidates, key=lambda each: (counted.get(each.pk, 0), each.order, each.pk))


def working(
    service: Service, who: Who, within: Interval
) -> dict[tuple[Practitioner, Location], list[Interval]]:
    """The windows of everybody who gives the service, as instants that overlap `within`."""
    asked = Q(
        practitioner__is_treating=True, practitioner__services=service, location__is_open=True
    )
    if who.practitioner:
        asked &= Q(practitioner=who.practitioner)
    if who.location:
        asked &= Q(location=who.location)
    windows: dict[tuple[Practitioner, Location], list[Interval]] = defaultdict(list)
    for hours in WorkingHours.objects.filter(asked).select_related("practitioner", "location"):
        windows[hours.practitioner, hours.location] += _windows(hours, within)
    extra = ExtraHours.objects.filter(
        asked, starts_at__lt=within.end, ends_at__gt=within.start
    ).select_related("practitioner", "location")
    for hours_more in extra:
        windows[hours_more.practitioner, hours_more.location].append(
            Interval(hours_more.starts_at, hours_more.ends_at)
        )
    # Merged, because start times count from the whole of a window.
    in_order = sorted(windows, key=lambda place: (place[0].order, place[0].pk, place[1].pk))
    return {place: merge(windows[place]) for place in in_order}


def _windows(hours: WorkingHours, within: Interval) -> Iterable[Interval]:
    zone = clinic_zone()
    first = max(local_day(within.start, zone), hours.valid_from or date.min)
    last = min(local_day(within.end, zone), hours.valid_to or date.max)
    day = first + timedelta(days=(hours.weekday - first.weekday()) % 7)
    while day <= last:
        start, end = instant(day, hours.starts_at, zone), instant(day, hours.ends_at, zone)
        # A window inside the hour that the clocks skip does not exist on that day.
        if start < end:
            yield Interval(start, end)
        day += timedelta(days=7)


def closures(within: Interval) -> list[Closure]:
    """Every closure that overlaps `within`."""
    return list(Closure.objects.filter(starts_at__lt=within.end, ends_at__gt=within.start))


def rooms(who: Who) -> dict[int, list[Room]]:
    """The rooms in use, by location, in the order in which they are filled."""
    rooms: dict[int, list[Room]] = defaultdict(list)
    in_use = Room.objects.filter(in_use=True).select_related("location")
    if who.location:
        in_use = in_use.filter(location=who.location)
    for room in in_use.order_by("order", "pk"):
        rooms[room.location_id].append(room)
    return rooms


def visits(within: Interval, *, now: datetime, besides: Appointment | None = None) -> list[Visit]:
    """What takes time within `within` at `now`: a hold that has run out does not count."""
    taken = (
        Appointment.objects.blocking()
        .exclude(state=State.HELD, hold_expires_at__lte=now)
        .filter(blocks__overlap=(within.start, within.end))
    )
    if besides:
        taken = taken.exclude(pk=besides.pk)
    return [
        Visit(reference, practitioner, room, Interval(block.lower, block.upper))
        for reference, practitioner, room, block in taken.values_list(
            "reference", "practitioner", "room", "blocks"
        )
    ]
