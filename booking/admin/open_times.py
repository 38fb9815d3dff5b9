"""The look-up beside the booking form: a week's open times, and why another is not among them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils import timezone

from booking.admin.forms import Choice, LookUpForm
from booking.diary import ANYONE, Who
from booking.models import Service
from booking.openings import Openings, OpenTime, WhyNot
from booking.policy import Refusal
from clinic_site.local_time import clinic_zone, local_day

CHOICE = "choice"
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Verdict:
    """What the rules say of a time with one practitioner at one location."""

    choice: Choice
    why_not: WhyNot | None

    @property
    def rule(self) -> str:
        return in_words(self.why_not) if self.why_not else ""

    @property
    def in_the_way(self) -> str:
        return visit_in_the_way(self.why_not) if self.why_not else ""


def in_words(why: WhyNot) -> str:
    """The rule, with the closure's reason if it is one."""
    reason = why.because_of if why.refusal is Refusal.CLOSED else ""
    return f"{why.refusal.value} ({reason})" if reason else why.refusal.value


def visit_in_the_way(why: WhyNot) -> str:
    """The reference of the visit or hold that has the time."""
    return why.because_of if why.refusal is Refusal.PRACTITIONER_BUSY else ""


def found(look_up: LookUpForm, *, asked: QueryDict, now: datetime) -> dict[str, Any]:
    """What a valid look-up shows: days with their open times, and verdicts on the one asked about."""
    openings = Openings(look_up.cleaned_data["service"], now=now, who=look_up.who)
    monday = _monday(look_up.cleaned_data["date"], openings)
    return {
        "days": [
            (each.date, [_links(asked, time) for time in each.times])
            for each in openings.week(monday)
        ],
        "monday": monday,
        "sunday": monday + WEEK - timedelta(days=1),
        "earlier": _address(asked, date=monday - WEEK, time=""),
        "later": _address(asked, date=monday + WEEK, time=""),
        "asked_about": look_up.asked_about,
        "verdicts": _verdicts(openings, look_up.who, look_up.asked_about),
        "asked": asked,
    }


def nearest(service: Service, practitioner: Any, start: datetime, *, now: datetime) -> list[Choice]:
    """The times closest to `start` with the practitioner asked for, and with anybody."""
    everybody = Openings(service, now=now, who=ANYONE)
    theirs = everybody.only(Who(practitioner)).nearest(start)
    choices = [Choice(time, practitioner) for time in theirs]
    for time in everybody.nearest(start):
        if practitioner not in time.practitioners:
            choices.append(Choice(time, time.practitioners[0]))
    return sorted(choices, key=lambda choice: choice.time.start)


def _monday(day: date | None, openings: Openings) -> date:
    if day is None:
        first = openings.first()
        day = local_day(first.start if first else openings.now, clinic_zone())
    return day - timedelta(days=day.weekday())


def _links(asked: QueryDict, time: OpenTime) -> tuple[OpenTime, list[tuple[Choice, str]]]:
    choices = [Choice(time, practitioner) for practitioner in time.practitioners]
    return time, [(choice, _address(asked, choice=choice.key)) for choice in choices]


def _verdicts(openings: Openings, who: Who, start: datetime | None) -> list[Verdict]:
    if start is None:
        return []
    practitioners = [who.practitioner] if who.practitioner else openings.practitioners
    locations = [who.location] if who.location else openings.locations
    return [
        Verdict(
            Choice(OpenTime(start, location, (practitioner,)), practitioner),
            openings.why_not(practitioner, location, start),
        )
        for practitioner in practitioners
        for location in locations
    ]


def _address(asked: QueryDict, **changed: Any) -> str:
    """The page's own address with some of its parameters changed."""
    known = {name: asked[name] for name in LookUpForm.base_fields if asked.get(name)}
    known |= {name: str(value) for name, value in changed.items()}
    return "?" + urlencode({name: value for name, value in known.items() if value})
