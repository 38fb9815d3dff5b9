"""From a held time to a booked visit: details, check, done."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from booking import scheduling
from booking.forms import DetailsForm
from booking.models import Appointment
from booking.views import journey
from booking.views.answers import busy, lost, see_other
from content.models import Clinic


@require_http_methods(["GET", "HEAD", "POST"])
def details(request: HttpRequest) -> HttpResponse:
    hold = journey.current_hold(request)
    if request.method == "POST":
        return _keep_details(request, hold)
    if hold is None:
        return _no_hold(request)
    form = DetailsForm(initial=journey.first_answers(request))
    return render(request, "booking/details.html", {"form": form, "hold": hold})


def _keep_details(request: HttpRequest, hold: Appointment | None) -> HttpResponse:
    """What was typed is kept before anything else, valid or not, held or not."""
    form = DetailsForm(request.POST)
    form_is_valid = form.is_valid()
    kept = {name: request.POST.get(name, "").replace("\x00", "") for name in form.fields}
    version = Clinic.objects.get().privacy_notice_version
    journey.remember_typed(request, kept | {"privacy_notice": version})
    if hold is None:
        return _no_hold(request)
    if not form_is_valid:
        context = {"form": form, "hold": hold}
        return render(request, "booking/details.html", context, status=400)
    return see_other("check")


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    hold = journey.current_hold(request)
    if request.method == "POST":
        return _book(request)
    if hold is None:
        return _no_hold(request)
    form = DetailsForm(journey.typed(request) or {})
    if not form.is_valid():
        return see_other("details")
    return render(request, "booking/check.html", {"hold": hold, "answers": form.answers})


def _book(request: HttpRequest) -> HttpResponse:
    """Book what this session points to; sent twice, the second answer is that of the first."""
    kept = journey.typed(request)
    pointed_at = journey.pointed_at(request)
    form = DetailsForm(kept or {})
    if pointed_at is None or kept is None or not form.is_valid():
        return _no_hold(request) if pointed_at is None else see_other("details")
    try:
        visit = scheduling.book(
            appointment=pointed_at,
            visitor=journey.visitor_key(request),
            details=scheduling.Details(
                person=form.person,
                about=form.cleaned_data["about"],
                privacy_notice=kept["privacy_notice"],
            ),
            now=timezone.now(),
        )
    except (scheduling.SlotTaken, scheduling.HoldGone):
        return _no_hold(request, give_up=True)
    except scheduling.DiaryBusy:
        return busy(request)
    journey.finish(request, visit)
    return see_other("done")


@require_safe
def done(request: HttpRequest) -> HttpResponse:
    visit = journey.booked(request)
    if visit is None:
        return see_other("book")
    email = visit.patient.correspondent.email if visit.patient else ""
    return render(request, "booking/done.html", {"appointment": visit, "email": email})


@require_POST
def extend_hold(request: HttpRequest) -> HttpResponse:
    hold = journey.current_hold(request)
    if hold is None:
        return _no_hold(request)
    try:
        scheduling.extend(
            appointment=hold, visitor=journey.visitor_key(request), now=timezone.now()
        )
    except scheduling.HoldGone:
        return _no_hold(request)
    except scheduling.DiaryBusy:
        return busy(request)
    return see_other("check" if request.POST.get("next") == "check" else "details")


@require_POST
def release_hold(request: HttpRequest) -> HttpResponse:
    """Back to the times; what was typed stays."""
    wish = journey.wanted(request)
    try:
        scheduling.release(visitor=journey.visitor_key(request), now=timezone.now())
    except scheduling.DiaryBusy:
        return busy(request)
    journey.forget_hold(request)
    if wish is None:
        return see_other("book")
    service, _ = wish
    return see_other(service.get_absolute_url())


def _no_hold(request: HttpRequest, *, give_up: bool = False) -> HttpResponse:
    """Nothing is held: on to the visit just booked, the times near the lost one, or the start."""
    if not give_up and journey.booked(request):
        return see_other("done")
    wish = journey.wanted(request)
    if wish is None:
        return see_other("book")
    service, start = wish
    return lost(request, service, start=start)
