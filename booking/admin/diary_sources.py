"""Where a refusal comes from: the row that says so, with the page on which it is changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse

from booking.admin.wording import page_of, short_time, who_comes
from booking.intervals import Interval
from booking.models import (
    PASSING_STATES,
    Appointment,
    Closure,
    ExtraHours,
    Service,
    WorkingHours,
)
from booking.openings import WhyNot
from booking.policy import Refusal
from clinic_site.local_time import clinic_zone, clock, local_day, local_midnight
from content.models import Location, Practitioner


@dataclass(frozen=True)
class Source:
    words: str
    address: str


@dataclass(frozen=True)
class Found:
    """The sources of a refusal, and the permission that changing them takes; "" for none."""

    sources: list[Source]
    permission: str


def source_of(
    why: WhyNot,
    service: Service,
    practitioner: Practitioner,
    location: Location,
    start: datetime,
    *,
    now: datetime,
) -> Found:
    visit = Interval.lasting(service.length, start=start)
    if why.refusal is Refusal.PAST:
        return Found([], "")
    if why.refusal is Refusal.CLOSED:
        return Found(_closures(practitioner, location, visit), "change_closure")
    if why.refusal is Refusal.NOT_WORKING:
        return Found(_hours(practitioner, start), "change_workinghours")
    block = service.policy.block(visit)
    if why.refusal is Refusal.PRACTITIONER_BUSY:
        return Found(_visits(block, now=now, practitioner=practitioner), "run_the_day")
    if why.refusal is Refusal.ROOMS_TAKEN:
        return Found(_visits(block, now=now, location=location), "run_the_day")
    return Found([_of_service(why.refusal, service, now=now)], "change_service")


def _of_service(refusal: Refusal, service: Service, *, now: datetime) -> Source:
    policy = service.policy
    words = {
        Refusal.TOO_SOON: f"Notice of {service.notice_hours} hours: "
        f"from {short_time(now + policy.notice)} on",
        Refusal.TOO_FAR: f"Horizon of {service.horizon_days} days: "
        f"until {short_time(now + policy.horizon)}",
        Refusal.BETWEEN_STARTS: f"Visits start every {service.start_every_minutes} minutes, "
        "counted from the start of a working window",
    }[refusal]
    return Source(f"“{service}”: {words}", page_of(service))


def _closures(practitioner: Practitioner, location: Location, visit: Interval) -> list[Source]:
    closures = Closure.objects.filter(starts_at__lt=visit.end, ends_at__gt=visit.start)
    return [
        Source(
            f"{closure}, {short_time(closure.starts_at)} to {short_time(closure.ends_at)}",
            page_of(closure),
        )
        for closure in closures.select_related("practitioner", "location")
        if closure.practitioner_id in {None, practitioner.pk}
        and closure.location_id in {None, location.pk}
    ]


def _hours(practitioner: Practitioner, start: datetime) -> list[Source]:
    """When they work on that weekday, wherever it is, and the list in which that stands."""
    zone = clinic_zone()
    day = local_day(start, zone)
    weekly = WorkingHours.objects.filter(practitioner=practitioner, weekday=day.weekday())
    extra = ExtraHours.objects.filter(
        practitioner=practitioner,
        starts_at__lt=local_midnight(day + timedelta(days=1), zone),
        ends_at__gt=local_midnight(day, zone),
    )
    found = [
        Source(f"{each} at {each.location}", page_of(each))
        for each in weekly.select_related("practitioner", "location").order_by("starts_at")
        if (each.valid_from or day) <= day <= (each.valid_to or day)
    ]
    found += [
        Source(f"Extra hours {clock(each.starts_at)} to {clock(each.ends_at)}", page_of(each))
        for each in extra
    ]
    if found:
        return found
    address = reverse("admin:booking_workinghours_changelist")
    words = f"{practitioner} has no working hours on {day:%A} {day.day} {day:%B}"
    return [Source(words, f"{address}?practitioner__id__exact={practitioner.pk}")]


def _visits(
    block: Interval,
    *,
    now: datetime,
    practitioner: Practitioner | None = None,
    location: Location | None = None,
) -> list[Source]:
    """What stands there, with its buffers: of the practitioner, or in the location's rooms."""
    blocking = Appointment.objects.blocking().with_everybody()
    taken = blocking.exclude(state__in=PASSING_STATES, hold_expires_at__lte=now)
    taken = taken.filter(blocks__overlap=(block.start, block.end))
    if practitioner:
        taken = taken.filter(practitioner=practitioner)
    if location:
        taken = taken.filter(location=location)
    return [
        Source(
            f"{_whose(visit)}, {clock(visit.block.start)} to {clock(visit.block.end)} "
            f"with buffers, {visit.room.name}",
            reverse("diary:visit", args=[visit.pk]),
        )
        for visit in taken.order_by("starts_at", "pk")
    ]


def _whose(visit: Appointment) -> str:
    if visit.patient:
        return f"Visit {visit.reference} of {who_comes(visit.patient)}"
    end = f" until {clock(visit.hold_expires_at)}" if visit.hold_expires_at else ""
    return f"A place held{end}"
