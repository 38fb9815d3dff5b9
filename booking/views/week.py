"""A week of open times to choose from, as the pages of booking and of moving show it."""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import urlencode

from django.http import HttpRequest

from booking.forms import TimesFilter
from booking.openings import Openings
from clinic_site.local_time import clinic_zone, local_day

# What an address of the booking carries along; `about` is the condition whose page led here.
CARRIED = ("practitioner", "location", "from", "about")


def week_shown(
    request: HttpRequest, everything: Openings, filters: TimesFilter
) -> dict[str, object]:
    """What booking/_week.html needs: the week asked for, else the first that has a free time."""
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
    next_monday = monday + timedelta(days=7)
    return {
        "service": openings.service,
        "filters": filters,
        "days": days,
        "sunday": monday + timedelta(days=6),
        "first": first,
        "first_url": _week_url(request, local_day(first.start, clinic_zone())) if first else "",
        "earlier": _week_url(request, monday - timedelta(days=7)) if monday > today else "",
        "later": _week_url(request, next_monday) if next_monday <= last else "",
        "query": query_of(request),
    }


def query_of(request: HttpRequest, **more: str) -> str:
    """The filters of this request as a query string, with `more` put in their place."""
    kept = {name: request.GET[name] for name in CARRIED if name in request.GET}
    asked = {name: value for name, value in (kept | more).items() if value}
    return f"?{urlencode(asked)}" if asked else ""


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _week_url(request: HttpRequest, day: date) -> str:
    return f"{request.path}{query_of(request, **{'from': _monday(day).isoformat()})}"
