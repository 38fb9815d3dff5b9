"""Asking patients to take another time, because the clinic cannot keep the one they have."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth.models import User

from booking.absences import ANSWER_WITHIN, Place, was_asked, without_notice
from booking.diary import Who
from booking.diary_lock import in_diary_transaction, lock_desks
from booking.models import (
    MOVABLE_STATES,
    Appointment,
    Closure,
    EventKind,
    HouseRules,
    Message,
    Patient,
    Rearrangement,
    SlotOffer,
    Source,
    State,
    WaitingEntry,
)
from booking.openings import Openings
from booking.scheduling.correspondence import owe, owe_letter
from booking.scheduling.holds import drop_expired_holds
from booking.scheduling.ledger import WrongState, expect, locked, place, write
from booking.scheduling.offer_answers import holder_of
from booking.scheduling.rules import NotOffered, room_or_first
from booking.waiting_list import answer_by, would_have
from clinic_site.local_time import clinic_zone, local_day


class NobodyToWriteTo(Exception):
    """The patient has no e-mail address: only the phone helps."""


@in_diary_transaction
def offer_instead(
    *, closure: Closure, appointment: Appointment, instead: Place, by: User, now: datetime
) -> Rearrangement:
    """Keep another place for the visit's patient and ask them by letter whether it suits.

    The visit stays where it is until they accept; then it moves, as with every offer. Raises
    NotOffered when the place is not open, NobodyToWriteTo, and WrongState when the
    visit does not stand, was asked about before, or is offered another time at this moment.
    """
    lock_desks([instead.practitioner.pk], [instead.location.pk])
    visit = _to_rearrange(closure, appointment)
    drop_expired_holds([instead.practitioner.pk], instead.location, now=now)
    kept = _kept(visit, instead, now=now)
    offer = SlotOffer.objects.create(
        entry=_entry_of(visit, instead, now=now),
        starts_at=instead.start,
        practitioner=instead.practitioner,
        location=instead.location,
        offered_at=now,
        expires_at=_answer_by(instead.start, now=now),
    )
    kept.held_by = holder_of(offer)
    kept.hold_expires_at = offer.expires_at
    write(kept, EventKind.HELD, to=State.HELD, by=by, now=now)
    offer.place = kept
    offer.save(update_fields=["place"])
    owe(Message.Kind.OFFER, to=offer.entry.patient.correspondent, now=now, offer=offer)
    return _note(closure, visit, Rearrangement.Way.OFFER, by=by, now=now, offer=offer)


@in_diary_transaction
def let_choose(
    *, closure: Closure, appointment: Appointment, by: User, now: datetime
) -> Rearrangement:
    """Ask the patient by letter to choose another time themselves.

    Raises NobodyToWriteTo and WrongState as `offer_instead` does.
    """
    visit = _to_rearrange(closure, appointment)
    owe_letter(visit, Message.Kind.CHOOSE_TIME, now=now)
    return _note(closure, visit, Rearrangement.Way.CHOICE, by=by, now=now)


@in_diary_transaction
def note_to_phone(
    *, closure: Closure, appointment: Appointment, by: User, now: datetime
) -> Rearrangement:
    """Put the visit on the phone list. Raises WrongState as `offer_instead` does."""
    visit = _to_rearrange(closure, appointment, by_letter=False)
    return _note(closure, visit, Rearrangement.Way.PHONE, by=by, now=now)


def _to_rearrange(
    closure: Closure, appointment: Appointment, *, by_letter: bool = True
) -> Appointment:
    visit = locked(appointment)
    expect(visit, *MOVABLE_STATES)
    if was_asked(visit, closure):
        raise WrongState(f"The patient of visit {visit.reference} was asked already.")
    if by_letter and not (visit.patient and visit.patient.correspondent.email):
        raise NobodyToWriteTo
    return visit


def _kept(visit: Appointment, instead: Place, *, now: datetime) -> Appointment:
    """An unsaved hold of the place, as long as the visit takes."""
    service = without_notice(visit.service_as_booked)
    openings = Openings(service, now=now, who=Who(instead.practitioner, instead.location))
    if why_not := openings.why_not(instead.practitioner, instead.location, instead.start):
        raise NotOffered(why_not)
    room = room_or_first(openings, instead.practitioner, instead.location, instead.start)
    return place(service, instead.practitioner, room, instead.start, source=Source.DESK, now=now)


def _entry_of(visit: Appointment, instead: Place, *, now: datetime) -> WaitingEntry:
    """An offer answers an entry: the patient's wish for an earlier time if the place fulfils it,
    otherwise one for this offer alone, that ends with this day. Another wish stays as it is."""
    waiting = WaitingEntry.objects.select_for_update(no_key=True).filter(
        appointment=visit, state=WaitingEntry.State.WAITING
    )
    if SlotOffer.objects.filter(entry__in=list(waiting), answer=SlotOffer.Answer.OPEN).exists():
        raise WrongState(f"Another time is offered for visit {visit.reference} already.")
    who = Who(instead.practitioner, instead.location)
    for wish in waiting:
        if would_have(wish, instead.start, who):
            return wish
    return WaitingEntry.objects.create(
        patient=Patient.objects.get(appointments=visit),
        service=visit.service,
        appointment=visit,
        until=local_day(now, clinic_zone()),
        by_clinic=True,
        created_at=now,
    )


def _answer_by(start: datetime, *, now: datetime) -> datetime:
    """Some hours by day; by night until the clinic has been open for an hour."""
    rules = HouseRules.current()
    rules.offer_minutes = int(ANSWER_WITHIN.total_seconds() // 60)
    return answer_by(start, notice=timedelta(), rules=rules, now=now)


def _note(
    closure: Closure,
    visit: Appointment,
    way: Rearrangement.Way,
    *,
    by: User,
    now: datetime,
    offer: SlotOffer | None = None,
) -> Rearrangement:
    return Rearrangement.objects.create(
        closure=closure, appointment=visit, way=way, offer=offer, by=by, at=now
    )
