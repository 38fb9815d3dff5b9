"""Through which door visits were booked, and how long before."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Case, Count, DurationField, ExpressionWrapper, F, Q, Value, When
from django.db.models.functions import TruncDate, TruncMonth

from booking.models import AppointmentEvent, EventKind, Source, State
from booking.reports.stretch import Stretch
from clinic_site.local_time import clinic_zone

# Words, and from how many days before on; the last that fits counts.
LEAD_TIMES = (
    ("Same day", 0),
    ("1 to 2 days before", 1),
    ("3 to 6 days before", 3),
    ("1 week before", 7),
    ("2 to 3 weeks before", 14),
    ("4 weeks or more before", 28),
)

# A visit whose e-mail had to be confirmed first is booked when it is.
MADE = Q(kind=EventKind.PROVED) | (Q(kind=EventKind.BOOKED) & ~Q(to_state=State.UNPROVED))


@dataclass
class Bookings:
    """Counts by lead time (as `LEAD_TIMES` has them) and by month, each with the source."""

    by_lead_time: Counter[tuple[int, str]] = field(default_factory=Counter)
    by_month: Counter[tuple[date, str]] = field(default_factory=Counter)

    @property
    def months(self) -> list[date]:
        return sorted({month for month, _ in self.by_month})

    def of(self, source: Source) -> int:
        return sum(count for (_, each), count in self.by_month.items() if each == source)


def bookings(stretch: Stretch) -> Bookings:
    """Of the visits booked in these days, also those that were cancelled later; one query."""
    zone = clinic_zone()
    days_before = ExpressionWrapper(
        TruncDate("starts_at", tzinfo=zone) - TruncDate("at", tzinfo=zone),
        output_field=DurationField(),
    )
    counted = (
        AppointmentEvent.objects.filter(
            MADE, stretch.during("at"), stretch.of_whom("appointment__")
        )
        .annotate(before=days_before)
        .annotate(
            lead=_which_lead_time(),
            month=TruncMonth(TruncDate("at", tzinfo=zone)),
            source=F("appointment__source"),
        )
        .values_list("source", "lead", "month")
        .annotate(count=Count("pk"))
        .order_by()
    )
    found = Bookings()
    for source, lead, month, count in counted:
        if source is not None:
            found.by_lead_time[lead, source] += count
            found.by_month[month, source] += count
    return found


def _which_lead_time() -> Case:
    longest_first = reversed(list(enumerate(LEAD_TIMES)))
    return Case(
        *(
            When(before__gte=timedelta(days=days), then=Value(number))
            for number, (_, days) in longest_first
        ),
        default=Value(0),
    )
