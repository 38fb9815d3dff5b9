"""From a patient's wish to a visit that stands: proof of the address, a look at the answers."""

from __future__ import annotations

from datetime import datetime, timedelta

from booking.diary_lock import in_diary_transaction, lock_desks
from booking.models import Appointment, EventKind, HouseRules, Message, Patient, State
from booking.scheduling.correspondence import confirm, owe_letter, take_back_letters
from booking.scheduling.ledger import expect, locked, write

PROVE_WITHIN = timedelta(minutes=30)


@in_diary_transaction
def prove_address(*, appointment: Appointment, now: datetime) -> Appointment:
    """Whoever reads the patient's mail confirms the booking: it is firm from now on.

    Doing it twice is the same as once. Raises WrongState when its half hour is over.
    """
    lock_desks([appointment.practitioner_id], [appointment.location_id])
    current = locked(appointment)
    if current.state in {State.BOOKED, State.NEEDS_REVIEW}:
        return current
    expect(current, State.UNPROVED)
    know_address(Patient.objects.get(appointments=current).correspondent, now=now)
    take_back_letters(current)
    make_firm(current, EventKind.PROVED, now=now)
    return current


@in_diary_transaction
def confirm_attendance(*, appointment: Appointment, now: datetime) -> Appointment:
    """The patient says that they will be there. Raises WrongState when the visit does not stand."""
    current = locked(appointment)
    expect(current, State.BOOKED)
    if current.patient_confirmed_at is None:
        current.patient_confirmed_at = now
        write(current, EventKind.CONFIRMED, to=State.BOOKED, by=None, now=now)
    return current


def await_proof(visit: Appointment, *, now: datetime) -> None:
    """Keep the place for half an hour and ask for the proof by letter."""
    visit.hold_expires_at = now + PROVE_WITHIN
    write(visit, EventKind.BOOKED, to=State.UNPROVED, by=None, now=now)
    owe_letter(visit, Message.Kind.ADDRESS_PROOF, now=now)


def make_firm(visit: Appointment, kind: EventKind, *, now: datetime) -> None:
    """The patient has done their part: it is booked, unless a clinician has to look first."""
    visit.hold_expires_at = None
    if is_unanswered(visit) or needs_review(visit):
        write(visit, kind, to=State.NEEDS_REVIEW, by=None, now=now)
        owe_letter(visit, Message.Kind.REVIEW, now=now)
    else:
        write(visit, kind, to=State.BOOKED, by=None, now=now)
        confirm(visit, now=now)


def is_unanswered(visit: Appointment) -> bool:
    """Whether the service asks safety questions and nobody has answered them."""
    return visit.service.asks_safety_questions and visit.screening is None


def needs_review(visit: Appointment) -> bool:
    """Whether a clinician has to look at the answers before the visit is firm."""
    answers = visit.screening
    return answers is not None and answers.outcome != answers.Outcome.CLEAR and not answers.decision


def must_prove_address(patient: Patient) -> bool:
    """Whether the house rules ask this patient to prove their e-mail address first."""
    asked = HouseRules.current().address_proof
    proof = HouseRules.AddressProof
    is_known = patient.correspondent.email_proved_at is not None
    return asked == proof.EVERYONE or (asked == proof.NEW_PATIENTS and not is_known)


def know_address(patient: Patient, *, now: datetime) -> None:
    """A link that was sent to the patient has been used."""
    if patient.email_proved_at is None:
        patient.email_proved_at = now
        patient.save(update_fields=["email_proved_at"])
