"""Cancelling one's own visit, what is shown after a change, and taking it back."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from booking import scheduling
from booking.models import STANDING_STATES, Appointment, State
from booking.views.answers import busy, see_other
from booking.views.visit import NOT_SO, how_it_stands, in_time, letters_go_to, not_this_one
from booking.views.visitor_rights import changed_here, grant_anew, linked_visit, no_link
from booking.visit_links import AFTER_THE_VISIT

TOO_LATE = "It is too late to change this visit online. Please call us."
OVER = "It is too late to undo that here. Please call us if you want to change it."
GIVEN_AWAY = "Somebody else has the old time by now, so nothing was changed. Please call us."


@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest) -> HttpResponse:
    visit = linked_visit(request)
    if visit is None:
        return without_a_right(request)
    if refusal := not_this_one(request, visit):
        return refusal
    now = timezone.now()
    if request.method == "POST":
        return _cancel(request, visit, now=now)
    if visit.state not in STANDING_STATES:
        return how_it_stands(request, NOT_SO)
    if not in_time(visit, now=now):
        return how_it_stands(request, TOO_LATE)
    return render(request, "booking/visit_cancel.html", {"visit": visit})


def _cancel(request: HttpRequest, visit: Appointment, *, now: datetime) -> HttpResponse:
    try:
        cancelled = scheduling.cancel(appointment=visit, by=None, now=now)
    except scheduling.TooLate:
        return how_it_stands(request, TOO_LATE)
    except scheduling.WrongState:
        # Pressed twice, it is cancelled already; else somebody at the desk was faster.
        return see_other("visit_changed")
    except scheduling.DiaryBusy:
        return busy(request)
    return after_a_change(request, cancelled, now=now)


@require_safe
def changed(request: HttpRequest) -> HttpResponse:
    """What was done and what happens next; for a few minutes with a button to undo it."""
    visit = linked_visit(request)
    if visit is None:
        return no_link(request)
    last = scheduling.last_own_change(visit, now=timezone.now())
    if last is None:
        return see_other("visit")
    context = {
        "visit": visit,
        "last": last,
        "undo_until": last.at + scheduling.TAKE_BACK_WITHIN,
        "to": letters_go_to(visit),
    }
    return render(request, "booking/visit_changed.html", context)


@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    visit = linked_visit(request)
    if visit is None:
        return no_link(request)
    if refusal := not_this_one(request, visit):
        return refusal
    now = timezone.now()
    try:
        restored = scheduling.take_back(appointment=visit, now=now)
    except scheduling.NothingToTakeBack:
        return how_it_stands(request, OVER)
    except scheduling.SlotTaken:
        return how_it_stands(request, GIVEN_AWAY)
    except scheduling.DiaryBusy:
        return busy(request)
    grant_anew(request, restored, expires_at=restored.ends_at + AFTER_THE_VISIT, now=now)
    return see_other("visit")


def after_a_change(request: HttpRequest, visit: Appointment, *, now: datetime) -> HttpResponse:
    """On to the page that says what happens; the session keeps its right, to a cancelled visit
    only as long as that can be taken back."""
    stands = visit.state != State.CANCELLED
    ends_at = visit.ends_at + AFTER_THE_VISIT if stands else now + scheduling.TAKE_BACK_WITHIN
    grant_anew(request, visit, expires_at=ends_at, now=now)
    return see_other("visit_changed")


def without_a_right(request: HttpRequest) -> HttpResponse:
    """The link has ended: by the same button, pressed before, or in another way."""
    is_second_press = request.method == "POST" and changed_here(request)
    return see_other("visit_changed") if is_second_press else no_link(request)
