"""Moving a visit."""

from __future__ import annotations

from copy import copy
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from booking import visit_links
from booking.diary import Who
from booking.diary_lock import in_diary_transaction, lock_desks
from booking.models import (
    MOVABLE_STATES,
    Appointment,
    AppointmentEvent,
    EventKind,
    Message,
    Patient,
    Room,
    State,
)
from booking.openings import Openings
from booking.scheduling.correspondence import (
    TAKE_BACK_WITHIN,
    overtake,
    owe_letter,
    owe_reminders,
)
from booking.scheduling.holds import drop_expired_holds
from booking.scheduling.ledger import (
    Whereabouts,
    expect,
    expect_free,
    free_the_time,
    locked,
    write,
)
from booking.scheduling.rules import expect_in_time, place_allowed
from content.models import Location, Practitioner


@in_diary_transaction
def move(
    *,
    appointment: Appointment,
    practitioner: Practitioner,
    location: Location,
    start: datetime,
    by: User | None,
    now: datetime,
    overbooking_reason: str = "",
    wish: AppointmentEvent.Wish = AppointmentEvent.Wish.PATIENT,
) -> Appointment:
    """Give the visit another time, practitioner or location, by the same rules as booking.

    One row changes its place in one statement: the old time is free only if the new one is taken.
    Moving it to where it stands changes nothing, so that a button may be pressed twice. The
    reference stays; earlier letters and links become void and a new letter follows. Raises TooLate
    for a patient after the cut-off, NotOffered when a rule refuses the new time, MayNotOverbook,
    SlotTaken when it has been taken, WrongState when the visit does not stand.
    """
    lock_desks(
        {appointment.practitioner_id, practitioner.pk}, {appointment.location_id, location.pk}
    )
    current = locked(appointment)
    expect(current, *MOVABLE_STATES)
    if Whereabouts.of(current) == Whereabouts(start, practitioner, location):
        return current
    if by is None:
        expect_in_time(current, now=now)
    drop_expired_holds([practitioner.pk], location, now=now)
    openings = openings_for(current, Who(practitioner, location), now=now)
    allowed = place_allowed(
        openings, practitioner, location, start, by=by, overbooking_reason=overbooking_reason
    )
    current.overbooked = allowed.overbooked
    current.overbooking_reason = allowed.overbooking_reason
    bring_to(current, practitioner, allowed.room, start, by=by, now=now, wish=wish)
    return current


def openings_for(visit: Appointment, who: Who, *, now: datetime) -> Openings:
    """Where the visit could go: with the length and buffers that it was booked with."""
    return Openings(visit.service_as_booked, now=now, who=who, besides=visit)


def bring_to(
    visit: Appointment,
    practitioner: Practitioner,
    room: Room,
    start: datetime,
    *,
    by: User | None,
    now: datetime,
    wish: AppointmentEvent.Wish = AppointmentEvent.Wish.PATIENT,
) -> None:
    """Write the move down, with all that follows from it: the place was found to be free."""
    before, old_place = Whereabouts.of(visit), copy(visit)
    put(visit, practitioner, room, start)
    expect_free(Patient.objects.get(appointments=visit), visit)
    visit.patient_confirmed_at = None
    overtake(visit)
    visit_links.revoke(visit, now=now)
    write(
        visit,
        EventKind.MOVED,
        to=State(visit.state),
        by=by,
        now=now,
        reason=visit.overbooking_reason,
        wish=wish,
        moved_from=before,
    )
    letters_leave_at = now if by else now + TAKE_BACK_WITHIN
    free_the_time(old_place, now=now, offer_from=letters_leave_at)
    _tell_of(visit, now=now, due_at=letters_leave_at)


def put(visit: Appointment, practitioner: Practitioner, room: Room, start: datetime) -> None:
    """Place the visit, with the length and buffers it was booked with; the caller saves it."""
    visit.practitioner, visit.room, visit.location = practitioner, room, room.location
    visit.starts_at = start
    visit.ends_at = start + timedelta(minutes=visit.length_minutes)
    visit.blocks = DateTimeTZRange(visit.block.start, visit.block.end)


def _tell_of(visit: Appointment, *, now: datetime, due_at: datetime) -> None:
    """The new time; while a clinician still looks at the answers, that too."""
    if visit.state == State.BOOKED:
        owe_letter(visit, Message.Kind.MOVED, now=now, due_at=due_at)
        owe_reminders(visit, now=now)
    else:
        owe_letter(visit, Message.Kind.REVIEW, now=now, due_at=due_at)
