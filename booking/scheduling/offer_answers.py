"""What a patient says to an offer of a freed time, and what becomes of its place.

Locks are taken in one order: desks, the place that is kept, the offer, its entry.
"""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User

from booking.absences import without_notice
from booking.answers_on_file import valid_for
from booking.diary import Who
from booking.diary_lock import SlotTaken, in_diary_transaction, lock_desks
from booking.intervals import Interval
from booking.models import (
    MOVABLE_STATES,
    Appointment,
    EventKind,
    FreedTime,
    HouseRules,
    Message,
    Rearrangement,
    SlotOffer,
    Source,
    State,
    WaitingEntry,
)
from booking.openings import Openings
from booking.scheduling.correspondence import confirm, owe_letter
from booking.scheduling.firmness import is_unanswered, know_address, needs_review
from booking.scheduling.ledger import expect, expect_free, locked, remove_hold, write
from booking.scheduling.moves import bring_to
from booking.scheduling.rules import expect_within_limits
from booking.waiting_list import offers_without_visit, wanted_service


class OfferGone(Exception):
    """The offer has been answered otherwise, or its time is over."""


@in_diary_transaction
def accept_offer(*, offer: SlotOffer, by: User | None, now: datetime) -> Appointment:
    """Give the patient the time offered: their visit moves into it, or a first one is booked.

    `by` is who accepted for a caller. The cut-off for moving does not matter: the clinic has
    offered it. Accepting twice is the same as once. Raises OfferGone when it has ended, WrongState
    when the visit to be moved no longer stands, SlotTaken when the clinic has closed since or the
    patient has another visit then, PleasePhone when one more visit would be above a limit of the
    house rules.
    """
    visit = WaitingEntry.objects.get(offers=offer).appointment
    lock_desks(
        {offer.practitioner_id, *([visit.practitioner_id] if visit else [])},
        {offer.location_id, *([visit.location_id] if visit else [])},
    )
    kept, current = locked_offer(offer)
    if current.answer == SlotOffer.Answer.ACCEPTED and current.place:
        return current.place
    if kept is None or current.answer != SlotOffer.Answer.OPEN or current.expires_at <= now:
        raise OfferGone
    entry = locked_entry(current.entry_id)
    if entry.state != WaitingEntry.State.WAITING:
        raise OfferGone
    _expect_still_offered(kept, current, now=now)
    if by is None and not _went_by_text(current):
        know_address(entry.patient.correspondent, now=now)
    if entry.appointment:
        taken = _move_into(kept, entry.appointment, by=by, now=now)
    else:
        taken = _book(kept, entry, by=by, now=now)
    current.place = taken
    _write_answer(current, SlotOffer.Answer.ACCEPTED, now=now)
    entry.state = WaitingEntry.State.FULFILLED
    entry.save(update_fields=["state"])
    return taken


@in_diary_transaction
def decline_offer(*, offer: SlotOffer, by: User | None, now: datetime) -> SlotOffer:
    """The patient would rather not: the next one is asked. Declining twice is the same as once.

    `by` is who declined for a caller. Raises OfferGone when it was accepted or has lapsed.
    """
    lock_desks([offer.practitioner_id], [offer.location_id])
    kept, current = locked_offer(offer)
    if current.answer == SlotOffer.Answer.OPEN:
        close_offer(kept, current, SlotOffer.Answer.DECLINED, by=by, now=now)
        stop_if_enough(current)
    elif current.answer != SlotOffer.Answer.DECLINED:
        raise OfferGone
    return current


def _went_by_text(offer: SlotOffer) -> bool:
    """Whether it may have been accepted by a link in a text message, which proves no address."""
    return offer.messages.filter(channel=Message.Channel.TEXT).exists()


def _move_into(
    kept: Appointment, appointment: Appointment, *, by: User | None, now: datetime
) -> Appointment:
    """The patient's visit takes the place of the hold; its own is free for others."""
    visit = locked(appointment)
    expect(visit, *MOVABLE_STATES)
    remove_hold(kept, EventKind.RELEASED, now=now, by_clock=True)
    visit.overbooked, visit.overbooking_reason = False, ""
    bring_to(visit, kept.practitioner, kept.room, kept.starts_at, by=by, now=now)
    return visit


