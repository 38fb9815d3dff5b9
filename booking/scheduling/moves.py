"""Moving a visit, and taking back a change made a moment ago."""

from __future__ import annotations

from copy import copy
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from booking import visit_links
from booking.diary import Who
from booking.diary_lock import SlotTaken, in_diary_transaction, lock_desks
from booking.models import (
    MOVABLE_STATES,
    Appointment,
    AppointmentEvent,
    EventKind,
    FreedTime,
    Message,
    Patient,
    Room,
    SlotOffer,
    State,
    VisitLink,
    WaitingEntry,
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


class NothingToTakeBack(Exception):
    """The last change was somebody else's, or its few minutes are over."""


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


@in_diary_transaction
def take_back(*, appointment: Appointment, now: datetime) -> Appointment:
    """Undo what the patient themselves did within the last three minutes: a move or a cancellation.

    The letter about it has not left, and what was sent before holds again, its links included.
    Raises SlotTaken when somebody has the old time by now, NothingToTakeBack when there is nothing.
    """
    last = last_own_change(appointment, now=now)
    if last is None:
        raise NothingToTakeBack
    practitioner = last.from_practitioner or appointment.practitioner
    location = last.from_location or appointment.location
    start = last.from_starts_at or last.starts_at
    lock_desks(
        {appointment.practitioner_id, practitioner.pk}, {appointment.location_id, location.pk}
    )
    current = locked(appointment)
    if last_own_change(current, now=now) != last:
        raise NothingToTakeBack
    room = _room_still_free(current, practitioner, location, start, now=now)
    given_up = copy(current)
    put(current, practitioner, room, start)
    expect_free(Patient.objects.get(appointments=current), current)
    overtake(current)
    write(current, EventKind.UNDONE, to=State(last.from_state), by=None, now=now)
    VisitLink.objects.filter(appointment=current, revoked_at=last.at).update(revoked_at=None)
    # Its hour has not come, so nobody has been offered the time.
    FreedTime.objects.filter(
        practitioner=practitioner, starts_at=current.block.start, handled_at=None
    ).delete()
    if last.kind == EventKind.MOVED:
        free_the_time(given_up, now=now, offer_from=now)
        _wait_again(current, last)
    _tell_again(current, now=now)
    return current


def last_own_change(appointment: Appointment, *, now: datetime) -> AppointmentEvent | None:
    """The move or cancellation that the patient could still take back at `now`."""
    last = AppointmentEvent.objects.history_of(appointment).last()
    if (
        last is None
        or last.author != AppointmentEvent.Author.PATIENT
        or last.kind not in {EventKind.MOVED, EventKind.CANCELLED}
        or last.from_state == State.UNPROVED
        or last.at + TAKE_BACK_WITHIN <= now
    ):
        return None
    return last


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


def _room_still_free(
    visit: Appointment,
    practitioner: Practitioner,
    location: Location,
    start: datetime,
    *,
    now: datetime,
) -> Room:
    """A room where the visit stood before. Raises SlotTaken when somebody has its time by now."""
    drop_expired_holds([practitioner.pk], location, now=now)
    openings = openings_for(visit, Who(practitioner, location), now=now)
    room = openings.room_for(practitioner, location, start)
    if room is None or openings.clash(practitioner, location, start):
        raise SlotTaken
    return room


def _tell_of(visit: Appointment, *, now: datetime, due_at: datetime) -> None:
    """The new time; while a clinician still looks at the answers, that too."""
    if visit.state == State.BOOKED:
        owe_letter(visit, Message.Kind.MOVED, now=now, due_at=due_at)
        owe_reminders(visit, now=now)
    else:
        owe_letter(visit, Message.Kind.REVIEW, now=now, due_at=due_at)


def _wait_again(visit: Appointment, move: AppointmentEvent) -> None:
    """If the time taken back was an offer accepted, it is declined, and its wish stands again."""
    answers = SlotOffer.Answer
    accepted = SlotOffer.objects.filter(
        place=visit, answer=answers.ACCEPTED, answered_at=move.at, starts_at=move.starts_at
    )
    for offer in accepted.select_for_update(no_key=True):
        offer.answer, offer.place = answers.DECLINED, None
        offer.save(update_fields=["answer", "place"])
        states = WaitingEntry.State
        if not visit.waiting_entries.filter(state=states.WAITING).exists():
            wish = WaitingEntry.objects.filter(
                pk=offer.entry_id, state=states.FULFILLED, by_clinic=False
            )
            wish.update(state=states.WAITING)


def _tell_again(visit: Appointment, *, now: datetime) -> None:
    """Remind of the visit as it stands again, and write unless the last letter that left said so:
    the one of before the change and of before taking it back, each of which counted one on."""
    kind = Message.Kind
    left = Message.objects.filter(appointment=visit).exclude(state=Message.Delivery.SUPERSEDED)
    untrue_has_left = left.filter(calendar_sequence=visit.calendar_sequence - 1).exists()
    said_so = left.filter(calendar_sequence=visit.calendar_sequence - 2)
    firm = visit.state == State.BOOKED
    telling = [kind.CONFIRMATION, kind.MOVED] if firm else [kind.REVIEW]
    if untrue_has_left or not said_so.filter(kind__in=telling).exists():
        is_news = left.filter(kind__in=telling).exists()
        owe_letter(visit, kind.MOVED if firm and is_news else telling[0], now=now)
    if firm:
        owe_reminders(visit, now=now)
