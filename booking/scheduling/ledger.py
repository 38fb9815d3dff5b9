"""How a change is written down: the row, its event, and the letters it owes or takes back."""

from __future__ import annotations

import secrets
from datetime import datetime
from email.utils import make_msgid

from django.conf import settings
from django.contrib.auth.models import User
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from booking.diary_lock import SlotTaken, lock_patient
from booking.intervals import Interval
from booking.models import (
    Appointment,
    AppointmentEvent,
    EventKind,
    Message,
    Patient,
    Room,
    Service,
    Source,
    State,
)
from content.models import Practitioner

# No 0/O, 1/I/L: a reference is read aloud on the phone.
REFERENCE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


class WrongState(Exception):
    """The appointment is not in a state that allows this; the message says who did what."""


def new_reference() -> str:
    return "".join(secrets.choice(REFERENCE_LETTERS) for _ in range(8))


def place(
    service: Service,
    practitioner: Practitioner,
    room: Room,
    start: datetime,
    *,
    source: Source,
    now: datetime,
) -> Appointment:
    """An unsaved appointment with what it copies of the service as it is today."""
    visit = Interval.lasting(service.length, start=start)
    block = service.policy.block(visit)
    return Appointment(
        reference=new_reference(),
        source=source,
        practitioner=practitioner,
        location=room.location,
        room=room,
        starts_at=visit.start,
        ends_at=visit.end,
        blocks=DateTimeTZRange(block.start, block.end),
        service=service,
        service_name=service.name,
        length_minutes=service.length_minutes,
        buffer_before_minutes=service.buffer_before_minutes,
        buffer_after_minutes=service.buffer_after_minutes,
        price=service.price,
        cancel_cutoff_hours=service.cancel_cutoff_hours,
        created_at=now,
    )


def locked(appointment: Appointment) -> Appointment:
    """The row as it is now, locked until the transaction ends. Raises WrongState if it is gone."""
    try:
        return Appointment.objects.select_for_update(no_key=True).get(pk=appointment.pk)
    except Appointment.DoesNotExist:
        raise WrongState("This hold has ended.") from None


def expect(appointment: Appointment, *states: State) -> None:
    """Raise WrongState, saying who brought it where it is, unless it is in one of `states`."""
    if appointment.state in states:
        return
    last = AppointmentEvent.objects.history_of(appointment).select_related("user").last()
    doing = f": {last.get_kind_display().lower()} by {last.by}" if last else ""
    raise WrongState(
        f"Visit {appointment.reference} is “{appointment.get_state_display()}” already{doing}."
    )


def expect_free(patient: Patient, visit: Appointment) -> None:
    """Raise SlotTaken if the patient has another visit then, squeezed in or not."""
    lock_patient(patient)
    others = patient.appointments.blocking().filter(
        starts_at__lt=visit.ends_at, ends_at__gt=visit.starts_at
    )
    if others.exclude(pk=visit.pk).exists():
        raise SlotTaken


def write(
    appointment: Appointment,
    kind: EventKind,
    *,
    to: State,
    by: User | None,
    now: datetime,
    reason: str = "",
) -> None:
    """Save the appointment in state `to`, with the event that says so."""
    from_state = appointment.state
    appointment.state = to
    appointment.save(by_scheduling=True)
    _add_event(appointment, kind, from_state=from_state, by=by, now=now, reason=reason)


def remove_hold(
    appointment: Appointment, kind: EventKind, *, now: datetime, by_clock: bool = False
) -> None:
    """Take a hold out of the diary; its event stays."""
    pk, from_state = appointment.pk, appointment.state
    appointment.delete(by_scheduling=True)
    appointment.pk, appointment.state = pk, ""
    _add_event(appointment, kind, from_state=from_state, by=None, now=now, by_clock=by_clock)


def owe_letter(appointment: Appointment, kind: Message.Kind, *, now: datetime) -> None:
    """Put a letter about the visit into the outbox, if there is an address to write to."""
    patient = appointment.patient
    if patient is None or not patient.correspondent.email:
        return
    Message.objects.create(
        appointment=appointment,
        kind=kind,
        to=patient.correspondent.email,
        calendar_sequence=appointment.calendar_sequence,
        message_id=make_msgid(domain=settings.MAIL_DOMAIN),
        due_at=now,
        created_at=now,
    )


def take_back_letters(appointment: Appointment) -> None:
    """Letters that have not left yet would tell of a visit that no longer stands so.

    One that a worker is sending at this moment is left to it: waiting for a mail server would hold
    up the diary, and if sending fails the outbox sees that the visit has changed.
    """
    waiting = Message.objects.waiting().filter(appointment=appointment)
    in_nobodys_hands = waiting.select_for_update(skip_locked=True, no_key=True)
    Message.objects.filter(pk__in=[message.pk for message in in_nobodys_hands]).update(
        state=Message.Delivery.SUPERSEDED
    )


def _add_event(
    appointment: Appointment,
    kind: EventKind,
    *,
    from_state: str,
    by: User | None,
    now: datetime,
    reason: str = "",
    by_clock: bool = False,
) -> None:
    author = AppointmentEvent.Author
    AppointmentEvent(
        appointment_id=appointment.pk,
        reference=appointment.reference,
        kind=kind,
        from_state=from_state,
        to_state=appointment.state,
        starts_at=appointment.starts_at,
        at=now,
        author=author.STAFF if by else author.CLOCK if by_clock else author.PATIENT,
        user=by,
        reason=reason,
    ).save(by_scheduling=True)
