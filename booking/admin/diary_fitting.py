"""Whether service and place go together, as the desk chooses them; and what is free before a place
is chosen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby, islice
from typing import Any

from booking.admin.diary_forms import ServicePlaceForm
from booking.admin.forms import Choice, LookUpForm
from booking.admin.open_times import in_words, nearest
from booking.diary import Who
from booking.intervals import Interval
from booking.models import Service
from booking.openings import Openings, OpenTime
from clinic_site.local_time import clinic_zone, local_midnight

AN_HOUR, A_WEEK = timedelta(hours=1), timedelta(days=7)
MOST_OF_A_DAY, LATER_DAYS = 5, 4


@dataclass(frozen=True)
class Verdict:
    """What the rules say of what is chosen so far, and times that could be had."""

    sentence: str
    is_open: bool
    nearest: list[Choice]


def verdict_on(given: Mapping[str, Any], *, now: datetime) -> Verdict | None:
    """None while there is no service, or something makes no sense yet."""
    place = ServicePlaceForm(given)
    if place.is_valid():
        return _of_place(place, now=now)
    look_up = LookUpForm(given)
    return _of_service(look_up, now=now) if look_up.is_valid() else None


def usual_service(practitioner: str) -> str:
    """The desk books follow-ups most: the first one that the practitioner gives."""
    services = Service.objects.offered()
    if practitioner.isascii() and practitioner.isdigit() and len(practitioner) < 19:
        services = services.filter(practitioners=int(practitioner))
    first = min(services, key=lambda each: each.visit != Service.Visit.FOLLOW_UP, default=None)
    return str(first.pk) if first else ""


def first_start(given: Mapping[str, Any], *, now: datetime) -> dict[str, str]:
    """The first open start within the hour that was pointed at, if its beginning is none."""
    form = ServicePlaceForm(given)
    if not form.is_valid():
        return {}
    who = Who(form.cleaned_data["practitioner"], form.cleaned_data["location"])
    hour = Interval.lasting(AN_HOUR, start=form.start)
    times = Openings(form.cleaned_data["service"], now=now, who=who).times(hour)
    if not times:
        return {}
    return {"time": f"{_local(times[0]):%H:%M}"}


def _of_place(form: ServicePlaceForm, *, now: datetime) -> Verdict:
    wanted = form.cleaned_data
    service, practitioner = wanted["service"], wanted["practitioner"]
    location, start = wanted["location"], form.start
    if not service.practitioners.contains(practitioner):
        return Verdict(f"{practitioner} does not give “{service}”.", is_open=False, nearest=[])
    openings = Openings(service, now=now, who=Who(practitioner, location))
    why = openings.why_not(practitioner, location, start)
    if why is None:
        sentence = f"Free for “{service}”, {service.length_minutes} minutes."
        return Verdict(sentence, is_open=True, nearest=[])
    sentence = f"Not open for “{service}”: {in_words(why)}."
    others = nearest(service, practitioner, start, now=now)
    return Verdict(sentence, is_open=False, nearest=others)


def _of_service(form: LookUpForm, *, now: datetime) -> Verdict:
    """Some free times within a week of what is chosen, or else the first there is."""
    service, day = form.cleaned_data["service"], form.cleaned_data["date"]
    openings = Openings(service, now=now, who=form.who)
    start = local_midnight(day, clinic_zone()) if day else now
    times = openings.times(Interval.lasting(A_WEEK, start=max(start, now)))
    if earliest := form.cleaned_data["time"]:
        times = [each for each in times if _local(each).time() >= earliest]
    if not times and (first := openings.first()):
        times = [first]
    if not times:
        return Verdict(f"Nothing is free for “{service}”.", is_open=False, nearest=[])
    choices = [Choice(time, time.practitioners[0]) for time in _spread(times)]
    return Verdict(f"Free for “{service}”, for example:", is_open=True, nearest=choices)


def _spread(times: Iterable[OpenTime]) -> Iterator[OpenTime]:
    """Of the first day several, of the days after it the first: “when could I come next week?”"""
    days = [list(day) for _, day in groupby(times, key=lambda each: _local(each).date())]
    yield from islice(_an_hour_apart(days[0]), MOST_OF_A_DAY)
    for later in days[1 : 1 + LATER_DAYS]:
        yield later[0]


def _local(time: OpenTime) -> datetime:
    return time.start.astimezone(clinic_zone())


def _an_hour_apart(times: Iterable[OpenTime]) -> Iterator[OpenTime]:
    last: OpenTime | None = None
    for time in times:
        if last is None or time.start >= last.start + AN_HOUR:
            last = time
            yield time
