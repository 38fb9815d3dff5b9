"""A refusal in words, and the open times nearest to the one that is refused."""

from __future__ import annotations

from datetime import datetime

from booking.admin.forms import Choice
from booking.diary import ANYONE, Who
from booking.models import Service
from booking.openings import Openings, WhyNot
from booking.policy import Refusal
from content.models import Practitioner

CHOICE = "choice"


def in_words(why: WhyNot) -> str:
    """The rule, with the closure's reason if it is one."""
    reason = why.because_of if why.refusal is Refusal.CLOSED else ""
    return f"{why.refusal.value} ({reason})" if reason else why.refusal.value


def visit_in_the_way(why: WhyNot) -> str:
    """The reference of the visit or hold that has the time."""
    return why.because_of if why.refusal is Refusal.PRACTITIONER_BUSY else ""


def nearest(
    service: Service, practitioner: Practitioner, start: datetime, *, now: datetime
) -> list[Choice]:
    """The times closest to `start` with the practitioner asked for, and with anybody."""
    everybody = Openings(service, now=now, who=ANYONE)
    theirs = everybody.only(Who(practitioner)).nearest(start)
    others = [time for time in everybody.nearest(start) if practitioner not in time.practitioners]
    choices = [
        *(Choice(time, practitioner) for time in theirs),
        *(Choice(time, time.practitioners[0]) for time in others),
    ]
    return sorted(choices, key=lambda choice: choice.time.start)
