"""The look-up beside the booking form: a week's open times, and why another is not among them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from booking.admin.forms import Choice, LookUpForm
from booking.diary import ANYONE, Who
from booking.models import Service
from booking.openings import Day, Openings, OpenTime, WhyNot
from booking.policy import Refusal
from clinic_site.local_time import clinic_zone, local_day
from content.models import Location, Practitioner

CHOICE = "choice"
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class OpenDay:
    """A day's open times, by practitioner and location, each with the address that fills it in."""

    date: date
    times: dict[tuple[Practitioner, Location], list[tuple[Choice, str]]]
    is_asked_for: bool

    @property
    def count(self) -> int:
        return len({choice.time.start for times in self.times.values() for choice, _ in times})


@dataclass(frozen=True)
class Verdict:
    """What the rules say of a time with one practitioner at one location."""

    choice: Choice
    why_not: WhyNot | None

    @property
    def rule(self) -> str:
        return in_words(self.why_not) if self.why_not else ""

    @property
    def closeness(self) -> int:
        """Who is not there at all is told of last."""
        if self.why_not is None:
            return 0
        return 2 if self.why_not.refusal is Refusal.NOT_WORKING else 1

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
    """What a valid look-up shows: a week with its open times; verdicts on the one asked about."""
    openings = Openings(look_up.cleaned_data["service"], now=now, who=look_up.who)
    day = look_up.cleaned_data["date"] or _first_day(openings)
    monday = day - timedelta(days=day.weekday())
    return {
        "days": [_open_day(each, asked, day) for each in openings.week(monday)],
        "monday": monday,
        "sunday": monday + WEEK - timedelta(days=1),
        "earlier": _address(asked, date=monday - WEEK, time=""),
        "later": _address(asked, date=monday + WEEK, time=""),
        "asked_about": look_up.asked_about,
        "verdicts": _verdicts(openings, look_up.who, look_up.asked_about),
    }


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


def _first_day(openings: Openings) -> date:
    first = openings.first()
    return local_day(first.start if first else openings.now, clinic_zone())


def _open_day(found: Day, asked: QueryDict, asked_for: date) -> OpenDay:
    times: dict[tuple[Practitioner, Location], list[tuple[Choice, str]]] = defaultdict(list)
    for time in found.times:
        for practitioner in time.practitioners:
            choice = Choice(time, practitioner)
            address = _address(asked, choice=choice.key)
            times[practitioner, time.location].append((choice, address))
    return OpenDay(found.date, dict(times), is_asked_for=found.date == asked_for)


def _verdicts(openings: Openings, who: Who, start: datetime | None) -> list[Verdict]:
    if start is None:
        return []
    practitioners = [who.practitioner] if who.practitioner else openings.practitioners
    locations = [who.location] if who.location else openings.locations
    verdicts = [
        Verdict(
            Choice(OpenTime(start, location, (practitioner,)), practitioner),
            openings.why_not(practitioner, location, start),
        )
        for practitioner in practitioners
        for location in locations
    ]
    return sorted(verdicts, key=lambda verdict: verdict.closeness)


def _address(asked: QueryDict, **changed: Any) -> str:
    """The page's own address with some of its parameters changed."""
    known = {name: asked[name] for name in LookUpForm.base_fields if asked.get(name)}
    known |= {name: str(value) for name, value in changed.items()}
    return "?" + urlencode({name: value for name, value in known.items() if value})
