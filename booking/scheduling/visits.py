"""From a place in the diary to a patient's visit, and out of the diary again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User

from booking import visit_links
from booking.absences import clinic_has_to
from booking.diary import Who
from booking.diary_lock import SlotTaken, in_diary_transaction, lock_desks
from booking.models import (
    Appointment,
    AppointmentEvent,
    Consent,
    EventKind,
    Message,
    Patient,
    ScreeningAnswers,
    Service,
    Source,
    State,
)
from booking.openings import Openings
from booking.registration import Person, find_or_register
from booking.scheduling.correspondence import TAKE_BACK_WITHIN, confirm, overtake, owe_letter
from booking.scheduling.firmness import await_proof, make_firm, must_prove_address
from booking.scheduling.holds import drop_expired_holds, held
from booking.scheduling.ledger import expect, expect_free, free_the_time, locked, place, write
from booking.scheduling.rules import expect_in_time, expect_within_limits, place_allowed
from booking.scheduling.states import ALLOWED_FROM
from content.models import Location, Practitioner


class AnswersGone(Exception):
    """The answers were given anew, or used for a visit, in another window at this moment."""


@dataclass(frozen=True)
class Details:
    """What the visitor told us of the visit.

    `privacy_notice` and `treatment_information` are the versions they acknowledged, the latter ""
    where they were not shown it; `answers` to the safety questions, if the service asks them.
    """

    person: Person
    about: str
    privacy_notice: str
    treatment_information: str = ""
    answers: ScreeningAnswers | None = None


@in_diary_transaction
def book(*, appointment: Appointment, visitor: str, details: Details, now: datetime) -> Appointment:
    """Turn the visitor's hold into their visit, with a letter in the outbox that says so.

    It is booked, or needs a clinician's look at the answers first, or waits until the patient has
    proved the e-mail address, as the answers and the house rules ask for. Booking the same hold
    twice books once: the second call returns the visit of the first. Raises HoldGone when the hold
    was given away or taken back, SlotTaken when meanwhile the clinic closed, the visit's time
    passed, or the patient has another visit at this time, PleasePhone when the contact is above a
    limit of the house rules, and AnswersGone when the answers are not the visitor's any more; the
    hold stays then.
    """
    lock_desks([appointment.practitioner_id], [appointment.location_id])
    already = Appointment.objects.filter(pk=appointment.pk, held_by=visitor).standing()
    if booked := already.first():
        return booked
    current = held(appointment, visitor=visitor)
    _still_offered(current, now=now)
    expect_within_limits(details.person.email, now=now)
    patient = find_or_register(details.person, now=now)
    expect_free(patient, current)
    current.patient = patient
    current.contact_phone = details.person.phone
    current.about = details.about
    current.screening = _answers_of(patient, details.answers)
    if must_prove_address(patient):
        await_proof(current, now=now)
    else:
        make_firm(current, EventKind.BOOKED, now=now)
    _keep_acknowledgements(current, details, now=now)
    return current


def _answers_of(patient: Patient, answers: ScreeningAnswers | None) -> ScreeningAnswers | None:
    """The answers, now the patient's."""
    if answers is None:
        return None
    rows = ScreeningAnswers.objects.select_for_update(of=("self",), no_key=True)
    current = rows.filter(pk=answers.pk).first()
    if current is None or current.patient_id not in {None, patient.pk}:
        raise AnswersGone
    current.patient = patient
    current.save(update_fields=["patient"])
    return current


def _keep_acknowledgements(visit: Appointment, details: Details, *, now: datetime) -> None:
    texts = {
        Consent.Text.PRIVACY_NOTICE: details.privacy_notice,
        Consent.Text.TREATMENT_INFORMATION: details.treatment_information,
    }
    Consent.objects.bulk_create(
        Consent(
            patient=visit.patient,
            appointment=visit,
            text=text,
            version=version,
            acknowledged_at=now,
        )
        for text, version in texts.items()
        if version
    )


