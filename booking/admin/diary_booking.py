"""Booking from the board: the place is chosen; who comes and for what is one screen.

What a caller says is never part of an address: searching is a POST, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Max, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from booking.admin.callers import Refused, attempt, told
from booking.admin.diary_board import RUN_THE_DAY, SEE, expect_permission, page_context
from booking.admin.diary_forms import DeskBookingForm, ServicePlaceForm
from booking.admin.diary_visits import board_with
from booking.admin.forms import Choice, read_choice
from booking.admin.foundation import author
from booking.admin.open_times import CHOICE, in_words, nearest
from booking.admin.search import patients_matching
from booking.diary import Who
from booking.intervals import Interval
from booking.models import Patient, Service
from booking.openings import Openings
from clinic_site.local_time import clinic_zone

FROM_BOARD = ("practitioner", "location", "date", "time", "service", "patient")
MOST_FOUND = 12
FEWEST_LETTERS = 2


@dataclass(frozen=True)
class Verdict:
    """Whether the chosen place suits the chosen service, and what does."""

    sentence: str
    is_open: bool
    nearest: list[Choice]


@require_http_methods(["GET", "HEAD", "POST"])
def book_page(request: HttpRequest) -> HttpResponse:
    expect_permission(request, SEE)
    expect_permission(request, RUN_THE_DAY)
    by = author(request)
    if request.method != "POST":
        given = {name: request.GET[name] for name in FROM_BOARD if name in request.GET}
        given.setdefault("service", _usual_service(given.get("practitioner", "")))
        given |= _first_start(given, now=timezone.now())
        return _page(request, DeskBookingForm(by=by, initial=given), given)
    typed = _typed(request)
    if "search" in typed or _only_searched(typed):
        form = DeskBookingForm(by=by, initial=typed.dict())
        return _page(request, form, typed.dict(), found=_found(typed.get("find", "")))
    form = DeskBookingForm(typed, by=by)
    if not form.is_valid():
        return _page(request, form, typed.dict(), found=_chosen(typed), status=400)
    outcome = attempt(form, by=by, now=timezone.now())
    if isinstance(outcome, Refused):
        form.add_error("time", outcome.sentence)
        context = {"refused": outcome}
        return _page(
            request, form, typed.dict(), context, found=_chosen(typed), status=outcome.status
        )
    messages.success(request, told(outcome))
    return HttpResponseRedirect(board_with(outcome))


def _only_searched(typed: QueryDict) -> bool:
    """Enter was pressed in the search field: nobody is chosen or described yet."""
    nobody = not any(typed.get(name, "").strip() for name in ("patient", "name", "phone"))
    return nobody and bool(typed.get("find", "").strip())


@require_POST
def found_patients(request: HttpRequest) -> HttpResponse:
    """While the desk types: whom the words, digits or address could mean."""
    expect_permission(request, SEE)
    expect_permission(request, RUN_THE_DAY)
    context = {"found": _found(request.POST.get("find", "")), "chosen": ""}
    return TemplateResponse(request, "admin/diary/_patients.html", context)


@require_POST
def fitting(request: HttpRequest) -> HttpResponse:
    """Whether service, time and practitioner go together, as the desk changes them."""
    expect_permission(request, SEE)
    expect_permission(request, RUN_THE_DAY)
    verdict = _verdict(_typed(request).dict(), now=timezone.now())
    return TemplateResponse(request, "admin/diary/_fitting.html", {"verdict": verdict})


def _typed(request: HttpRequest) -> QueryDict:
    typed = request.POST.copy()
    for name, value in read_choice(typed.get(CHOICE, "")).items():
        typed[name] = value
    return typed


def _found(words: str) -> QuerySet[Patient] | None:
    """None before there is anything to look for."""
    words = words.replace("\x00", "").strip()[:120]
    if len(words) < FEWEST_LETTERS:
        return None
    on_file = Patient.objects.filter(merged_into=None).select_related("responsible_adult")
    found = patients_matching(on_file, words)
    return found.annotate(last_visit=Max("appointments__starts_at")).order_by("name", "pk")[
        :MOST_FOUND
    ]


def _chosen(typed: QueryDict) -> QuerySet[Patient] | None:
    pk = typed.get("patient", "")
    if not (pk.isascii() and pk.isdigit() and len(pk) < 19):
        return _found(typed.get("find", ""))
    chosen = Patient.objects.select_related("responsible_adult").filter(pk=pk)
    return chosen.annotate(last_visit=Max("appointments__starts_at"))


def _usual_service(practitioner: str) -> str:
    """The desk books follow-ups most: the first one that the practitioner gives."""
    services = Service.objects.offered()
    if practitioner.isascii() and practitioner.isdigit() and len(practitioner) < 19:
        services = services.filter(practitioners=int(practitioner))
    first = min(services, key=lambda each: each.visit != Service.Visit.FOLLOW_UP, default=None)
    return str(first.pk) if first else ""


def _first_start(given: dict[str, Any], *, now: datetime) -> dict[str, str]:
    """The first open start within the hour that was pointed at, if its beginning is none."""
    form = ServicePlaceForm(given)
    if not form.is_valid():
        return {}
    who = Who(form.cleaned_data["practitioner"], form.cleaned_data["location"])
    hour = Interval.lasting(timedelta(hours=1), start=form.start)
    times = Openings(form.cleaned_data["service"], now=now, who=who).times(hour)
    if not times:
        return {}
    return {"time": f"{times[0].start.astimezone(clinic_zone()):%H:%M}"}


def _verdict(given: dict[str, Any], *, now: datetime) -> Verdict | None:
    """None while service, place or time are missing or make no sense yet."""
    form = ServicePlaceForm(given)
    if not form.is_valid():
        return None
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


def _page(
    request: HttpRequest,
    form: DeskBookingForm,
    given: dict[str, Any],
    context: dict[str, Any] | None = None,
    *,
    found: QuerySet[Patient] | None = None,
    status: int = 200,
) -> HttpResponse:
    shown = {
        **page_context(request),
        **(context or {}),
        "title": "Book a visit",
        "form": form,
        "found": found,
        "chosen": str(given.get("patient", "")),
        "verdict": None if form.is_bound else _verdict(given, now=timezone.now()),
    }
    return TemplateResponse(request, "admin/diary/book.html", shown, status=status)
