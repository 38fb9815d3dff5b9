"""What becomes of a visit on its day."""

from __future__ import annotations

from datetime import datetime, time

from django.contrib.auth.models import User

from booking.diary_lock import in_diary_transaction, lock_desks
from booking.models import Appointment, EventKind, Message, Patient, State
from booking.scheduling.correspondence import owe_letter
from booking.scheduling.holds import drop_expired_holds
from booking.scheduling.ledger import WrongState, expect, expect_free, locked, write
from booking.scheduling.states import ALLOWED_FROM, UNDONE
from clinic_site.local_time import clinic_zone, instant, local_day

# On the clinic's clock: when people are home again.
AFTERCARE_AT = time(18)


@in_diary_transaction
def arrive(*, appointment: Appointment, by: User, now: datetime) -> Appointment:
    """The patient is here. Only on the day of the visit."""
    current = _on_its_day(appointment, EventKind.ARRIVED, now=now)
    write(current, EventKind.ARRIVED, to=State.ARRIVED, by=by, now=now)
    return current


@in_diary_transaction
def complete(*, appointment: Appointment, by: User, now: datetime) -> Appointment:
    """The patient has been treated. That evening a letter says when to get help."""
    current = _standing(appointment, EventKind.COMPLETED)
    write(current, EventKind.COMPLETED, to=State.COMPLETED, by=by, now=now)
    if not current.service.by_phone:
        evening = instant(local_day(now, clinic_zone()), AFTERCARE_AT, clinic_zone())
        owe_letter(current, Message.Kind.AFTERCARE, now=now, due_at=max(now, evening))
    return current


@in_diary_transaction
def no_show(*, appointment: Appointment, by: User, now: datetime) -> Appointment:
    """The patient did not come. Only after the visit should have begun; its place is freed."""
    current = _standing(appointment, EventKind.NO_SHOW)
    if now < current.starts_at:
        raise WrongState(f"Visit {current.reference} has not begun yet.")
    write(current, EventKind.NO_SHOW, to=State.NO_SHOW, by=by, now=now)
    return current


@in_diary_transaction
def left_unseen(*, appointment: Appointment, by: User, now: datetime) -> Appointment:
    """The patient came and left again without being treated."""
    current = _standing(appointment, EventKind.LEFT_UNSEEN)
    write(current, EventKind.LEFT_UNSEEN, to=State.LEFT_UNSEEN, by=by, now=now)
    return current


@in_diary_transaction
def undo(*, appointment: Appointment, by: User, now: datetime) -> Appointment:
    """Take back a no-show (they came after all) or an arrival, on the same day.

    Raises SlotTaken when somebody has been given the place of a no-show, or the patient another.
    """
    current = _on_its_day(appointment, EventKind.UNDONE, now=now)
    drop_expired_holds([current.practitioner_id], current.location, now=now)
    # The constraint does not look at a visit that was squeezed in.
    expect_free(Patient.objects.get(appointments=current), current)
    write(current, EventKind.UNDONE, to=UNDONE[State(current.state)], by=by, now=now)
    return current


def _standing(appointment: Appointment, mark: EventKind) -> Appointment:
    lock_desks([appointment.practitioner_id], [appointment.location_id])
    current = locked(appointment)
    expect(current, *ALLOWED_FROM[mark])
    return current


def _on_its_day(appointment: Appointment, mark: EventKind, *, now: datetime) -> Appointment:
    current = _standing(appointment, mark)
    zone = clinic_zone()
    if local_day(now, zone) != local_day(current.starts_at, zone):
        raise WrongState(f"This can be done only on the day of visit {current.reference}.")
    return current
