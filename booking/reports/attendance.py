"""Who came, who did not, who called it off late; with and without a reminder."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, QuerySet, Value, When

from booking.limits import cancelled_late
from booking.models import Appointment, Message, State
from booking.reports.stretch import Stretch

CAME = (State.ARRIVED, State.COMPLETED, State.LEFT_UNSEEN)


@dataclass(frozen=True)
class Attendance:
    came: int = 0
    late: int = 0
    no_show: int = 0

    @property
    def total(self) -> int:
        return self.came + self.late + self.no_show


def attendance(stretch: Stretch) -> dict[bool, Attendance]:
    """Of the visits whose time was in these days: those with a reminder and those without; one
    query. A visit that nobody has marked, or that was cancelled in time, is in neither."""
    late = Q(state=State.CANCELLED, pk__in=cancelled_late())
    counted = (
        Appointment.objects.filter(
            Q(state__in=(*CAME, State.NO_SHOW)) | late,
            stretch.during("starts_at"),
            stretch.of_whom(),
        )
        .annotate(
            reminded=Exists(_reminders()),
            outcome=Case(
                When(state=State.NO_SHOW, then=Value("no_show")),
                When(state=State.CANCELLED, then=Value("late")),
                default=Value("came"),
                output_field=CharField(),
            ),
        )
        .values(with_reminder=F("reminded"), how=F("outcome"))
        .annotate(count=Count("pk"))
        .order_by()
    )
    counts: dict[bool, dict[str, int]] = {True: {}, False: {}}
    for row in counted:
        counts[row["with_reminder"]][row["how"]] = row["count"]
    return {reminded: Attendance(**found) for reminded, found in counts.items()}


def _reminders() -> QuerySet[Message]:
    """The reminders of the visit outside that left before its time."""
    return Message.objects.filter(
        appointment=OuterRef("pk"),
        kind=Message.Kind.REMINDER,
        state=Message.Delivery.SENT,
        sent_at__lt=OuterRef("starts_at"),
    )
