"""What becomes of a visit on its day."""

from __future__ import annotations

from datetime import datetime, time

from django.contrib.auth.models import User

from booking.diary import Who
from booking.diary_lock import in_diary_transaction, lock_desks
from booking.models import Appointment, EventKind, Message, Patient, Room, State
from booking.scheduling.correspondence import owe_letter
from booking.scheduling.holds import drop_expired_holds
from booking.scheduling.ledger import WrongState, expect, expect_free, locked, write
from booking.scheduling.moves import openings_for
from booking.scheduling.states import ALLOWED_FROM, UNDONE
from clinic_site.local_time import clinic_zone, instant, local_day

# On the clinic's clock: when people are home again.
AFTERCARE_AT = time(18)


@in_diary_transaction
def arrive(*, appointment: Appointment, by: User, now: datetime) -> Appointment:
    """The patient is here; or was, if nobody had marked it on the day."""
    current = _standing(appointment, EventKind.ARRIVED)
    if _days_since(current, now=now) < 0:
        raise WrongState(f"The day of visit {current.reference} has not come yet.")
    write(current, EventKind.ARRIVED, to=State.ARRIVED, by=by, now=now)
    return current


@in_diary_transaction
def complete(*, appointment: Appointment, by: User, now: datetime) -> Appointment:
    """The patient has been treated. On the evening of the visit a letter says what to expect and
    when to get help; what is marked on the next day is told at once. Later it would come when
    soreness is over and the signs to watch for have shown, and only alarm.
    """
    current = _standing(appointment, EventKind.COMPLETED)
    write(current, EventKind.COMPLETED, to=State.COMPLETED, by=by, now=now)
    if not current.service.by_phone and _days_since(current, now=now) <= 1:
        zone = clinic_zone()
        evening = instant(local_day(current.starts_at, zone), AFTERCARE_AT, zone)
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

    A no-show whose room is used by now gets another. Raises SlotTaken when somebody has been given
    the place of a no-show, or the patient another.
    """
    current = _standing(appointment, EventKind.UNDONE)
    if _days_since(current, now=now) != 0:
        raise WrongState(f"This can be done only on the day of visit {current.reference}.")
    drop_expired_holds([current.practitioner_id], current.location, now=now)
    current.room = _room_of(current, now=now)
    # The constraint does not look at a visit that was squeezed in.
    expect_free(Patient.objects.get(appointments=current), current)
    write(current, EventKind.UNDONE, to=UNDONE[State(current.state)], by=by, now=now)
    return current


def _standing(appointment: Appointment, mark: EventKind) -> Appointment:
    lock_desks([appointment.practitioner_id], [appointment.location_id])
    current = locked(appointment)
    expect(current, *ALLOWED_FROM[mark])
    return current


def _room_of(visit: Appointment, *, now: datetime) -> Room:
    """The visit's own, or another if that is used by somebody else meanwhile and one is free."""
    others = Appointment.objects.blocking().filter(
        room=visit.room, blocks__overlap=visit.blocks, overbooked=False
    )
    if visit.overbooked or not others.exclude(pk=visit.pk).exists():
        return visit.room
    openings = openings_for(visit, Who(visit.practitioner, visit.location), now=now)
    return openings.room_for(visit.practitioner, visit.location, visit.starts_at) or visit.room


def _days_since(visit: Appointment, *, now: datetime) -> int:
    """How many of the clinic's days the visit's own lies back."""
    zone = clinic_zone()
    return (local_day(now, zone) - local_day(visit.starts_at, zone)).days
