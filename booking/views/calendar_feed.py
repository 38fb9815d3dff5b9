"""A practitioner's calendar at its secret address."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from booking import calendar_feeds
from clinic_site.attempts import too_many, within_limit
from clinic_site.visitor_address import network_of

WRONG_AT_MOST, WRONG_WITHIN = 20, timedelta(minutes=10)
TOO_MANY = "Many addresses of calendars that do not exist were tried from your network."


@require_safe
def calendar_feed(request: HttpRequest, token: str) -> HttpResponseBase:
    """404 for a wrong and a revoked address alike."""
    feed = calendar_feeds.find(token)
    if feed is None:
        return _wrong(request)
    text = calendar_feeds.calendar_of(feed.practitioner, now=timezone.now())
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="visits.ics"'
    etag = f'"{hashlib.sha256(text.encode()).hexdigest()}"'
    response["ETag"] = etag
    return get_conditional_response(request, etag=etag, response=response) or response


def _wrong(request: HttpRequest) -> HttpResponse:
    key = f"wrong calendar {network_of(request)}"
    if within_limit(key, at_most=WRONG_AT_MOST, per=WRONG_WITHIN, now=timezone.now()):
        raise Http404
    return too_many(request, TOO_MANY, wait=WRONG_WITHIN)
