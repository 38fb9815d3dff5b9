"""What waits for somebody at the desk: how much of it, and since when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Min, Q, QuerySet

from booking.absences import visits_in_the_way, visits_nobody_gives
from booking.intervals import Interval
from booking.models import (
    STANDING_STATES,
    Appointment,
    AppointmentEvent,
    EventKind,
    Message,
    Rearrangement,
    SlotOffer,
    State,
    WaitingEntry,
)
from clinic_site.local_time import clinic_zone, local_day, local_midnight
from content.models import Article, Condition, Faq, Page, ReaderQuestion

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Waiting:
    """How many wait, since when the oldest does, and when the first visit among them is (None: it
    does not matter or none waits)."""

    count: int
    since: datetime | None = None
    first_at: datetime | None = None


def to_review(*, now: datetime) -> Waiting:
    """Visits whose answers a clinician has not looked at yet, the ones that lie ahead."""
    visits = Appointment.objects.filter(state=State.NEEDS_REVIEW, starts_at__gt=now)
    asked = AppointmentEvent.objects.filter(
        appointment__in=visits, to_state=State.NEEDS_REVIEW
    ).exclude(kind__in=[EventKind.MOVED, EventKind.ASKED])
    return _visits(visits, asked.aggregate(oldest=Min("at"))["oldest"])


def not_reached() -> Waiting:
    """Letters and texts that failed for good: their readers are phoned."""
    return _waiting(Message.objects.filter(state=Message.Delivery.FAILED), "created_at")


def offers_running(*, now: datetime) -> Waiting:
    """Freed times that somebody is asked about at this moment."""
    running = SlotOffer.objects.filter(answer=SlotOffer.Answer.OPEN, expires_at__gt=now)
    return _waiting(running, "offered_at")


def waiting_by_phone() -> Waiting:
    """Who waits for an earlier time and has no address to write to."""
    without = WaitingEntry.objects.filter(
        Q(patient__responsible_adult=None, patient__email="")
        | Q(patient__responsible_adult__email=""),
        state=WaitingEntry.State.WAITING,
        by_clinic=False,
    )
    return _waiting(without, "created_at")


def unconfirmed_tomorrow(*, now: datetime) -> Waiting:
    """Tomorrow's visits whose patients have not said that they will be there."""
    tomorrow = day_as_interval(local_day(now, clinic_zone()) + ONE_DAY)
    visits = Appointment.objects.filter(
        state=State.BOOKED,
        starts_at__gte=tomorrow.start,
        starts_at__lt=tomorrow.end,
        patient_confirmed_at=None,
    )
    return _visits(visits)


def absences_open(*, now: datetime) -> Waiting:
    """Visits that stand in a closure that is not over yet: their patients need another time."""
    visits = visits_in_the_way().filter(state__in=STANDING_STATES, starts_at__gt=now)
    asked = Rearrangement.objects.filter(appointment__in=visits)
    return _visits(visits, asked.aggregate(oldest=Min("at"))["oldest"])


def given_by_nobody(*, now: datetime) -> Waiting:
    """Visits of practitioners who have left and at closed locations: they need another time too."""
    return _visits(visits_nobody_gives(now=now))


def texts_overdue(*, now: datetime) -> Waiting:
    """Published texts past the day of their next review."""
    today = local_day(now, clinic_zone())
    found = [
        model.objects.overdue(today).aggregate(count=Count("pk"), oldest=Min("next_review_on"))
        for model in (Article, Condition, Faq, Page)
    ]
    days = [each["oldest"] for each in found if each["oldest"]]
    since = local_midnight(min(days), clinic_zone()) if days else None
    return Waiting(sum(each["count"] for each in found), since)


def questions_from_readers() -> Waiting:
    return _waiting(ReaderQuestion.objects.filter(answered_at=None), "asked_at")


def day_as_interval(day: date) -> Interval:
    """The local day `day`, from midnight to midnight."""
    zone = clinic_zone()
    return Interval(local_midnight(day, zone), local_midnight(day + ONE_DAY, zone))


def _visits(visits: QuerySet[Appointment], since: datetime | None = None) -> Waiting:
    found = visits.aggregate(count=Count("pk"), first=Min("starts_at"))
    return Waiting(found["count"], since, found["first"])


def _waiting(rows: QuerySet[Any], since: str) -> Waiting:
    found = rows.aggregate(count=Count("pk"), oldest=Min(since))
    return Waiting(found["count"], found["oldest"])
