"""Taking back a change made a moment ago."""

from __future__ import annotations

from copy import copy
from datetime import datetime

from django.db.models import Q

from booking.diary import Who
from booking.diary_lock import SlotTaken, in_diary_transaction, lock_desks
from booking.intervals import Interval
from booking.models import (
    Appointment,
    AppointmentEvent,
    EventKind,
    FreedTime,
    Message,
    Patient,
    SlotOffer,
    State,
    VisitLink,
    WaitingEntry,
)
from booking.models.appointments import BLOCKING_STATES, AppointmentQuerySet
from booking.openings import Openings
from booking.scheduling.correspondence import (
    NO_REMINDER_WITHIN,
    TAKE_BACK_WITHIN,
    overtake,
    owe_letter,
    owe_reminders,
)
from booking.scheduling.holds import drop_expired_holds
from booking.scheduling.ledger import Whereabouts, expect_free, free_the_time, locked, write
from booking.scheduling.moves import put
from booking.scheduling.rules import Place, room_or_first
from content.models import Practitioner


class NothingToTakeBack(Exception):
    """The last change was somebody else's, or its few minutes are over."""


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
    before = Whereabouts(start, practitioner, location)
    allowed = _place_still_free(current, last, before, now=now)
    given_up = copy(current)
    put(current, practitioner, allowed.room, start)
    current.overbooked = allowed.overbooked
    current.overbooking_reason = reason = allowed.overbooking_reason
    expect_free(Patient.objects.get(appointments=current), current)
    overtake(current)
    write(current, EventKind.UNDONE, to=State(last.from_state), by=None, now=now, reason=reason)
    VisitLink.objects.filter(appointment=current, revoked_at=last.at).update(revoked_at=None)
    # Its hour has not come, so nobody has been offered the time.
    FreedTime.objects.filter(
        practitioner=practitioner, starts_at=current.block.start, handled_at=None
    ).delete()
    if last.kind == EventKind.MOVED:
        free_the_time(given_up, now=now, offer_from=now)
        _wait_again(current, last)
    _tell_again(current, last, now=now)
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


def _place_still_free(
    visit: Appointment, last: AppointmentEvent, before: Whereabouts, *, now: datetime
) -> Place:
    """Where the visit stood before its last change: beside what the desk has squeezed in there, or
    squeezed in itself. Raises SlotTaken when somebody has its time by now."""
    practitioner, location, start = before.practitioner, before.location, before.starts_at
    drop_expired_holds([practitioner.pk], location, now=now)
    service = visit.service_as_booked
    who = Who(practitioner, location)
    openings = Openings(service, now=now, who=who, besides=visit, squeezed_in=False)
    clash = openings.clash(practitioner, location, start)
    reason = _reason_to_stand_there(visit, last)
    if clash and not (reason and openings.rooms(location)):
        raise SlotTaken
    block = service.policy.block(Interval.lasting(service.length, start=start))
    if clash and _came_since(last, practitioner, block).exists():
        raise SlotTaken
    room = room_or_first(openings, practitioner, location, start)
    return Place(room, overbooked=clash is not None, overbooking_reason=reason)


def _reason_to_stand_there(visit: Appointment, last: AppointmentEvent) -> str:
    """Why the desk went against a rule for the place that the visit had before its last change."""
    placed = (EventKind.BOOKED, EventKind.MOVED, EventKind.UNDONE)
    earlier = AppointmentEvent.objects.history_of(visit).filter(pk__lt=last.pk, kind__in=placed)
    placing = earlier.last()
    return placing.reason if placing else ""


def _came_since(
    last: AppointmentEvent, practitioner: Practitioner, block: Interval
) -> AppointmentQuerySet:
    """What was booked or moved into the practitioner's time since then, squeezed in or not."""
    came = AppointmentEvent.objects.filter(
        Q(kind=EventKind.MOVED) | ~Q(from_state__in=BLOCKING_STATES), pk__gt=last.pk
    )
    there = Appointment.objects.blocking().filter(
        practitioner=practitioner, blocks__overlap=(block.start, block.end)
    )
    return there.filter(pk__in=came.values("appointment"))


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


def _tell_again(visit: Appointment, last: AppointmentEvent, *, now: datetime) -> None:
    """Remind of the visit as it stands again, and write unless the last letter that left said so:
    the one of before the change and of before taking it back, each of which counted one on."""
    kind = Message.Kind
    left = Message.objects.filter(appointment=visit).exclude(state=Message.Delivery.SUPERSEDED)
    untrue_has_left = left.filter(calendar_sequence=visit.calendar_sequence - 1).exists()
    said_so = left.filter(calendar_sequence=visit.calendar_sequence - 2)
    firm = visit.state == State.BOOKED
    telling = [kind.CONFIRMATION, kind.MOVED] if firm else [kind.REVIEW]
    # With no letter of now, also a reminder tells something that would come soon, or had to leave
    # in these minutes.
    not_within = last.at - now
    if untrue_has_left or not said_so.filter(kind__in=telling).exists():
        is_news = left.filter(kind__in=telling).exists()
        owe_letter(visit, kind.MOVED if firm and is_news else telling[0], now=now)
        not_within = NO_REMINDER_WITHIN
    if firm:
        owe_reminders(visit, now=now, not_within=not_within)
