"""The desk's one form for booking: who comes, for what, with whom, where and when, on one screen.

From the board the place is chosen already; from elsewhere free times are proposed.

What a caller says is never part of an address: searching is a POST, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.db.models import Max, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from booking.admin.diary_attempt import Refused, attempt, told
from booking.admin.diary_board import RUN_THE_DAY, SEE, expect_permission, page_context
from booking.admin.diary_fitting import first_start, usual_service, verdict_on
from booking.admin.diary_forms import DeskBookingForm
from booking.admin.diary_visits import board_with
from booking.admin.forms import read_choice
from booking.admin.foundation import author
from booking.admin.open_times import CHOICE
from booking.admin.search import patients_matching, whom_they_are
from booking.models import Patient

FROM_BOARD = ("practitioner", "location", "date", "time", "service", "patient")
MOST_FOUND = 12
FEWEST_LETTERS = 2
PERHAPS_THE_SAME = (
    "Somebody of this name and number is on file. Choose them, or book again for somebody new."
)


@require_http_methods(["GET", "HEAD", "POST"])
def book_page(request: HttpRequest) -> HttpResponse:
    expect_permission(request, SEE)
    expect_permission(request, RUN_THE_DAY)
    by = author(request)
    if request.method != "POST":
        given = {name: request.GET[name] for name in FROM_BOARD if name in request.GET}
        given.setdefault("service", usual_service(given.get("practitioner", "")))
        given |= first_start(given, now=timezone.now())
        form = DeskBookingForm(by=by, initial=given)
        return _page(request, form, given, found=_chosen(given))
    typed = _typed(request)
    if "times" in typed or "search" in typed or _only_searched(typed):
        form = DeskBookingForm(by=by, initial=typed.dict())
        found = _chosen(typed) if "times" in typed else _found(typed.get("find", ""))
        return _page(request, form, typed.dict(), found=found)
    form = DeskBookingForm(typed, by=by)
    if not form.is_valid():
        return _page(request, form, typed.dict(), found=_chosen(typed), status=400)
    if "patient" not in typed and (same := _the_same(form)):
        form.add_error("patient", PERHAPS_THE_SAME)
        return _page(request, form, typed.dict(), found=same, status=409)
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
    verdict = verdict_on(_typed(request).dict(), now=timezone.now())
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
    return _listed(patients_matching(Patient.objects.all(), words))


def _listed(patients: QuerySet[Patient]) -> QuerySet[Patient]:
    """As the page lists them; without the rows that were found to be somebody else's duplicates."""
    found = patients.filter(merged_into=None).select_related("responsible_adult")
    found = found.prefetch_related("duplicates__duplicates")
    return found.annotate(last_visit=Max("appointments__starts_at")).order_by("name", "pk")[
        :MOST_FOUND
    ]


def _the_same(form: DeskBookingForm) -> QuerySet[Patient] | None:
    """Whom somebody “new” could be: their name and number are on file, or were before a merge, but
    by their address they would not be recognised."""
    wanted = form.cleaned_data
    if wanted["dependant"]:
        return None
    named = Patient.objects.filter(name__iexact=wanted["name"])
    if wanted["email"] and named.filter(email__iexact=wanted["email"]).exists():
        return None
    same = whom_they_are(named.filter(phone=wanted["phone"]))
    return _listed(same) if same.exists() else None


def _chosen(typed: Mapping[str, Any]) -> QuerySet[Patient] | None:
    pk = typed.get("patient", "")
    if not (pk.isascii() and pk.isdigit() and len(pk) < 19):
        return _found(typed.get("find", ""))
    return _listed(Patient.objects.filter(pk=pk))


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
        "verdict": verdict_on(given, now=timezone.now()),
    }
    return TemplateResponse(request, "admin/diary/book.html", shown, status=status)
