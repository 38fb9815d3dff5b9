"""Answers that several pages of the booking give."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.utils import timezone

from booking.diary import ANYONE, Who
from booking.models import Appointment, Service
from booking.openings import Openings
from booking.views import journey
from booking.views.week import query_of
from clinic_site.local_time import full_time


class SeeOther(HttpResponseRedirect):
    status_code = 303


def see_other(name: str) -> HttpResponse:
    return SeeOther(resolve_url(name))


def lost(
    request: HttpRequest, service: Service, *, start: datetime, who: Who = ANYONE
) -> HttpResponse:
    """409 with the nearest free times, as buttons like those of the times page.

    The sentence fits every reason: that the patient has another visit then is nobody's business.
    """
    nearest = Openings(service, now=timezone.now(), who=who).nearest(start)
    problem = f"{full_time(start)} cannot be booked any more."
    if journey.typed(request):
        problem += " What you typed is kept."
    return render(
        request,
        "booking/lost.html",
        {
            "service": service,
            "problem": problem,
            "nearest": nearest,
            "query": query_of(request),
        },
        status=409,
    )


def busy(request: HttpRequest) -> HttpResponse:
    """503: too many people at the same door; nothing was changed."""
    response = render(request, "503.html", status=503)
    response["Retry-After"] = "5"
    return response


def please_phone(request: HttpRequest, hold: Appointment | None) -> HttpResponse:
    """409 with the phone number, in the same words whatever the reason: a stranger who types
    somebody's address learns nothing of them. The time stays held, and what was typed is kept."""
    return render(request, "booking/please_phone.html", {"hold": hold}, status=409)


def no_hold(request: HttpRequest, *, give_up: bool = False) -> HttpResponse:
    """Nothing is held: on to the visit just booked, the times near the lost one, or the start."""
    if not give_up and journey.booked(request):
        return see_other("done")
    wish = journey.wanted(request)
    if wish is None:
        return see_other("book")
    service, start = wish
    return lost(request, service, start=start)
