"""The earlier-slot list: who comes onto it, and how they leave it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time

from django.contrib.auth.models import User

from booking.diary_lock import DiaryBusy, in_diary_transaction, lock_desks, lock_patient
from booking.models import (
    STANDING_STATES,
    Appointment,
    Message,
    Service,
    SlotOffer,
    WaitingEntry,
)
from booking.registration import Person, find_or_register
from booking.scheduling.correspondence import owe, supersede
from booking.scheduling.ledger import WrongState
from booking.scheduling.offer_answers import close_offer, locked_entry, locked_offer
from booking.scheduling.taking_back import last_own_change
from booking.waiting_list import earlier_is_possible, past_use
from content.models import Location, Practitioner

# Whoever knows a name and an address can put them on the list, but not flood it.
WISHES_AT_MOST = 3


class ListFull(Exception):
    """The patient waits for as much as one person can already."""


@dataclass(frozen=True)
class Wish:
    """Which times suit: None and nothing mean that it does not matter."""

    until: date
    practitioner: Practitioner | None = None
    location: Location | None = None
    weekdays: list[int] = field(default_factory=list)
    earliest: time | None = None
    latest: time | None = None


@in_diary_transaction
def wish_for_earlier(*, appointment: Appointment, wish: Wish, now: datetime) -> WaitingEntry:
    """Put the visit's patient on the list for an earlier time; a wish that they had for this visit
    is replaced. Raises WrongState when the visit does not stand or nothing earlier is possible."""
    visit = Appointment.objects.select_for_update(no_key=True).get(pk=appointment.pk)
    if visit.state not in STANDING_STATES or visit.patient is None:
        raise WrongState(f"Visit {visit.reference} does not stand.")
    if not earlier_is_possible(visit, now=now):
        raise WrongState(f"No time before visit {visit.reference} can be booked any more.")
    entry, _ = WaitingEntry.objects.update_or_create(
        appointment=visit,
        state=WaitingEntry.State.WAITING,
        by_clinic=False,
        defaults=vars(wish),
        create_defaults=vars(wish)
        | {"patient": visit.patient, "service": visit.service, "created_at": now},
    )
    _tell(entry, now=now)
    return entry


@in_diary_transaction
def join_list(*, person: Person, service: Service, wish: Wish, now: datetime) -> WaitingEntry:
    """Put somebody without a visit on the list. Nothing that is known of them is changed.

    Who waits for just this already, as after pressing a button twice, waits once. Raises ListFull
    when they wait for this service some times already.
    """
    patient = find_or_register(person, now=now)
    lock_patient(patient)
    waiting = patient.waiting_entries.filter(
        service=service, appointment=None, state=WaitingEntry.State.WAITING
    )
    if same := waiting.filter(**vars(wish)).first():
        return same
    if waiting.count() >= WISHES_AT_MOST:
        raise ListFull
    entry = WaitingEntry.objects.create(
        patient=patient, service=service, created_at=now, **vars(wish)
    )
    _tell(entry, now=now)
    return entry


@in_diary_transaction
def leave_list(
    *,
    entry: WaitingEntry,
    by: User | None,
    now: datetime,
    to: WaitingEntry.State = WaitingEntry.State.WITHDRAWN,
    by_clock: bool = False,
) -> WaitingEntry:
    """Take the wish off the list, and give back a time that is offered to it at this moment.

    `by` is who does it for a caller. An entry that is off the list already stays as it is.
    """
    offer = SlotOffer.objects.filter(entry=entry, answer=SlotOffer.Answer.OPEN).first()
    if offer:
        lock_desks([offer.practitioner_id], [offer.location_id])
        kept, current = locked_offer(offer)
        if current.answer == SlotOffer.Answer.OPEN:
            close_offer(kept, current, SlotOffer.Answer.DECLINED, now=now, by=by, by_clock=by_clock)
    entry = locked_entry(entry.pk)
    if entry.state == WaitingEntry.State.WAITING:
        entry.state = to
        entry.save(update_fields=["state"])
    return entry


def end_wishes(*, now: datetime) -> int:
    """Take off the list what no time can fulfil any more: its last day has passed, or its visit
    is off or too near; how many."""
    ended = 0
    for entry in past_use(now=now):
        visit = entry.appointment
        is_off = visit is not None and visit.state not in STANDING_STATES
        if visit and is_off and last_own_change(visit, now=now):
            continue  # the patient may still take it back
        state = WaitingEntry.State.WITHDRAWN if is_off else WaitingEntry.State.ENDED
        try:
            leave_list(entry=entry, by=None, now=now, to=state, by_clock=True)
        except DiaryBusy:
            continue
        ended += 1
    return ended


def _tell(entry: WaitingEntry, *, now: datetime) -> None:
    """One letter of what is wished for now."""
    supersede(Message.objects.filter(kind=Message.Kind.WAITING, waiting_entry=entry))
    owe(Message.Kind.WAITING, to=entry.patient.correspondent, now=now, waiting_entry=entry)
