"""A week of open times to choose from, as the pages of booking and of moving show it."""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from booking.diary import Who
from booking.forms import TimesFilter
from booking.models import Service
from booking.openings import Openings
from clinic_site.local_time import clinic_zone, local_day

# What an address of the booking carries along; `about` is the condition whose page led here.
CARRIED = ("practitioner", "location", "from", "about")

WEEK = timedelta(days=7)


def week_shown(
    request: HttpRequest, everything: Openings, filters: TimesFilter
) -> dict[str, object]:
    """What booking/_week.html needs: the seven days from the one asked for on, else from the first
    day that has a free time. Days that are past are never among them."""
    openings = everything.only(filters.who)
    today = local_day(openings.now, clinic_zone())
    last = local_day(openings.now + openings.service.policy.horizon, clinic_zone())
    if filters.day:
        begins = min(max(filters.day, today), last)
        days = openings.week(begins)
        first = None if any(day.times for day in days) else openings.first()
    else:
        first = openings.first()
        begins = local_day(first.start, clinic_zone()) if first else today
        days = openings.week(begins)
    next_week = begins + WEEK
    return {
        "service": openings.service,
        "filters": filters,
        "days": days,
        "free": sum(len(day.times) for day in days),
        "first": first,
        "first_url": _week_url(request, local_day(first.start, clinic_zone())) if first else "",
        "earlier": _week_url(request, max(begins - WEEK, today)) if begins > today else "",
        "later": _week_url(request, next_week) if next_week <= last else "",
        "query": query_of(request),
    }


def query_of(request: HttpRequest, **more: str) -> str:
    """The filters of this request as a query string, with `more` put in their place."""
    kept = {name: request.GET[name] for name in CARRIED if name in request.GET}
    asked = {name: value for name, value in (kept | more).items() if value}
    return f"?{urlencode(asked)}" if asked else ""


def waiting_list_url(service: Service, who: Who) -> str:
    """To join the list with the same person and place, for whom no free time suits."""
    wish = {
        "service": service.slug,
        "practitioner": who.practitioner.slug if who.practitioner else "",
        "location": who.location.slug if who.location else "",
    }
    asked = {name: slug for name, slug in wish.items() if slug}
    return f"{reverse('waiting_list')}?{urlencode(asked)}"


def _week_url(request: HttpRequest, day: date) -> str:
    return f"{request.path}{query_of(request, **{'from': day.isoformat()})}"
