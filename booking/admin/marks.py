"""The buttons on a visit: which command each gives, and when it is offered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.contrib.auth.models import User

from booking import scheduling
from booking.models import Appointment, EventKind
from booking.scheduling.states import ALLOWED_FROM
from clinic_site.local_time import clinic_zone, local_day


class Command(Protocol):
    def __call__(self, *, appointment: Appointment, by: User, now: datetime) -> Appointment: ...


def at_any_time(appointment: Appointment, now: datetime) -> bool:
    return True


def on_its_day(appointment: Appointment, now: datetime) -> bool:
    zone = clinic_zone()
    return local_day(appointment.starts_at, zone) == local_day(now, zone)


def once_its_day_has_come(appointment: Appointment, now: datetime) -> bool:
    zone = clinic_zone()
    return local_day(appointment.starts_at, zone) <= local_day(now, zone)


def once_it_should_have_begun(appointment: Appointment, now: datetime) -> bool:
    return now >= appointment.starts_at


@dataclass(frozen=True)
class Mark:
    """A button. Offering it is a courtesy: the command decides, and says why when it refuses."""

    slug: str
    label: str
    command: Command
    sets: EventKind
    when: Callable[[Appointment, datetime], bool] = at_any_time

    def is_offered(self, appointment: Appointment, now: datetime) -> bool:
        return appointment.state in ALLOWED_FROM[self.sets] and self.when(appointment, now)


MARKS = {
    mark.slug: mark
    for mark in (
        Mark(
            "arrived", "Mark arrived", scheduling.arrive, EventKind.ARRIVED, once_its_day_has_come
        ),
        Mark("completed", "Mark completed", scheduling.complete, EventKind.COMPLETED),
        Mark(
            "did-not-come",
            "Mark as did not come",
            scheduling.no_show,
            EventKind.NO_SHOW,
            once_it_should_have_begun,
        ),
        Mark("left-unseen", "Left unseen", scheduling.left_unseen, EventKind.LEFT_UNSEEN),
        Mark("undo", "Undo", scheduling.undo, EventKind.UNDONE, on_its_day),
    )
}


def marks_offered(appointment: Appointment, *, now: datetime) -> list[Mark]:
    return [mark for mark in MARKS.values() if mark.is_offered(appointment, now)]


def may_be_cancelled(appointment: Appointment) -> bool:
    return appointment.state in ALLOWED_FROM[EventKind.CANCELLED]


def in_words(refusal: Exception) -> str:
    """What a refused command tells the desk."""
    if isinstance(refusal, scheduling.SlotTaken):
        return "The place of this visit has been given to somebody else. Nothing was changed."
    if isinstance(refusal, scheduling.DiaryBusy):
        return "Others are changing the diary at this moment. Nothing was changed: try again."
    if isinstance(refusal, scheduling.TooLate):
        return "It is too late to cancel this visit. Nothing was changed."
    return str(refusal)


REFUSALS = (
    scheduling.WrongState,
    scheduling.SlotTaken,
    scheduling.DiaryBusy,
    scheduling.TooLate,
)
