"""A place kept for a visitor of the website while they fill in the form."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q

from booking import answers_on_file, visit_links
from booking.diary import Who, fewest_visits
from booking.diary_lock import SlotTaken, in_diary_transaction, lock_desks
from booking.models import PASSING_STATES, Appointment, EventKind, Service, Source, State
from booking.models.appointments import AppointmentQuerySet
from booking.openings import Openings
from booking.scheduling.correspondence import overtake
from booking.scheduling.ledger import (
    WrongState,
    free_the_time,
    locked,
    place,
    remove_hold,
    write,
)
from clinic_site.local_time import clinic_zone, local_day
from content.models import Location, Practitioner

HOLD_LASTS = timedelta(minutes=10)
# WCAG 2.2.1 asks for ten extensions at least; twelve times ten minutes keep out a hoarder.
HOLD_LASTS_AT_MOST = timedelta(hours=2)


# One that ran out is still its visitor's until somebody needs the place; not for ever.
SWEPT_AFTER = timedelta(hours=1)
SWEPT_AT_ONCE = 50


class HoldGone(Exception):
    """The visitor holds no place (any more)."""


class HeldLongEnough(Exception):
    """The place was kept as long as any can be. It is still the visitor's."""


@in_diary_transaction
def hold(
    *,
    service: Service,
    location: Location,
    start: datetime,
    visitor: str,
    now: datetime,
    practitioner: Practitioner | None = None,
) -> Appointment:
    """Keep a time for `visitor` for ten minutes; a place they held before is released.

    Without a `practitioner` it goes to the one with the fewest visits on that day. Raises
    SlotTaken when the time is not open at `now`.
    """
    candidates = (
        [practitioner.pk]
        if practitioner
        else service.practitioners.filter(is_treating=True).values_list("pk", flat=True)
    )
    lock_desks(candidates, [location.pk])
    _release_holds_of(visitor, now=now)
    drop_expired_holds(candidates, location, now=now)
    openings = Openings(service, now=now, who=Who(practitioner, location))
    free = openings.free_practitioners(start, location)
    chosen = fewest_visits(free, local_day(start, clinic_zone()))[0] if free else None
    room = openings.room_for(chosen, location, start) if chosen else None
    if chosen is None or room is None:
        raise SlotTaken
    appointment = place(service, chosen, room, start, source=Source.ONLINE, now=now)
    appointment.held_by = visitor
    appointment.hold_expires_at = now + HOLD_LASTS
    write(appointment, EventKind.HELD, to=State.HELD, by=None, now=now)
    return appointment


@in_diary_transaction
def extend(*, appointment: Appointment, visitor: str, now: datetime) -> Appointment:
    """Start the hold's ten minutes anew. Raises HoldGone when it has been given away or ended
    otherwise, HeldLongEnough when that would be more than two hours."""
    current = held(appointment, visitor=visitor)
    if now + HOLD_LASTS > current.created_at + HOLD_LASTS_AT_MOST:
        raise HeldLongEnough
    current.hold_expires_at = now + HOLD_LASTS
    write(current, EventKind.EXTENDED, to=State.HELD, by=None, now=now)
    return current


@in_diary_transaction
def release(*, visitor: str, now: datetime) -> None:
    """Give back whatever the visitor holds."""
    _release_holds_of(visitor, now=now)


def held(appointment: Appointment, *, visitor: str) -> Appointment:
    """The visitor's hold, locked. One that has run out is still theirs until somebody needs the
    place. Raises HoldGone."""
    try:
        current = locked(appointment)
    except WrongState:
        raise HoldGone from None
    if current.state != State.HELD or current.held_by != visitor:
        raise HoldGone
    return current


def drop_expired_holds(
    practitioner_ids: Iterable[int], location: Location, *, now: datetime
) -> None:
    """Take out of the diary what ran out and stands where a new visit could: at these desks."""
    drop_expired(
        Appointment.objects.filter(Q(practitioner__in=practitioner_ids) | Q(location=location)),
        now=now,
    )


def drop_expired(among: AppointmentQuerySet, *, now: datetime) -> int:
    """Remove holds that ran out, and let bookings lapse whose e-mail nobody proved; how many.

    One whose row is locked is being booked, extended or proved at this moment: its place is taken.
    """
    expired = among.filter(state__in=PASSING_STATES, hold_expires_at__lte=now)
    rows = list(expired.select_for_update(skip_locked=True, no_key=True))
    for appointment in rows:
        if appointment.state == State.HELD:
            remove_hold(appointment, EventKind.EXPIRED, now=now, by_clock=True)
        else:
            _let_lapse(appointment, now=now)
    return len(rows)


def _let_lapse(visit: Appointment, *, now: datetime) -> None:
    """Nobody has confirmed the booking: neither what it was about nor the answers that came with
    it need be kept, and nobody knows whose they were."""
    answers = visit.screening_id
    visit.hold_expires_at, visit.about, visit.screening = None, "", None
    overtake(visit)
    visit_links.revoke(visit, now=now)
    write(visit, EventKind.LAPSED, to=State.LAPSED, by=None, now=now, by_clock=True)
    if answers:
        answers_on_file.let_go(answers)
    free_the_time(visit, now=now, offer_from=now)


@in_diary_transaction
def sweep(*, now: datetime) -> int:
    """Let bookings lapse whose e-mail nobody proved in time, and remove holds that ran out an hour
    ago: the longest past first, a limited number; how many."""
    forgotten = Q(state=State.HELD, hold_expires_at__lte=now - SWEPT_AFTER)
    lapsing = Q(state=State.UNPROVED, hold_expires_at__lte=now)
    past = Appointment.objects.filter(forgotten | lapsing).order_by("hold_expires_at")
    return drop_expired(
        Appointment.objects.filter(pk__in=past.values("pk")[:SWEPT_AT_ONCE]), now=now
    )


def _release_holds_of(visitor: str, *, now: datetime) -> None:
    mine = Appointment.objects.filter(state=State.HELD, held_by=visitor)
    for appointment in mine.select_for_update(no_key=True):
        remove_hold(appointment, EventKind.RELEASED, now=now)
