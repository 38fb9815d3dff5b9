"""Answers that several pages of the booking give."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render, resolve_url
from django.utils import timezone

from booking.forms import TimesFilter
from booking.models import Appointment
from booking.openings import Openings
from booking.views import journey
from booking.views.journey import Wanted
from booking.views.week import waiting_list_url
from clinic_site.local_time import full_time


class SeeOther(HttpResponseRedirect):
    status_code = 303


def see_other(name: str) -> HttpResponse:
    return SeeOther(resolve_url(name))


def lost(request: HttpRequest, wish: Wanted) -> HttpResponse:
    """409 with the nearest free times, as buttons like those of the times page.

    The sentence fits every reason: that the patient has another visit then is nobody's business.
    """
    openings = Openings(wish.service, now=timezone.now())
    who = TimesFilter(QueryDict(wish.query.removeprefix("?")), openings=openings).who
    problem = f"{full_time(wish.start)} cannot be booked any more."
    if journey.typed(request):
        problem += " What you typed is kept."
    return render(
        request,
        "booking/lost.html",
        {
            "times_url": wish.times_url,
            "service": wish.service,
            "problem": problem,
            "nearest": openings.only(who).nearest(wish.start),
            "waiting_list_url": waiting_list_url(wish.service, who),
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
    return lost(request, wish) if wish else see_other("book")