@in_diary_transaction
def book_for_caller(
    *,
    service: Service,
    practitioner: Practitioner,
    location: Location,
    start: datetime,
    person: Person | Patient,
    by: User,
    now: datetime,
    about: str = "",
    overbooking_reason: str = "",
) -> Appointment:
    """Book for somebody on the phone or at the desk, by the same rules as online.

    With an `overbooking_reason`, staff who may overbook can go against every rule but the past and
    the patient's own other visits; a visit that stands where another does is marked overbooked.
    A patient on file is taken as they are; a person described is found or registered. A form that
    is sent twice books once, whatever the reason. Raises NotOffered, MayNotOverbook or SlotTaken.
    """
    lock_desks([practitioner.pk], [location.pk])
    drop_expired_holds([practitioner.pk], location, now=now)
    openings = Openings(service, now=now, who=Who(practitioner, location))
    allowed = place_allowed(
        openings, practitioner, location, start, by=by, overbooking_reason=overbooking_reason
    )
    visit = place(service, practitioner, allowed.room, start, source=Source.DESK, now=now)
    if isinstance(person, Person):
        _expect_sent_once(person, visit)
    patient = person if isinstance(person, Patient) else find_or_register(person, now=now)
    expect_free(patient, visit)
    visit.patient = patient
    # A number on file can be corrected there; it is not copied.
    visit.contact_phone = person.phone if isinstance(person, Person) else ""
    visit.about = about
    visit.overbooked = allowed.overbooked
    visit.overbooking_reason = reason = allowed.overbooking_reason
    write(visit, EventKind.BOOKED, to=State.BOOKED, by=by, now=now, reason=reason)
    confirm(visit, now=now)
    return visit


def _expect_sent_once(person: Person, visit: Appointment) -> None:
    """Raise SlotTaken if this person has this very visit already. Without an e-mail address they
    are registered anew each time, so that `expect_free` would not recognise them; the desk's lock
    lets the second of two presses see what the first one wrote."""
    if person.email:
        return
    name = person.dependant or person.name
    same = Appointment.objects.blocking().filter(
        practitioner=visit.practitioner, starts_at=visit.starts_at, contact_phone=person.phone
    )
    if same.filter(patient__name__iexact=name).exists():
        raise SlotTaken


@in_diary_transaction
def cancel(
    *,
    appointment: Appointment,
    by: User | None,
    now: datetime,
    reason: str = "",
    wish: AppointmentEvent.Wish = AppointmentEvent.Wish.PATIENT,
) -> Appointment:
    """Take the visit out of the diary but not out of history, and tell the patient.

    When the patient does it themselves, the letter waits a little, so that they can take it back.
    Raises TooLate when a patient cancels after the cut-off, WrongState when it no longer stands.
    """
    lock_desks([appointment.practitioner_id], [appointment.location_id])
    current = locked(appointment)
    expect(current, *ALLOWED_FROM[EventKind.CANCELLED])
    if by is None:
        expect_in_time(current, now=now)
        wish = AppointmentEvent.Wish.CLINIC if clinic_has_to(current) else wish
    letters_leave_at = now if by else now + TAKE_BACK_WITHIN
    current.hold_expires_at = None
    overtake(current)
    visit_links.revoke(current, now=now)
    write(
        current, EventKind.CANCELLED, to=State.CANCELLED, by=by, now=now, reason=reason, wish=wish
    )
    free_the_time(current, now=now, offer_from=letters_leave_at)
    owe_letter(current, Message.Kind.CANCELLATION, now=now, due_at=letters_leave_at)
    return current


def _still_offered(hold: Appointment, *, now: datetime) -> None:
    """Notice and horizon were kept when the hold was made; hours and closures may have changed."""
    who = Who(hold.practitioner, hold.location)
    openings = Openings(hold.service, now=hold.created_at, who=who, besides=hold)
    why_not = openings.why_not(hold.practitioner, hold.location, hold.starts_at)
    if hold.starts_at <= now or why_not:
        raise SlotTaken
