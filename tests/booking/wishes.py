"""The earlier-slot list in one line each: by default Ana waits for a first visit, any time within
two weeks, and Ben gives back what he has on Tuesday at ten with Priya."""

from datetime import date, datetime, timedelta
from typing import Any

from booking import scheduling
from booking.models import Appointment, FreedTime, SlotOffer, WaitingEntry
from booking.registration import Person
from tests.booking.steps import visit
from tests.cast import ANA, BEN, TUESDAY, Cast
from tests.factories import local

# Monday, when the clinic's day has begun.
MORNING = local("2026-11-23", "9:00")
TEN = local(TUESDAY, "10:00")
NEXT_WEEK = "2026-12-01"
CHIDI = Person(name="Chidi Eze", email="chidi@example.com", phone="+17805550152")
UNTIL = date(2026, 12, 7)
LATER = timedelta(minutes=3)


def wish(**wanted: Any) -> scheduling.Wish:
    return scheduling.Wish(**({"until": UNTIL} | wanted))


def wait(
    cast: Cast, *, person: Person = ANA, now: datetime = MORNING, **wanted: Any
) -> WaitingEntry:
    """Onto the list without a visit."""
    service = wanted.pop("service", cast.first_visit)
    return scheduling.join_list(person=person, service=service, wish=wish(**wanted), now=now)


def wait_for_earlier(
    appointment: Appointment, *, now: datetime = MORNING, **wanted: Any
) -> WaitingEntry:
    return scheduling.wish_for_earlier(appointment=appointment, wish=wish(**wanted), now=now)


def free(cast: Cast, wall: str = "10:00", **other: Any) -> FreedTime:
    """Dina cancels what Ben has then, so that it can be offered at once."""
    bens = visit(cast, wall, person=BEN, **other)
    return freed_by_the_desk(cast, bens)


def freed_by_the_desk(
    cast: Cast, appointment: Appointment, *, now: datetime = MORNING
) -> FreedTime:
    scheduling.cancel(appointment=appointment, by=cast.dina, now=now, reason="phoned")
    return FreedTime.objects.latest("pk")


def offered(cast: Cast, *, now: datetime = MORNING, wall: str = "10:00", **other: Any) -> SlotOffer:
    """The one offer of the freed time."""
    free(cast, wall, **other)
    assert scheduling.offer_freed_times(now=now) == 1
    return SlotOffer.objects.get(answer="open")


def answers() -> list[tuple[str, str]]:
    """Who was offered something, and what became of it, in the order of the offers."""
    offers = SlotOffer.objects.select_related("entry__patient").order_by("pk")
    return [(offer.entry.patient.name, offer.answer) for offer in offers]
