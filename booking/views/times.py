"""Choosing a service and a time."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from booking import scheduling
from booking.forms import TimesFilter, parse_time_key
from booking.models import Service
from booking.openings import Openings
from booking.scheduling.holds import HOLD_LASTS
from booking.views import hold_limits
from booking.views.answers import busy, lost, see_other
from booking.views.journey import (
    Wanted,
    condition_named,
    current_hold,
    remember_hold,
    renew_key,
    visitor_key,
)
from booking.views.week import query_of, waiting_list_url, week_shown
from clinic_site.attempts import too_many
from content.addresses import absolute


@require_safe
def services(request: HttpRequest) -> HttpResponse:
    context = {
        "services": Service.objects.bookable_online(),
        "query": query_of(request),
        "about": condition_named(request.GET.get("about", ""), now=timezone.now()),
        "address": absolute(reverse("book")),
    }
    return render(request, "booking/services.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def times(request: HttpRequest, slug: str) -> HttpResponse:
    service = get_object_or_404(Service.objects.bookable_online(), slug=slug)
    openings = Openings(service, now=timezone.now())
    filters = TimesFilter(request.GET, openings=openings)
    if request.method == "POST":
        return _hold(request, openings, filters)
    problem = "" if filters.is_valid() else "We could not read that address, so here is every time."
    return _show(request, openings, filters, problem=problem, status=400 if problem else 200)


def _hold(request: HttpRequest, openings: Openings, filters: TimesFilter) -> HttpResponse:
    try:
        start, place = parse_time_key(request.POST.get("time", ""))
    except ValidationError as unreadable:
        return _show(request, openings, filters, problem=str(unreadable.message), status=400)
    location = next((each for each in openings.locations if each.slug == place), None)
    if location is None:
        problem = "We do not offer this visit there. Choose one of the times on this page."
        return _show(request, openings, filters, problem=problem, status=400)
    visitor = visitor_key(request)
    if sentence := hold_limits.refusal(request, visitor=visitor, now=openings.now):
        return too_many(request, sentence, wait=HOLD_LASTS)
    try:
        if not hold_limits.counts_here(request, visitor):
            visitor = renew_key(request, now=openings.now)
        appointment = scheduling.hold(
            service=openings.service,
            practitioner=filters.who.practitioner,
            location=location,
            start=start,
            visitor=visitor,
            now=openings.now,
        )
    except scheduling.SlotTaken:
        return lost(request, Wanted(openings.service, start, query_of(request)))
    except scheduling.DiaryBusy:
        return busy(request)
    remember_hold(request, appointment, about=request.GET.get("about", ""))
    return see_other("details")


def _show(
    request: HttpRequest,
    everything: Openings,
    filters: TimesFilter,
    *,
    problem: str,
    status: int = 200,
) -> HttpResponse:
    return render(
        request,
        "booking/times.html",
        {
            **week_shown(request, everything, filters),
            "problem": problem,
            "address": absolute(everything.service.get_absolute_url()),
            "waiting_list_url": waiting_list_url(everything.service, filters.who),
            "hold": current_hold(request) if request.session.session_key else None,
        },
        status=status,
    )
