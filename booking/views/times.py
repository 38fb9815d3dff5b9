"""Choosing a service and a time."""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from booking import scheduling
from booking.forms import TimesFilter, parse_time_key
from booking.models import Service
from booking.openings import Openings
from booking.views.answers import busy, lost, see_other
from booking.views.journey import current_hold, remember_hold, visitor_key
from clinic_site.local_time import clinic_zone, local_day

# What an address of the booking carries along; `about` is the condition whose page led here.
CARRIED = ("practitioner", "location", "from", "about")


@require_safe
def services(request: HttpRequest) -> HttpResponse:
    context = {"services": Service.objects.bookable_online(), "query": _query(request)}
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
    try:
        appointment = scheduling.hold(
            service=openings.service,
            practitioner=filters.who.practitioner,
            location=location,
            start=start,
            visitor=visitor_key(request),
            now=openings.now,
        )
    except scheduling.SlotTaken:
        return lost(request, openings.service, start=start, who=filters.who)
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
    openings = everything.only(filters.who)
    today = local_day(openings.now, clinic_zone())
    last = local_day(openings.now + openings.service.policy.horizon, clinic_zone())
    if filters.day:
        monday = _monday(min(max(filters.day, today), last))
        days = openings.week(monday)
        first = None if any(day.times for day in days) else openings.first()
    else:
        first = openings.first()
        monday = _monday(local_day(first.start, clinic_zone()) if first else today)
        days = openings.week(monday)
    return render(
        request,
        "booking/times.html",
        {
            "service": openings.service,
            "filters": filters,
            "days": days,
            "sunday": monday + timedelta(days=6),
            "first": first,
            "first_url": _week_url(request, local_day(first.start, clinic_zone())) if first else "",
            "earlier": _week_url(request, monday - timedelta(days=7)) if monday > today else "",
            "later": _week_url(request, monday + timedelta(days=7))
            if monday + timedelta(days=7) <= last
            else "",
            "query": _query(request),
            "problem": problem,
            "hold": current_hold(request) if request.session.session_key else None,
        },
        status=status,
    )


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _week_url(request: HttpRequest, day: date) -> str:
    return f"{request.path}{_query(request, **{'from': _monday(day).isoformat()})}"


def _query(request: HttpRequest, **more: str) -> str:
    """The filters of this request as a query string, with `more` put in their place."""
    kept = {name: request.GET[name] for name in CARRIED if name in request.GET}
    asked = {name: value for name, value in (kept | more).items() if value}
    return f"?{urlencode(asked)}" if asked else ""
