"""How much one person may book online before the clinic wants to hear their voice.

People are counted by their e-mail address, with everybody in their care. Above a limit the website
asks them to phone, in the same words for every reason; the desk can always book.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import DateTimeField, DurationField, ExpressionWrapper, F, Q, QuerySet

from booking.models import Appointment, AppointmentEvent, EventKind, HouseRules, State
from booking.models.appointments import AppointmentQuerySet

MISSED_WITHIN = timedelta(days=365)


def must_phone(email: str, *, now: datetime) -> bool:
    """Whether one more visit of this contact would be against the house rules."""
    rules = HouseRules.current()
    return (
        visits_ahead(email, now=now) >= rules.open_visits_at_most
        or missed_visits(email, now=now) > rules.missed_visits_at_most
    )


def visits_ahead(email: str, *, now: datetime) -> int:
    """Standing visits that lie ahead. The sessions of a course are the clinic's own proposal and
    do not count."""
    ahead = _of_contact(email).filter(starts_at__gt=now, course__isnull=True)
    return ahead.standing().count()


def missed_visits(email: str, *, now: datetime) -> int:
    """No-shows, and what the patient cancelled after the cut-off, within a year."""
    within_a_year = _of_contact(email).filter(starts_at__gt=now - MISSED_WITHIN)
    missed = Q(state=State.NO_SHOW) | Q(state=State.CANCELLED, pk__in=cancelled_late())
    return within_a_year.filter(missed).count()


def _of_contact(email: str) -> AppointmentQuerySet:
    return Appointment.objects.filter(
        Q(patient__email__iexact=email) | Q(patient__responsible_adult__email__iexact=email)
    )


def cancelled_late() -> QuerySet[AppointmentEvent, int]:
    """The ids of the visits that a patient cancelled when it was too late to do so online."""
    notice = ExpressionWrapper(
        F("appointment__cancel_cutoff_hours") * timedelta(hours=1), output_field=DurationField()
    )
    cutoff = ExpressionWrapper(F("starts_at") - notice, output_field=DateTimeField())
    return AppointmentEvent.objects.filter(
        kind=EventKind.CANCELLED, wish=AppointmentEvent.Wish.PATIENT, at__gt=cutoff
    ).values_list("appointment", flat=True)
