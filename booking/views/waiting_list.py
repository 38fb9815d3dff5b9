"""Joining the earlier-slot list: from one's own visit, or when no free time suits."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from booking import scheduling
from booking.forms import JoinForm, WishForm
from booking.models import STANDING_STATES, Appointment, Service, WaitingEntry
from booking.openings import Openings
from booking.views.answers import busy, see_other
from booking.views.journey import typed_of_people
from booking.views.visit import not_this_one
from booking.views.visitor_rights import (
    linked_entry,
    linked_visit,
    name_of,
    no_link,
    shows_another,
)
from booking.waiting_list import earlier_is_possible, wish_for
from clinic_site.attempts import too_many, within_limit
from clinic_site.local_time import clinic_zone, local_day
from clinic_site.visitor_address import network_of

JOINED_AT_MOST, JOINED_WITHIN = 5, timedelta(hours=1)
FOUR_WEEKS = timedelta(weeks=4)
PAGE = "booking/waiting_list.html"
OPENED_ANOTHER = "You opened another wish meanwhile: this one. Nothing was changed."


@require_http_methods(["GET", "HEAD", "POST"])
def waiting_list(request: HttpRequest) -> HttpResponse:
    """With a service in the address for somebody without a visit, else for the linked visit."""
    now = timezone.now()
    if "service" in request.GET:
        services = Service.objects.bookable_online()
        service = get_object_or_404(services, slug=request.GET["service"])
        return _for_a_service(request, service, now=now)
    visit = linked_visit(request)
    if visit is None:
        return see_other("book")
    if refusal := not_this_one(request, visit):
        return refusal
    if visit.state not in STANDING_STATES or not earlier_is_possible(visit, now=now):
        return see_other("visit")
    return _for_a_visit(request, visit, now=now)


@require_safe
def waiting_joined(request: HttpRequest) -> HttpResponse:
    """How it goes on; the same for everybody."""
    return render(request, "booking/waiting_joined.html")


@require_http_methods(["GET", "HEAD", "POST"])
def waiting_entry(request: HttpRequest) -> HttpResponse:
    """The wish, for whoever came by its link, with a button to take it off the list."""
    entry = linked_entry(request)
    if entry is None:
        return no_link(request)
    if shows_another(request, entry):
        return _wish_page(request, entry, problem=OPENED_ANOTHER, status=409)
    if request.method == "POST":
        try:
            scheduling.leave_list(entry=entry, by=None, now=timezone.now())
        except scheduling.DiaryBusy:
            return busy(request)
        return see_other("waiting_entry")
    return _wish_page(request, entry)


def _wish_page(
    request: HttpRequest, entry: WaitingEntry, *, problem: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "entry": entry,
        "shown": name_of(entry),
        "waits": entry.state == WaitingEntry.State.WAITING,
        "problem": problem,
    }
    return render(request, "booking/waiting_entry.html", context, status=status)


def _for_a_visit(request: HttpRequest, visit: Appointment, *, now: datetime) -> HttpResponse:
    zone = clinic_zone()
    last_day = local_day(visit.starts_at, zone)
    entry = wish_for(visit)
    form = WishForm(
        request.POST or None,
        openings=Openings(visit.service_as_booked, now=now),
        today=local_day(now, zone),
        last_day=last_day,
        initial=_wished(entry, last_day) if entry else {"until": last_day},
    )
    context = {"form": form, "visit": visit, "entry": entry}
    if request.method != "POST":
        return render(request, PAGE, context)
    if not form.is_valid():
        return render(request, PAGE, context, status=400)
    try:
        scheduling.wish_for_earlier(appointment=visit, wish=form.wish, now=now)
    except scheduling.WrongState:
        return see_other("visit")
    except scheduling.DiaryBusy:
        return busy(request)
    return see_other("waiting_joined")


def _wished(entry: WaitingEntry, last_day: date) -> dict[str, object]:
    """What was asked for, as the form starts with it; the visit may have moved nearer since."""
    return {
        "practitioner": entry.practitioner.slug if entry.practitioner else "",
        "location": entry.location.slug if entry.location else "",
        "weekdays": entry.weekdays,
        "earliest": entry.earliest,
        "latest": entry.latest,
        "until": min(entry.until, last_day),
    }


def _for_a_service(request: HttpRequest, service: Service, *, now: datetime) -> HttpResponse:
    today = local_day(now, clinic_zone())
    last_day = _last_day(service, now=now)
    form = JoinForm(
        request.POST or None,
        openings=Openings(service, now=now),
        today=today,
        last_day=last_day,
        initial={
            "practitioner": request.GET.get("practitioner", ""),
            "location": request.GET.get("location", ""),
            "until": min(today + FOUR_WEEKS, last_day),
            **typed_of_people(request),
        },
    )
    context = {"form": form, "service": service}
    if request.method != "POST":
        return render(request, PAGE, context)
    if not form.is_valid():
        return render(request, PAGE, context, status=400)
    # Each wish is answered by a letter: nobody's mailbox is to be flooded from many networks.
    for word, key in (
        ("Your network", f"join the list from {network_of(request)}"),
        ("This e-mail address", f"join the list as {form.person.email.casefold()}"),
    ):
        if not within_limit(key, at_most=JOINED_AT_MOST, per=JOINED_WITHIN, now=now):
            sentence = f"{word} has joined our list many times. Please try again in an hour."
            return too_many(request, sentence, wait=JOINED_WITHIN)
    return _join(request, form, service, now=now)


def _join(request: HttpRequest, form: JoinForm, service: Service, *, now: datetime) -> HttpResponse:
    """Whoever is on the list as often as one can be gets the same answer: it tells nothing."""
    try:
        scheduling.join_list(person=form.person, service=service, wish=form.wish, now=now)
    except scheduling.ListFull:
        return see_other("waiting_joined")
    except scheduling.DiaryBusy:
        return busy(request)
    return see_other("waiting_joined")


def _last_day(service: Service, *, now: datetime) -> date:
    return local_day(now + service.policy.horizon, clinic_zone())
