"""A secret link becomes a right of the visitor's session, and the secret leaves the address.

Opening a link changes nothing but that session: mail scanners and link previews open it too.
"""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from booking import visit_links
from booking.views.answers import see_other
from booking.views.visitor_rights import COURSE, OFFER, VISIT, WAITING, grant, kind_of, no_link
from clinic_site.attempts import within_limit
from clinic_site.visitor_address import network_of

PAGES = {VISIT: "visit", OFFER: "slot_offer", WAITING: "waiting_entry", COURSE: "course"}

WRONG_AT_MOST, WRONG_WITHIN = 20, timedelta(minutes=10)


@require_safe
def open_link(request: HttpRequest, token: str) -> HttpResponse:
    now = timezone.now()
    link = visit_links.find(token, now=now)
    if link is None:
        key = f"wrong link {network_of(request)}"
        if within_limit(key, at_most=WRONG_AT_MOST, per=WRONG_WITHIN, now=now):
            return no_link(request)
        return _too_many_wrong(request)
    grant(request, link)
    return see_other(PAGES[kind_of(link)])


def _too_many_wrong(request: HttpRequest) -> HttpResponse:
    minutes = int(WRONG_WITHIN.total_seconds() // 60)
    response = render(request, "booking/no_link.html", {"minutes": minutes}, status=429)
    response["Retry-After"] = str(int(WRONG_WITHIN.total_seconds()))
    return response
