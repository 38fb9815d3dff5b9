"""From a place in the diary to a patient's visit, and out of the diary again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User

from booking.diary import Who
from booking.diary_lock import SlotTaken, in_diary_transaction, lock_desks
from booking.models import (
    Appointment,
    Consent,
    EventKind,
    Message,
    Room,
    Service,
    Source,
    State,
)
from booking.openings import Openings, WhyNot
from booking.policy import Refusal, patient_may_cancel
from booking.registration import Person, find_or_register
from booking.scheduling.holds import drop_expired_holds, held
from booking.scheduling.ledger import (
    expect,
    expect_free,
    locked,
    owe_letter,
    place,
    take_back_letters,
    write,
)
from content.models import Location, Practitioner


class NotOffered(Exception):
    """A rule refuses the time; `why` names it for staff."""

    def __init__(self, why: WhyNot) -> None:
        super().__init__(why.refusal.value)
        self.why = why


class MayNotOverbook(Exception):
    """The member of staff has no permission to book against the rules."""


class TooLate(Exception):
    """The cut-off has passed: the patient cannot cancel online any more."""


@dataclass(frozen=True)
class Details:
    """What the visitor told us of the visit; `privacy_notice` is the version they acknowledged."""

    person: Person
    about: str
    privacy_notice: str


@in_diary_transaction
def book(*, appointment: Appointment, visitor: str, details: Details, now: datetime) -> Appointment:
    """Turn the visitor's hold into their visit, with a confirmation in the outbox.

    Booking the same hold twice books once: the second call returns the visit of the first. Raises
    HoldGone when the hold was given away or taken back, and SlotTaken when meanwhile the clinic
    closed, the visit's time passed, or the patient has another visit at this time.
    """
    lock_desks([appointment.practitioner_id], [appointment.location_id])
    already = Appointment.objects.filter(pk=appointment.pk, held_by=visitor, state=State.BOOKED)
    if booked := already.first():
        return booked
    current = held(appointment, visitor=visitor)
    _still_offered(current, now=now)
    patient = find_or_register(details.person, now=now)
    expect_free(patient, current)
    current.patient = patient
    current.contact_phone = details.person.phone
    current.about = details.about
    current.hold_expires_at = None
    write(current, EventKind.BOOKED, to=State.BOOKED, by=None, now=now)
    Consent.objects.create(
        patient=patient,
        appointment=current,
        text=Consent.Text.PRIVACY_NOTICE,
        version=details.privacy_notice,
        acknowledged_at=now,
    )
    owe_letter(current, Message.Kind.CONFIRMATION, now=now)
    return current


@in_diary_transaction
def book_for_caller(
    *,
    service: Service,
    practitioner: Practitioner,
    location: Location,
    start: datetime,
    person: Person,
    by: User,
    now: datetime,
    about: str = "",
    overbooking_reason: str = "",
) -> Appointment:
    """Book for somebody on the phone or at the desk, by the same rules as online.

    With an `overbooking_reason`, staff who may overbook can go against every rule but the past and
    the patient's own other visits; a visit that stands where another does is marked overbooked.
    Raises NotOffered, MayNotOverbook or SlotTaken.
    """
    lock_desks([practitioner.pk], [location.pk])
    drop_expired_holds([practitioner.pk], location, now=now)
    openings = Openings(service, now=now, who=Who(practitioner, location))
    why_not = openings.why_not(practitioner, location, start)
    if why_not:
        _may_overrule(why_not, by=by, reason=overbooking_reason)
    clash = openings.clash(practitioner, location, start)
    room = _room(openings, practitioner, location, start)
    visit = place(service, practitioner, room, start, source=Source.DESK, now=now)
    patient = find_or_register(person, now=now)
    expect_free(patient, visit)
    visit.patient = patient
    visit.contact_phone = person.phone
    visit.about = about
    visit.overbooked = clash is not None
    visit.overbooking_reason = overbooking_reason if why_not else ""
    reason = visit.overbooking_reason
    write(visit, EventKind.BOOKED, to=State.BOOKED, by=by, now=now, reason=reason)
    owe_letter(visit, Message.Kind.CONFIRMATION, now=now)
    return visit


@in_diary_transaction
def cancel(
    *, appointment: Appointment, by: User | None, now: datetime, reason: str = ""
) -> Appointment:
    """Take the visit out of the diary but not out of history, and tell the patient.

    Raises TooLate when a patient cancels after the cut-off, WrongState when it no longer stands.
    """
    lock_desks([appointment.practitioner_id], [appointment.location_id])
    current = locked(appointment)
    expect(current, State.BOOKED, State.NEEDS_REVIEW)
    cutoff = timedelta(hours=current.cancel_cutoff_hours)
    if by is None and not patient_may_cancel(current.starts_at, cutoff=cutoff, now=now):
        raise TooLate
    current.calendar_sequence += 1
    write(current, EventKind.CANCELLED, to=State.CANCELLED, by=by, now=now, reason=reason)
    take_back_letters(current)
    owe_letter(current, Message.Kind.CANCELLATION, now=now)
    return current


def _still_offered(hold: Appointment, *, now: datetime) -> None:
    """Notice and horizon were kept when the hold was made; hours and closures may have changed."""
    who = Who(hold.practitioner, hold.location)
    openings = Openings(hold.service, now=hold.created_at, who=who, besides=hold)
    why_not = openings.why_not(hold.practitioner, hold.location, hold.starts_at)
    if hold.starts_at <= now or why_not:
        raise SlotTaken


def _may_overrule(why_not: WhyNot, *, by: User, reason: str) -> None:
    if why_not.refusal is Refusal.PAST or not reason:
        raise NotOffered(why_not)
    if not by.has_perm("booking.overbook"):
        raise MayNotOverbook


def _room(
    openings: Openings, practitioner: Practitioner, location: Location, start: datetime
) -> Room:
    """A free room, or when overbooking the first of the location's."""
    room = openings.room_for(practitioner, location, start)
    if room is None and not openings.rooms(location):
        raise NotOffered(WhyNot(Refusal.ROOMS_TAKEN))
    return room or openings.rooms(location)[0]