def _book(kept: Appointment, entry: WaitingEntry, *, by: User | None, now: datetime) -> Appointment:
    """The hold becomes the patient's visit. Without answers to the safety questions that still
    hold, a clinician looks first; the desk asks on the phone what it needs to know."""
    if by is None:
        expect_within_limits(entry.patient.correspondent.email, now=now)
    expect_free(entry.patient, kept)
    kept.patient = entry.patient
    kept.source = Source.DESK if by else Source.ONLINE
    kept.hold_expires_at = None
    asks = kept.service.asks_safety_questions
    kept.screening = valid_for(entry.patient, now=now) if asks else None
    if (by is None and is_unanswered(kept)) or needs_review(kept):
        write(kept, EventKind.BOOKED, to=State.NEEDS_REVIEW, by=by, now=now)
        owe_letter(kept, Message.Kind.REVIEW, now=now)
    else:
        write(kept, EventKind.BOOKED, to=State.BOOKED, by=by, now=now)
        confirm(kept, now=now)
    return kept


def close_offer(
    kept: Appointment | None,
    offer: SlotOffer,
    answer: SlotOffer.Answer,
    *,
    now: datetime,
    by: User | None = None,
    by_clock: bool = False,
) -> None:
    """End an open offer without a visit: its time can be offered to the next at once, and what was
    put off until its end to whom it was made."""
    if kept:
        lapsed = answer == SlotOffer.Answer.LAPSED
        kind = EventKind.EXPIRED if lapsed else EventKind.RELEASED
        remove_hold(kept, kind, now=now, by=by, by_clock=by_clock or lapsed)
    offer.place = None
    _write_answer(offer, answer, now=now)
    service = wanted_service(offer.entry)
    block = service.policy.block(Interval.lasting(service.length, start=offer.starts_at))
    FreedTime.objects.create(
        practitioner=offer.practitioner,
        location=offer.location,
        starts_at=block.start,
        ends_at=block.end,
        offer_from=now,
    )
    put_off = FreedTime.objects.filter(handled_at=None, offer_from=offer.expires_at)
    put_off.update(offer_from=now)


def stop_if_enough(offer: SlotOffer) -> None:
    """Nothing more is offered to an entry that nothing seems to suit, nor to one that the clinic
    made for this offer alone."""
    entry = locked_entry(offer.entry_id)
    if entry.state != WaitingEntry.State.WAITING:
        return
    if entry.by_clinic:
        entry.state = WaitingEntry.State.WITHDRAWN
    elif offers_without_visit(entry) >= HouseRules.current().offers_at_most:
        entry.state = WaitingEntry.State.STOPPED
    entry.save(update_fields=["state"])


def holder_of(offer: SlotOffer) -> str:
    """In whose name the place is held; no visitor's key looks like this."""
    return f"offer {offer.pk}"


def locked_offer(offer: SlotOffer) -> tuple[Appointment | None, SlotOffer]:
    """The place kept for the offer, if it still is, and the offer as it is now; both locked."""
    held = Appointment.objects.filter(state=State.HELD, held_by=holder_of(offer))
    kept = held.select_for_update(no_key=True).first()
    return kept, SlotOffer.objects.select_for_update(no_key=True).get(pk=offer.pk)


def locked_entry(pk: int) -> WaitingEntry:
    return WaitingEntry.objects.select_for_update(no_key=True).get(pk=pk)


def _expect_still_offered(kept: Appointment, offer: SlotOffer, *, now: datetime) -> None:
    """Notice was kept when the time was offered; hours and closures may have changed since."""
    who = Who(offer.practitioner, offer.location)
    service = wanted_service(offer.entry)
    if Rearrangement.objects.filter(offer=offer).exists():
        service = without_notice(service)
    openings = Openings(service, now=offer.offered_at, who=who, besides=kept)
    if kept.starts_at <= now or openings.why_not(
        offer.practitioner, offer.location, kept.starts_at
    ):
        raise SlotTaken


def _write_answer(offer: SlotOffer, answer: SlotOffer.Answer, *, now: datetime) -> None:
    offer.answer, offer.answered_at = answer, now
    offer.save(update_fields=["answer", "answered_at", "place"])
