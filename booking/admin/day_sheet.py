"""The day on paper: a sheet for each practitioner and location, and who is in which room."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from booking.admin.wording import CONFIRMED_WORD, is_confirmed, phone_of, who_comes
from booking.models import Appointment, Room, ScreeningAnswers, State
from clinic_site.local_time import clinic_zone, local_day, local_midnight
from clinic_site.reachable_days import DAYS
from content.models import Location, Practitioner

# What will not take place has no line on paper.
OFF = (State.HELD, State.LAPSED, State.DECLINED, State.CANCELLED)
SAFETY = {
    ScreeningAnswers.Outcome.CLEAR: "Cleared",
    ScreeningAnswers.Outcome.REVIEW: "Look first",
    ScreeningAnswers.Outcome.CALL_FIRST: "Call first",
}


@dataclass(frozen=True)
class SheetLine:
    """A visit as it is printed; of the safety questions only what to do."""

    visit: Appointment
    patient: str
    phone: str
    safety: str
    confirmed: str
    note: str


@dataclass(frozen=True)
class Sheet:
    practitioner: Practitioner
    location: Location
    lines: list[SheetLine]


class SheetForm(forms.Form):
    date = forms.DateField(
        label="Day",
        required=False,
        validators=[*DAYS],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    practitioner = forms.ModelChoiceField(
        Practitioner.objects.order_by("order", "name").defer("bio"),
        required=False,
        label="With",
        empty_label="Everyone",
    )
    location = forms.ModelChoiceField(
        Location.objects.order_by("order", "name"),
        required=False,
        label="At",
        empty_label="Any location",
    )

    def __init__(self, asked: Any, *, today: dt.date) -> None:
        filled = {name: value for name, value in asked.dict().items() if value}
        super().__init__({"date": today.isoformat()} | filled, auto_id="sheet_%s")


@require_safe
@permission_required("booking.view_appointment", raise_exception=True)
def sheet(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    form = SheetForm(request.GET, today=local_day(now, clinic_zone()))
    context = {
        **admin.site.each_context(request),
        "is_nav_sidebar_enabled": False,
        "title": "Day sheet",
        "form": form,
        "now": now,
    }
    if form.is_valid():
        day = form.cleaned_data["date"]
        visits = visits_of(day, form.cleaned_data["practitioner"], form.cleaned_data["location"])
        context |= {"day": day, "sheets": sheets_of(visits), "rooms": rooms_of(visits)}
    status = 200 if form.is_valid() else 400
    return TemplateResponse(request, "admin/day_sheet.html", context, status=status)


def visits_of(
    day: dt.date, practitioner: Practitioner | None, location: Location | None
) -> list[Appointment]:
    """In the order of practitioners, locations and the clock; one query."""
    zone = clinic_zone()
    visits = (
        Appointment.objects.with_everybody()
        .select_related("screening")
        .defer("about", "practitioner__bio", "screening__sealed_answers")
        .filter(
            starts_at__gte=local_midnight(day, zone),
            starts_at__lt=local_midnight(day + dt.timedelta(days=1), zone),
        )
        .exclude(state__in=OFF)
    )
    if practitioner:
        visits = visits.filter(practitioner=practitioner)
    if location:
        visits = visits.filter(location=location)
    return list(
        visits.order_by(
            *("practitioner__order", "practitioner__name", "practitioner"),
            *("location__order", "location__name", "location", "starts_at", "pk"),
        )
    )


def sheets_of(visits: Iterable[Appointment]) -> list[Sheet]:
    found: dict[tuple[Practitioner, Location], list[SheetLine]] = defaultdict(list)
    for visit in visits:
        found[visit.practitioner, visit.location].append(_line(visit))
    return [Sheet(*desk, lines) for desk, lines in found.items()]


def rooms_of(visits: Iterable[Appointment]) -> dict[Location, dict[Room, list[Appointment]]]:
    """The visits of each room in the order of the clock, by location."""
    found: dict[Location, dict[Room, list[Appointment]]] = defaultdict(lambda: defaultdict(list))
    ordered = sorted(
        visits,
        key=lambda visit: (
            *(visit.location.order, visit.location.name, visit.room.order, visit.room.name),
            *(visit.starts_at, visit.pk),
        ),
    )
    for visit in ordered:
        found[visit.location][visit.room].append(visit)
    return {location: dict(rooms) for location, rooms in found.items()}


def _line(visit: Appointment) -> SheetLine:
    return SheetLine(
        visit=visit,
        patient=who_comes(visit.patient),
        phone=phone_of(visit),
        safety=safety_word(visit.screening),
        confirmed=CONFIRMED_WORD if is_confirmed(visit) else "",
        note="Beside another visit" if visit.overbooked else "",
    )


def safety_word(answers: ScreeningAnswers | None) -> str:
    """What to do, never what was answered. A clinician who approved has cleared it."""
    if answers is None:
        return "Not asked"
    if answers.decision == ScreeningAnswers.Decision.APPROVED:
        return "Cleared"
    return SAFETY[ScreeningAnswers.Outcome(answers.outcome)]
