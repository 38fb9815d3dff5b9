"""Visits that a closure falls on: which they are, what could be offered instead, who has answered.

Reads only; `scheduling.rearranging` asks the patients.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from itertools import islice
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from booking.diary import Who
from booking.intervals import Interval
from booking.models import (
    STANDING_STATES,
    Appointment,
    AppointmentEvent,
    Closure,
    EventKind,
    Message,
    Rearrangement,
    Service,
    SlotOffer,
    State,
)
from booking.openings import Openings, OpenTime
from clinic_site.local_time import clinic_zone, local_day
from content.models import Location, Practitioner

# How far behind the closure the same practitioner's next free time is looked for.
LOOK_AHEAD = timedelta(days=14)
LONGEST_VISIT = timedelta(hours=12)
# Who has not answered by then is phoned.
ANSWER_WITHIN = timedelta(hours=3)

OFF = {State.CANCELLED, State.DECLINED, State.LAPSED}


def visits_within(closure: Closure) -> QuerySet[Appointment]:
    """The visits that stand although the clinic, the place or the practitioner is closed."""
    visits = Appointment.objects.with_everybody().filter(
        state__in=(*STANDING_STATES, State.ARRIVED),
        starts_at__lt=closure.ends_at,
        ends_at__gt=closure.starts_at,
    )
    if closure.practitioner_id:
        visits = visits.filter(practitioner=closure.practitioner_id)
    if closure.location_id:
        visits = visits.filter(location=closure.location_id)
    return visits.order_by("starts_at", "pk")


def closures_over(visit: Appointment) -> QuerySet[Closure]:
    """The closures that the visit's time falls into, whether it stands or not."""
    return _closures(visit.practitioner_id, visit.location_id, visit.starts_at, visit.ends_at)


def visits_in_the_way() -> QuerySet[Appointment]:
    """Every visit, whatever its state, that some closure falls on."""
    over = _closures(*map(OuterRef, ("practitioner", "location", "starts_at", "ends_at")))
    return Appointment.objects.filter(Exists(over))


def visits_nobody_gives(*, now: datetime) -> QuerySet[Appointment]:
    """Visits ahead whose practitioner has left, or whose location is closed for good."""
    has_left, is_shut = Q(practitioner__is_treating=False), Q(location__is_open=False)
    return Appointment.objects.standing().filter(has_left | is_shut, starts_at__gt=now)


def who_can_be_away(*, now: datetime) -> QuerySet[Practitioner]:
    """Who treats patients, and who has left and has visits ahead."""
    left_behind = visits_nobody_gives(now=now).filter(practitioner=OuterRef("pk"))
    found = Practitioner.objects.filter(Q(is_treating=True) | Exists(left_behind))
    return found.order_by("order", "name")


def _closures(practitioner: Any, location: Any, starts_at: Any, ends_at: Any) -> QuerySet[Closure]:
    """Those that fall on a visit of this practitioner, there and then: values, or their names in
    the query around this one."""
    return Closure.objects.filter(
        Q(practitioner=None) | Q(practitioner=practitioner),
        Q(location=None) | Q(location=location),
        starts_at__lt=ends_at,
        ends_at__gt=starts_at,
    ).order_by("starts_at", "pk")


def closure_in_the_way(visit: Appointment) -> Closure | None:
    """The closure because of which the patient was asked to take another time, while the visit
    still stands in it: a colleague who gives it, or another place, is out of its way."""
    return closures_over(visit).filter(rearrangements__appointment=visit).first()


def clinic_has_to(visit: Appointment) -> bool:
    """Whether a closure is in the visit's way and the patient was asked to take another time:
    then no cut-off binds them, and no change counts against them."""
    return closure_in_the_way(visit) is not None


@dataclass(frozen=True)
class Place:
    """Where and with whom a visit could be instead."""

    practitioner: Practitioner
    location: Location
    start: datetime


@dataclass(frozen=True)
class Proposals:
    """A visit and what could be offered for it, the likeliest first; none: only the phone helps."""

    visit: Appointment
    places: list[Place]


def without_notice(service: Service) -> Service:
    """The service as it can be given at once: the clinic asks, so no notice is needed."""
    at_once = copy(service)
    at_once.notice_hours = 0
    return at_once


def proposals(visits: Iterable[Appointment], closure: Closure, *, now: datetime) -> list[Proposals]:
    """For each visit another practitioner at its time, and the same one's next free time after the
    closure. No place is proposed for two of them."""
    openings: dict[tuple[int, int], Openings] = {}
    proposed: list[tuple[int, Interval]] = []
    found = []
    for visit in visits:
        kind = visit.service_id, visit.length_minutes
        if kind not in openings:
            service = without_notice(visit.service_as_booked)
            openings[kind] = Openings(service, now=now).look_ahead(
                Interval(closure.starts_at - LONGEST_VISIT, closure.ends_at + LOOK_AHEAD)
            )
        places = list(_places(visit, closure, openings[kind], proposed))
        proposed += [(place.practitioner.pk, _block(visit, place)) for place in places]
        found.append(Proposals(visit, places))
    return found


def _places(
    visit: Appointment,
    closure: Closure,
    openings: Openings,
    proposed: list[tuple[int, Interval]],
) -> Iterable[Place]:
    here_then = (
        Place(each, visit.location, visit.starts_at)
        for each in openings.free_practitioners(visit.starts_at, visit.location)
    )
    later = openings.only(Who(visit.practitioner)).times(
        Interval(closure.ends_at, closure.ends_at + LOOK_AHEAD)
    )
    afterwards = (
        Place(visit.practitioner, time.location, time.start)
        for time in sorted(later, key=lambda time: _how_far(visit, time))
    )
    for places in (here_then, afterwards):
        yield from islice((each for each in places if _is_left(visit, each, proposed)), 1)


