"""A time that became free goes to those who wait for one: to one at a time, kept until they answer.

While an offer is open its place is a held row of the diary, so the constraints that keep visits
apart keep it for whom it was offered.
"""

from __future__ import annotations

from datetime import datetime

from booking.diary import Who
from booking.diary_lock import DiaryBusy, SlotTaken, in_diary_transaction, lock_desks
from booking.intervals import Interval
from booking.models import (
    Appointment,
    EventKind,
    FreedTime,
    HouseRules,
    Message,
    SlotOffer,
    Source,
    State,
    WaitingEntry,
)
from booking.openings import Openings
from booking.scheduling.correspondence import owe
from booking.scheduling.holds import drop_expired_holds
from booking.scheduling.ledger import place, write
from booking.scheduling.offer_answers import (
    close_offer,
    holder_of,
    locked_entry,
    locked_offer,
    stop_if_enough,
)
from booking.scheduling.rules import room_or_first
from booking.waiting_list import Match, answer_by, by_day, look_again_at, matches


def offer_freed_times(*, now: datetime) -> int:
    """Offer every freed time whose hour has come to the one who waits longest for one like it; how
    many were offered. Any number of workers may do this at once."""
    due = FreedTime.objects.filter(handled_at=None, offer_from__lte=now).order_by("offer_from")
    offered = 0
    for freed in due.select_related("practitioner", "location"):
        try:
            offered += _offer(freed=freed, now=now)
        except (DiaryBusy, SlotTaken):
            continue  # it is still due the next time
    return offered


def lapse_offers(*, now: datetime) -> int:
    """End the offers that nobody answered in time, and free their times for the next; how many."""
    over = SlotOffer.objects.filter(answer=SlotOffer.Answer.OPEN, expires_at__lte=now)
    lapsed = 0
    for offer in over.order_by("expires_at", "pk"):
        try:
            lapsed += _lapse(offer=offer, now=now)
        except DiaryBusy:
            continue
    return lapsed


@in_diary_transaction
def _offer(*, freed: FreedTime, now: datetime) -> bool:
    """Make one offer of the freed time, or note that nobody wants it; whether there was one. It is
    put off, not done with, while somebody keeps it for a while, or who wants it decides on another
    offer."""
    lock_desks([freed.practitioner_id], [freed.location_id])
    rows = FreedTime.objects.filter(pk=freed.pk, handled_at=None)
    if not rows.select_for_update(skip_locked=True, no_key=True).exists():
        return False
    drop_expired_holds([freed.practitioner_id], freed.location, now=now)
    found = next(matches(freed, now=now), None)
    if found is None:
        if later := look_again_at(freed, now=now):
            rows.update(offer_from=later)
        else:
            rows.update(handled_at=now)
        return False
    entry = locked_entry(found.entry.pk)
    if entry.state != WaitingEntry.State.WAITING:
        return False  # left the list at this moment: others are looked for the next time
    rows.update(handled_at=now)
    kept = _keep_for(found, freed, now=now)
    for rest in _around(freed, kept):
        FreedTime.objects.create(
            practitioner=freed.practitioner,
            location=freed.location,
            starts_at=rest.start,
            ends_at=rest.end,
            offer_from=now,
        )
    return True


def _keep_for(found: Match, freed: FreedTime, *, now: datetime) -> Appointment:
    """Hold the place, with the offer that it belongs to, and owe the letter."""
    openings = Openings(found.service, now=now, who=Who(freed.practitioner, freed.location))
    room = room_or_first(openings, freed.practitioner, freed.location, found.start)
    notice, rules = found.service.policy.notice, HouseRules.current()
    offer = SlotOffer.objects.create(
        entry=found.entry,
        starts_at=found.start,
        practitioner=freed.practitioner,
        location=freed.location,
        offered_at=now,
        expires_at=answer_by(found.start, notice=notice, rules=rules, now=now),
    )
    kept = place(
        found.service, freed.practitioner, room, found.start, source=Source.ONLINE, now=now
    )
    kept.held_by = holder_of(offer)
    kept.hold_expires_at = offer.expires_at
    write(kept, EventKind.HELD, to=State.HELD, by=None, now=now, by_clock=True)
    offer.place = kept
    offer.save(update_fields=["place"])
    owe(
        Message.Kind.OFFER,
        to=found.entry.patient.correspondent,
        now=now,
        text_due_at=by_day(now, rules=rules),
        offer=offer,
    )
    return kept


def _around(freed: FreedTime, kept: Appointment) -> list[Interval]:
    """What is left of the freed stretch before and after the place that was taken from it."""
    block = kept.block
    before, after = (freed.starts_at, block.start), (block.end, freed.ends_at)
    return [Interval(start, end) for start, end in (before, after) if start < end]


@in_diary_transaction
def _lapse(*, offer: SlotOffer, now: datetime) -> bool:
    lock_desks([offer.practitioner_id], [offer.location_id])
    kept, current = locked_offer(offer)
    if current.answer != SlotOffer.Answer.OPEN:
        return False
    close_offer(kept, current, SlotOffer.Answer.LAPSED, now=now)
    stop_if_enough(current)
    return True
