"""Moving one's own visit: choose a time, look at old and new side by side, move."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from booking import scheduling
from booking.diary import ANYONE, Who, fewest_visits
from booking.forms import TimesFilter, parse_time_key
from booking.models import MOVABLE_STATES, Appointment
from booking.openings import Openings
from booking.policy import patient_may_change
from booking.views.answers import busy, see_other
from booking.views.changes import TOO_LATE, after_a_change, without_a_right
from booking.views.visit import NOT_SO, how_it_stands, in_time, not_this_one
from booking.views.visitor_rights import linked_visit, no_link
from booking.views.week import query_of, week_shown
from clinic_site.local_time import clinic_zone, full_time, local_day
from content.models import Location, Practitioner

WISH = "move"
CHOSE_ANOTHER = "You chose another time meanwhile. Please check it."


@dataclass(frozen=True)
class Wish:
    """Where the visit should go; `key` is what the button of the time has sent."""

    key: str
    start: datetime
    location: Location
    practitioner: Practitioner


@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest) -> HttpResponse:
    visit = linked_visit(request)
    if visit is None:
        return no_link(request)
    now = timezone.now()
    if refusal := not_this_one(request, visit) or _refusal(request, visit, now=now):
        return refusal
    openings = scheduling.openings_for(visit, ANYONE, now=now)
    filters = TimesFilter(request.GET, openings=openings)
    if request.method == "POST":
        return _choose(request, visit, openings, filters)
    if not request.GET and visit.practitioner in openings.practitioners:
        return HttpResponseRedirect(f"{request.path}{_with(visit.practitioner)}")
    problem = "" if filters.is_valid() else "We could not read that address, so here is every time."
    return _show(request, visit, openings, filters, problem=problem)


def _refusal(request: HttpRequest, visit: Appointment, *, now: datetime) -> HttpResponse | None:
    if visit.state not in MOVABLE_STATES:
        return how_it_stands(request, NOT_SO)
    return None if in_time(visit, now=now) else how_it_stands(request, TOO_LATE)


def _with(practitioner: Practitioner) -> str:
    query = QueryDict(mutable=True)
    query["practitioner"] = practitioner.slug
    return f"?{query.urlencode()}"


def _choose(
    request: HttpRequest, visit: Appointment, openings: Openings, filters: TimesFilter
) -> HttpResponse:
    """Keep what was chosen in the session; nothing is held, the last button decides."""
    try:
        start, place = parse_time_key(request.POST.get("time", ""))
    except ValidationError as unreadable:
        return _show(request, visit, openings, filters, problem=str(unreadable.message))
    location = next((each for each in openings.locations if each.slug == place), None)
    if location is None:
        problem = "We do not offer this visit there. Choose one of the times on this page."
        return _show(request, visit, openings, filters, problem=problem)
    narrowed = openings.only(Who(filters.who.practitioner, location))
    free = narrowed.free_practitioners(start, location)
    if not free:
        return _lost(request, visit, openings.only(filters.who), start)
    chosen = _preferred(free, visit, start)
    request.session[WISH] = {
        "visit": visit.pk,
        "time": request.POST["time"],
        "practitioner": chosen.slug,
    }
    return see_other("visit_move_check")


def _preferred(free: list[Practitioner], visit: Appointment, start: datetime) -> Practitioner:
    """The one whom the patient is with already, if they are free."""
    if visit.practitioner in free:
        return visit.practitioner
    return fewest_visits(free, local_day(start, clinic_zone()))[0]


@require_http_methods(["GET", "HEAD", "POST"])
def move_check(request: HttpRequest) -> HttpResponse:
    visit = linked_visit(request)
    if visit is None:
        return without_a_right(request)
    if refusal := not_this_one(request, visit):
        return refusal
    wish = _wish(request, visit)
    if wish is None:
        return see_other("visit_move")
    if request.method == "POST" and _is_shown(request, wish):
        return _move(request, visit, wish)
    if refusal := _refusal(request, visit, now=timezone.now()):
        return refusal
    problem = CHOSE_ANOTHER if request.method == "POST" else ""
    context = {
        "visit": visit,
        "wish": wish,
        "stays": not _can_change_again(visit, wish),
        "problem": problem,
    }
    status = 409 if problem else 200
    return render(request, "booking/visit_move_check.html", context, status=status)


def _is_shown(request: HttpRequest, wish: Wish) -> bool:
    """Whether the page whose button was pressed shows this wish: the session keeps the last one
    only, and it may have been chosen in another tab."""
    shown = request.POST.get("time"), request.POST.get("practitioner")
    return shown == (wish.key, wish.practitioner.slug)


def _can_change_again(visit: Appointment, wish: Wish) -> bool:
    cutoff = timedelta(hours=visit.cancel_cutoff_hours)
    return patient_may_change(wish.start, cutoff=cutoff, now=timezone.now())


def _move(request: HttpRequest, visit: Appointment, wish: Wish) -> HttpResponse:
    now = timezone.now()
    try:
        moved = scheduling.move(
            appointment=visit,
            practitioner=wish.practitioner,
            location=wish.location,
            start=wish.start,
            by=None,
            now=now,
        )
    except (scheduling.NotOffered, scheduling.SlotTaken):
        openings = scheduling.openings_for(visit, ANYONE, now=now)
        return _lost(request, visit, openings, wish.start)
    except scheduling.TooLate:
        return how_it_stands(request, TOO_LATE)
    except scheduling.WrongState:
        return how_it_stands(request, NOT_SO)
    except scheduling.DiaryBusy:
        return busy(request)
    return after_a_change(request, moved, now=now)


def _wish(request: HttpRequest, visit: Appointment) -> Wish | None:
    """What was chosen for this visit, if it still exists."""
    kept = request.session.get(WISH)
    if kept is None or kept["visit"] != visit.pk:
        return None
    start, place = parse_time_key(kept["time"])
    location = Location.objects.open_to_patients().filter(slug=place).first()
    practitioner = Practitioner.objects.treating().filter(slug=kept["practitioner"]).first()
    if location is None or practitioner is None:
        return None
    return Wish(kept["time"], start, location, practitioner)


def _lost(
    request: HttpRequest, visit: Appointment, openings: Openings, start: datetime
) -> HttpResponse:
    """409 with the nearest free times, as buttons like those of the week."""
    context = {
        "visit": visit,
        "time": full_time(start),
        "nearest": openings.nearest(start),
        "query": query_of(request),
    }
    return render(request, "booking/visit_move_lost.html", context, status=409)


def _show(
    request: HttpRequest,
    visit: Appointment,
    openings: Openings,
    filters: TimesFilter,
    *,
    problem: str,
) -> HttpResponse:
    context = {**week_shown(request, openings, filters), "visit": visit, "problem": problem}
    return render(request, "booking/visit_move.html", context, status=400 if problem else 200)