def _is_left(visit: Appointment, place: Place, proposed: list[tuple[int, Interval]]) -> bool:
    """Whether the place is proposed for no other visit of the page."""
    block = _block(visit, place)
    return not any(
        place.practitioner.pk == other and block.overlaps(taken) for other, taken in proposed
    )


def _how_far(visit: Appointment, time: OpenTime) -> tuple[date, bool, timedelta]:
    """The day first, then the location that they know, then the time of day that they chose."""
    day = local_day(time.start, clinic_zone())
    of_day = (time.start - visit.starts_at) % timedelta(days=1)
    return day, time.location != visit.location, min(of_day, timedelta(days=1) - of_day)


def _block(visit: Appointment, place: Place) -> Interval:
    return Interval.lasting(timedelta(minutes=visit.length_minutes), start=place.start).widened(
        before=timedelta(minutes=visit.buffer_before_minutes),
        after=timedelta(minutes=visit.buffer_after_minutes),
    )


class Progress(Enum):
    """How far the rearranging of a visit has come; the value is what the desk reads."""

    NOBODY_ASKED = "not asked yet"
    ASKED = "asked, no answer yet"
    TO_PHONE = "please phone"
    STANDS_AGAIN = "stands again: please tell the patient"
    MOVED = "has another time"
    OFF = "cancelled"
    OVER = "took place or is over"


@dataclass(frozen=True)
class Affected:
    """A visit that the closure falls or fell on, and how far it has come."""

    visit: Appointment
    rearrangement: Rearrangement | None
    progress: Progress


OPEN = {Progress.NOBODY_ASKED, Progress.ASKED, Progress.TO_PHONE, Progress.STANDS_AGAIN}


def progress_of(closure: Closure, *, now: datetime) -> list[Affected]:
    """Every visit that the closure concerns, in the order of its former time. Five queries."""
    within = list(visits_within(closure))
    standing = {visit.pk for visit in within}
    rows = _asked(closure).filter(Q(closure=closure) | Q(appointment__in=standing))
    asked = {each.appointment_id: each for each in rows.select_related("offer").order_by("at")}
    outside = Appointment.objects.with_everybody().filter(pk__in=asked.keys() - standing)
    not_reached, moved = _not_reached(asked), _moved_since(asked)
    found = []
    for visit in within:
        is_reached = visit.pk not in not_reached
        progress = _of_one_within(asked.get(visit.pk), is_reached=is_reached, now=now)
        found.append(Affected(visit, asked.get(visit.pk), progress))
    for visit in outside:
        progress = _of_one_outside(visit, has_moved=visit.pk in moved, now=now)
        found.append(Affected(visit, asked[visit.pk], progress))
    return sorted(found, key=lambda each: (each.progress not in OPEN, each.visit.starts_at))


def was_asked(visit: Appointment, closure: Closure) -> bool:
    """Whether the patient was asked to take another time already, be it because of another closure
    that falls on the visit too."""
    return _asked(closure).filter(appointment=visit).exists()


def _asked(closure: Closure) -> QuerySet[Rearrangement]:
    """Who was asked because of this closure, or of another one that falls on their visit."""
    names = ("practitioner", "location", "starts_at", "ends_at")
    over = _closures(*(OuterRef(f"appointment__{name}") for name in names))
    return Rearrangement.objects.filter(
        Q(closure=closure) | Exists(over.filter(pk=OuterRef("closure")))
    )


def _not_reached(asked: Mapping[int, Rearrangement]) -> set[int]:
    """The visits about which, or about another time for which, a letter failed for good."""
    failed = Message.objects.filter(
        Q(appointment__in=asked) | Q(offer__rearrangement__appointment__in=asked),
        state=Message.Delivery.FAILED,
    )
    visit = Coalesce("appointment", "offer__rearrangement__appointment")
    return set(failed.values_list(visit, flat=True))


def _moved_since(asked: Mapping[int, Rearrangement]) -> set[int]:
    """The visits that were moved to where they are after their patients were asked."""
    moves = AppointmentEvent.objects.filter(
        appointment__in=asked, kind=EventKind.MOVED, starts_at=F("appointment__starts_at")
    ).values_list("appointment", "at")
    return {visit for visit, at in moves if at >= asked[visit].at}


def _of_one_within(asked: Rearrangement | None, *, is_reached: bool, now: datetime) -> Progress:
    if asked is None:
        return Progress.NOBODY_ASKED
    if asked.way == Rearrangement.Way.PHONE or not is_reached:
        return Progress.TO_PHONE
    if asked.offer:
        waits = asked.offer.answer == SlotOffer.Answer.OPEN and asked.offer.expires_at > now
    else:
        waits = asked.at + ANSWER_WITHIN > now
    return Progress.ASKED if waits else Progress.TO_PHONE


def _of_one_outside(visit: Appointment, *, has_moved: bool, now: datetime) -> Progress:
    """Of a visit that moved away, or that the closure does not reach any more."""
    if visit.state in OFF:
        return Progress.OFF
    if has_moved:
        return Progress.MOVED
    stands = visit.state in STANDING_STATES and visit.starts_at > now
    return Progress.STANDS_AGAIN if stands else Progress.OVER
