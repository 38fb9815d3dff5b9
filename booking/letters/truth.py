"""Whether what a row of the outbox would tell is still so: looked at when it is about to leave,
because between its making and its leaving a visit, or a mail server's night, may have passed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.conf import settings

from booking.absences import clinic_has_to
from booking.letters.readers import address_of, patient_of, visits_of_address
from booking.models import MOVABLE_STATES, Appointment, Message, SlotOffer, State, WaitingEntry

Kind = Message.Kind


def is_still_true(message: Message, *, now: datetime) -> bool:
    """Whether the letter may leave at `now`, by the rows as they are in the database."""
    fresh = Message.objects.select_related("appointment", "offer", "waiting_entry", "course").get(
        pk=message.pk
    )
    # A kind that nobody has heard of is for whoever composes to complain of.
    rule = STILL_TRUE.get(fresh.kind, _always)
    if _is_overtaken(fresh) or not address_of(fresh):
        return False
    return _is_wanted_as_text(fresh) and rule(fresh, now)


def _is_overtaken(message: Message) -> bool:
    """The visit has changed since: a later letter tells how it stands."""
    visit = message.appointment
    return visit is not None and visit.calendar_sequence > message.calendar_sequence


def _is_wanted_as_text(message: Message) -> bool:
    """Text messages only while they are set up and agreed to."""
    if message.channel != Message.Channel.TEXT:
        return True
    patient = patient_of(message)
    agreed = patient is not None and patient.correspondent.texts_agreed_at is not None
    return bool(settings.TEXT_GATEWAY_URL) and agreed


def _stands(visit: Appointment | None, *states: State) -> bool:
    return visit is not None and visit.state in states


def _lies_ahead(message: Message, now: datetime) -> bool:
    visit = message.appointment
    return visit is not None and visit.state == State.BOOKED and now < visit.starts_at


def _reminds(message: Message, now: datetime) -> bool:
    """Not of a time that its patient was asked to give up, because the clinic cannot keep it."""
    visit, patient = message.appointment, patient_of(message)
    return (
        visit is not None
        and _lies_ahead(message, now)
        and patient is not None
        and patient.correspondent.reminders
        and not _next_reminder_is_due(message, now)
        and not clinic_has_to(visit)
    )


def _next_reminder_is_due(message: Message, now: datetime) -> bool:
    """After a long night of the mail server, one reminder is enough."""
    same = Message.objects.waiting().filter(
        appointment=message.appointment, kind=Kind.REMINDER, channel=message.channel
    )
    return same.filter(pk__gt=message.pk, due_at__lte=now).exists()


def _awaits_proof(message: Message, now: datetime) -> bool:
    visit = message.appointment
    return (
        visit is not None
        and visit.state == State.UNPROVED
        and visit.hold_expires_at is not None
        and now < visit.hold_expires_at
    )


def _has_to_move(message: Message, now: datetime) -> bool:
    visit = message.appointment
    return visit is not None and visit.state in MOVABLE_STATES and now < visit.starts_at


def _is_looked_at(message: Message, now: datetime) -> bool:
    visit = message.appointment
    return visit is not None and visit.state == State.NEEDS_REVIEW and now < visit.starts_at


def _is_open_offer(message: Message, now: datetime) -> bool:
    offer = message.offer
    return offer is not None and offer.answer == SlotOffer.Answer.OPEN and now < offer.expires_at


def _is_open_course(message: Message, now: datetime) -> bool:
    course = message.course
    return course is not None and course.answer == course.Answer.OPEN and now < course.answer_by


def _course_begins(message: Message, now: datetime) -> bool:
    course = message.course
    return (
        course is not None
        and course.answer == course.Answer.ACCEPTED
        and course.appointments.standing().filter(starts_at__gt=now).exists()
    )


def _is_waiting(message: Message, _now: datetime) -> bool:
    entry = message.waiting_entry
    return entry is not None and entry.state == WaitingEntry.State.WAITING


def _finds_a_visit(message: Message, now: datetime) -> bool:
    """Whoever is not known here is not written to: anybody can type any address. Looked up by the
    worker, so that nobody can tell from the website's answer who is."""
    return bool(visits_of_address(message.to, now=now))


def _always(_message: Message, _now: datetime) -> bool:
    return True


STILL_TRUE: dict[str, Callable[[Message, datetime], bool]] = {
    Kind.CONFIRMATION: _lies_ahead,
    Kind.MOVED: _lies_ahead,
    Kind.CANCELLATION: lambda message, _now: _stands(message.appointment, State.CANCELLED),
    Kind.REMINDER: _reminds,
    Kind.ADDRESS_PROOF: _awaits_proof,
    Kind.REVIEW: _is_looked_at,
    Kind.PLEASE_PHONE: _is_looked_at,
    Kind.DECLINED: lambda message, _now: _stands(message.appointment, State.DECLINED),
    Kind.AFTERCARE: lambda message, _now: _stands(message.appointment, State.COMPLETED),
    Kind.WAITING: _is_waiting,
    Kind.CHOOSE_TIME: _has_to_move,
    Kind.OFFER: _is_open_offer,
    Kind.COURSE: _is_open_course,
    Kind.COURSE_BOOKED: _course_begins,
    Kind.FIND_VISIT: _finds_a_visit,
}
