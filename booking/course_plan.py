"""Planning a course: which dates it would have, and what stands in the way of each.

Every session is checked, not only the first, by the rules that one visit would meet. How far ahead
the website lets people book does not bind a course, which reaches far by its nature.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from booking.diary import ANYONE, Who
from booking.intervals import Interval
from booking.models import Appointment, Patient, Service, State
from booking.models.appointments import AppointmentQuerySet
from booking.openings import Openings, OpenTime, WhyNot
from clinic_site.local_time import clinic_zone, instant, local_day, local_midnight
from content.models import Location, Practitioner

FEWEST, MOST = 2, 20
HORIZON_DAYS = 366
ALTERNATIVES_AT_MOST = 3
# How far from the wished day another one still is “near”.
NEAR = timedelta(days=3)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Wish:
    """What was asked for: from `first` on, on `weekdays` (0 is Monday; none: the weekday of
    `first`), at the clinic's wall clock `at`, at least `gap_days` apart."""

    service: Service
    practitioner: Practitioner
    location: Location
    first: date
    at: time
    sessions: int
    gap_days: int
    weekdays: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Session:
    """One visit of a course, planned."""

    practitioner: Practitioner
    location: Location
    start: datetime


@dataclass(frozen=True)
class Planned:
    """A session with what stands in its way: a rule, or a visit that the patient has then; and if
    anything does, open times near it, the wished practitioner's first."""

    session: Session
    why_not: WhyNot | None = None
    own_visit: Appointment | None = None
    alternatives: tuple[Session, ...] = ()

    @property
    def is_open(self) -> bool:
        return self.why_not is None and self.own_visit is None


def dates(wish: Wish) -> list[date]:
    """The days of the course: the first that suits, then each next one that keeps the gap."""
    weekdays = wish.weekdays or {wish.first.weekday()}
    found: list[date] = []
    day = wish.first
    while len(found) < wish.sessions:
        if day.weekday() in weekdays:
            found.append(day)
            day += (wish.gap_days - 1) * DAY
        day += DAY
    return found


def plan(wish: Wish, *, patient: Patient, now: datetime) -> list[Planned]:
    """Every session of the course as wished, checked, with alternatives where it cannot be had."""
    starts = [instant(day, wish.at, clinic_zone()) for day in dates(wish)]
    sessions = [Session(wish.practitioner, wish.location, start) for start in starts]
    return checked(sessions, wish.service, wish.gap_days, patient=patient, now=now)


def checked(
    sessions: Sequence[Session],
    service: Service,
    gap_days: int,
    *,
    patient: Patient,
    now: datetime,
) -> list[Planned]:
    """What stands in the way of each of these sessions, given in the order of the clock."""
    if not sessions:
        return []
    openings = course_openings(service, now=now)
    own = _own_visits(patient, sessions, service)
    return [
        _check(number, sessions, gap_days, openings=openings, own=own)
        for number in range(len(sessions))
    ]


def course_openings(service: Service, *, now: datetime) -> Openings:
    """The service's openings, as far ahead as a course may reach."""
    far = copy(service)
    far.horizon_days = max(service.horizon_days, HORIZON_DAYS)
    return Openings(far, now=now, who=ANYONE)


def too_close(starts: Iterable[datetime], *, gap_days: int) -> bool:
    """Whether two of these, in the order of the clock, lie fewer days apart than they must."""
    days = [local_day(start, clinic_zone()) for start in sorted(starts)]
    return any(later - earlier < gap_days * DAY for earlier, later in pairwise(days))


def _check(
    number: int,
    sessions: Sequence[Session],
    gap_days: int,
    *,
    openings: Openings,
    own: Sequence[Appointment],
) -> Planned:
    session = sessions[number]
    why_not = openings.why_not(session.practitioner, session.location, session.start)
    own_visit = _at_that_time(own, session.start, openings.service.length)
    if why_not is None and own_visit is None:
        return Planned(session)
    near = _near(number, sessions, gap_days)
    found = [
        each
        for each in _open_near(session, openings, near)
        if _at_that_time(own, each.start, openings.service.length) is None
    ]
    return Planned(session, why_not, own_visit, tuple(found[:ALTERNATIVES_AT_MOST]))


def _near(number: int, sessions: Sequence[Session], gap_days: int) -> Interval:
    """The days around a session that keep the gap to the sessions before and after it."""
    days = [local_day(session.start, clinic_zone()) for session in sessions]
    day = days[number]
    first, last = day - NEAR, day + NEAR
    if number > 0:
        first = max(first, days[number - 1] + gap_days * DAY)
    if number + 1 < len(days):
        last = min(last, days[number + 1] - gap_days * DAY)
    first, last = min(first, day), max(last, day)
    return Interval(local_midnight(first, clinic_zone()), local_midnight(last + DAY, clinic_zone()))


def _open_near(session: Session, openings: Openings, near: Interval) -> list[Session]:
    """Open times, first those with the session's own practitioner; each group by closeness."""
    there = openings.only(Who(location=session.location))
    theirs = there.only(Who(session.practitioner, session.location))
    same = [
        Session(session.practitioner, session.location, each.start)
        for each in _by_closeness(theirs.times(near), session.start)
    ]
    others = [
        Session(each.practitioners[0], session.location, each.start)
        for each in _by_closeness(there.times(near), session.start)
        if session.practitioner not in each.practitioners
    ]
    return [*same, *others]


def _by_closeness(times: Iterable[OpenTime], start: datetime) -> list[OpenTime]:
    return sorted(times, key=lambda time: (abs(time.start - start), time.start))


def _own_visits(
    patient: Patient, sessions: Sequence[Session], service: Service
) -> list[Appointment]:
    """The patient's visits anywhere near the course."""
    reach = NEAR + DAY
    return list(
        patient.appointments.blocking().filter(
            starts_at__lt=sessions[-1].start + service.length + reach,
            ends_at__gt=sessions[0].start - reach,
        )
    )


def _at_that_time(
    own: Iterable[Appointment], start: datetime, length: timedelta
) -> Appointment | None:
    visit = Interval.lasting(length, start=start)
    for each in own:
        if Interval(each.starts_at, each.ends_at).overlaps(visit):
            return each
    return None


def in_review_with(visit: Appointment) -> AppointmentQuerySet:
    """The other sessions of its course that wait for a look at the same answers."""
    if visit.course_id is None:
        return Appointment.objects.none()
    sessions = Appointment.objects.filter(course=visit.course_id, screening=visit.screening_id)
    return sessions.filter(state=State.NEEDS_REVIEW).exclude(pk=visit.pk).order_by("starts_at")
