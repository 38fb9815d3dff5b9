"""Reads of the diary: rows become intervals and plain values, for the rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Q

from booking.intervals import Interval
from booking.models import (
    PASSING_STATES,
    Appointment,
    Closure,
    ExtraHours,
    Room,
    Service,
    WorkingHours,
)
from clinic_site.local_time import clinic_zone, instant, local_day, local_midnight
from content.models import Location, Practitioner


@dataclass(frozen=True)
class Who:
    """Which practitioner and location are asked for; None means any."""

    practitioner: Practitioner | None = None
    location: Location | None = None


ANYONE = Who()

# As much of a practitioner and a location as lists of times show; the texts about them stay away.
WHO_AND_WHERE = (
    *("practitioner__slug", "practitioner__name", "practitioner__order"),
    *("location__slug", "location__name", "location__order"),
)


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


@dataclass(frozen=True)
class Hours:
    """Everybody who gives a service, in the order of the team page, and when each works where."""

    weekly: list[WorkingHours]
    extra: list[ExtraHours]

    @property
    def desks(self) -> list[tuple[Practitioner, Location]]:
        found = {(each.practitioner, each.location) for each in self.weekly}
        found |= {(each.practitioner, each.location) for each in self.extra}
        return sorted(found, key=lambda desk: (desk[0].order, desk[0].pk, desk[1].pk))

    def windows(self, within: Interval) -> dict[tuple[int, int], list[Interval]]:
        """The windows that overlap `within` as instants, by practitioner's and location's id."""
        found: dict[tuple[int, int], list[Interval]] = defaultdict(list)
        for weekly in self.weekly:
            found[weekly.practitioner_id, weekly.location_id] += _windows(weekly, within)
        for extra in self.extra:
            window = Interval(extra.starts_at, extra.ends_at)
            if window.overlaps(within):
                found[extra.practitioner_id, extra.location_id].append(window)
        return found


def hours(service: Service, who: Who, within: Interval) -> Hours:
    """The hours of everybody who gives `service` and is asked for; extra hours `within` only."""
    asked = Q(
        practitioner__is_treating=True, practitioner__services=service, location__is_open=True
    )
    if who.practitioner:
        asked &= Q(practitioner=who.practitioner)
    if who.location:
        asked &= Q(location=who.location)
    weekly = WorkingHours.objects.filter(asked).only(
        "weekday", "starts_at", "ends_at", "valid_from", "valid_to", *WHO_AND_WHERE
    )
    extra = ExtraHours.objects.filter(
        asked, starts_at__lt=within.end, ends_at__gt=within.start
    ).only("starts_at", "ends_at", *WHO_AND_WHERE)
    related = ("practitioner", "location")
    return Hours(
        weekly=list(weekly.select_related(*related)), extra=list(extra.select_related(*related))
    )


def _windows(weekly: WorkingHours, within: Interval) -> Iterable[Interval]:
    zone = clinic_zone()
    first = max(local_day(within.start, zone), weekly.valid_from or date.min)
    last = min(local_day(within.end, zone), weekly.valid_to or date.max)
    if first > last:
        return
    day = first + timedelta(days=(weekly.weekday - first.weekday()) % 7)
    while day <= last:
        start, end = instant(day, weekly.starts_at, zone), instant(day, weekly.ends_at, zone)
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


def visits(
    within: Interval,
    *,
    now: datetime,
    besides: Appointment | None = None,
    squeezed_in: bool = True,
) -> list[Visit]:
    """What takes time within `within` at `now`: not a hold or an unproved booking that ran out;
    what the desk has squeezed in beside others only if that is asked for."""
    taken = (
        Appointment.objects.blocking()
        .exclude(state__in=PASSING_STATES, hold_expires_at__lte=now)
        .filter(blocks__overlap=(within.start, within.end))
    )
    if besides:
        taken = taken.exclude(pk=besides.pk)
    if not squeezed_in:
        taken = taken.exclude(overbooked=True)
    return [
        Visit(reference, practitioner, room, Interval(start, end))
        for reference, practitioner, room, start, end in taken.values_list(
            "reference", "practitioner", "room", "blocks__startswith", "blocks__endswith"
        )
    ]
