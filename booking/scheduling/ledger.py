"""How a change is written down: the row and its event."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict, Unpack

from django.contrib.auth.models import User
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from booking.diary_lock import SlotTaken, lock_patient
from booking.intervals import Interval
from booking.models import (
    Appointment,
    AppointmentEvent,
    EventKind,
    FreedTime,
    Patient,
    Room,
    Service,
    Source,
    State,
)
from content.models import Location, Practitioner

# No 0/O, 1/I/L: a reference is read aloud on the phone.
REFERENCE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


@dataclass(frozen=True)
class Whereabouts:
    """When, with whom and where a visit stood before it was moved."""

    starts_at: datetime
    practitioner: Practitioner
    location: Location

    @classmethod
    def of(cls, visit: Appointment) -> Whereabouts:
        return cls(visit.starts_at, visit.practitioner, visit.location)


class WrongState(Exception):
    """The appointment is not in a state that allows this; the message says who did what."""


class Told(TypedDict, total=False):
    """What an event may say beyond who did what and when."""

    reason: str
    wish: AppointmentEvent.Wish
    moved_from: Whereabouts


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
    if appointment.state not in states:
        raise WrongState(how_it_stands(appointment))


def how_it_stands(appointment: Appointment) -> str:
    """Its state and who brought it there, as a sentence for whoever comes second."""
    last = AppointmentEvent.objects.history_of(appointment).select_related("user").last()
    doing = f": {last.get_kind_display().lower()} by {last.by}" if last else ""
    return f"Visit {appointment.reference} is “{appointment.get_state_display()}” already{doing}."


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
    by_clock: bool = False,
    **told: Unpack[Told],
) -> None:
    """Save the appointment in state `to`, with the event that says so."""
    from_state = appointment.state
    appointment.state = to
    appointment.save(by_scheduling=True)
    _add_event(appointment, kind, from_state=from_state, by=by, now=now, by_clock=by_clock, **told)


def remove_hold(
    appointment: Appointment,
    kind: EventKind,
    *,
    now: datetime,
    by: User | None = None,
    by_clock: bool = False,
) -> None:
    """Take a hold out of the diary; its event stays."""
    pk, from_state = appointment.pk, appointment.state
    appointment.delete(by_scheduling=True)
    appointment.pk, appointment.state = pk, ""
    _add_event(appointment, kind, from_state=from_state, by=by, now=now, by_clock=by_clock)


def free_the_time(appointment: Appointment, *, now: datetime, offer_from: datetime) -> None:
    """Note that the appointment's time can be offered to those who wait, if it lies ahead."""
    if appointment.starts_at > now:
        FreedTime.objects.create(
            practitioner=appointment.practitioner,
            location=appointment.location,
            starts_at=appointment.block.start,
            ends_at=appointment.block.end,
            offer_from=offer_from,
        )


def _add_event(
    appointment: Appointment,
    kind: EventKind,
    *,
    from_state: str,
    by: User | None,
    now: datetime,
    by_clock: bool = False,
    **told: Unpack[Told],
) -> None:
    author = AppointmentEvent.Author
    moved_from = told.get("moved_from")
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
        reason=told.get("reason", ""),
        wish=told.get("wish", ""),
        from_starts_at=moved_from.starts_at if moved_from else None,
        from_practitioner=moved_from.practitioner if moved_from else None,
        from_location=moved_from.location if moved_from else None,
    ).save(by_scheduling=True)
