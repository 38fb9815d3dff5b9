"""The visit's own page, for whoever came by its link; its calendar file, and two words of the
patient: “yes, this is my booking” and “I'll be there”."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from booking import scheduling
from booking.absences import closure_in_the_way
from booking.calendar_invites import Invite, calendar_text
from booking.letters import invite_of
from booking.models import STANDING_STATES, Appointment, AppointmentEvent, Service, State
from booking.views.answers import busy, see_other
from booking.views.visitor_rights import linked_visit, no_link, shows_another
from booking.waiting_list import earlier_is_possible, wish_for
from content.models import Article, Clinic
from content.reading.clinic import location_page

PREPARATION = "your-first-visit"
NOT_SO = "That could not be done, because the visit has changed meanwhile. Here is how it stands."
OPENED_ANOTHER = "You opened another visit meanwhile: this one. Nothing was changed."


@require_safe
def visit(request: HttpRequest) -> HttpResponse:
    found = linked_visit(request)
    return visit_page(request, found) if found else no_link(request)


@require_POST
def confirm_attendance(request: HttpRequest) -> HttpResponse:
    found = linked_visit(request)
    if found is None:
        return no_link(request)
    if refusal := not_this_one(request, found):
        return refusal
    try:
        scheduling.confirm_attendance(appointment=found, now=timezone.now())
    except scheduling.WrongState:
        return how_it_stands(request, NOT_SO)
    except scheduling.DiaryBusy:
        return busy(request)
    return see_other("visit")


@require_POST
def prove_address(request: HttpRequest) -> HttpResponse:
    found = linked_visit(request)
    if found is None:
        return no_link(request)
    if refusal := not_this_one(request, found):
        return refusal
    try:
        scheduling.prove_address(appointment=found, now=timezone.now())
    except scheduling.WrongState:
        return how_it_stands(request, NOT_SO)
    except scheduling.DiaryBusy:
        return busy(request)
    return see_other("visit")


@require_safe
def visit_calendar(request: HttpRequest) -> HttpResponse:
    """The file that the confirmation letter has too, as the visit stands now."""
    found = linked_visit(request)
    if found is None or found.state != State.BOOKED:
        return no_link(request)
    return HttpResponse(
        calendar_text(_invite(found)),
        content_type="text/calendar; charset=utf-8; method=PUBLISH",
        headers={"Content-Disposition": 'attachment; filename="appointment.ics"'},
    )


def visit_page(
    request: HttpRequest, visit: Appointment, *, problem: str = "", status: int = 200
) -> HttpResponse:
    now = timezone.now()
    cutoff = visit.starts_at - timedelta(hours=visit.cancel_cutoff_hours)
    ahead = visit.state in STANDING_STATES and visit.starts_at > now
    return render(
        request,
        "booking/visit.html",
        {
            "visit": visit,
            "problem": problem,
            "ahead": ahead,
            "in_time": ahead and in_time(visit, now=now),
            "closure": closure_in_the_way(visit) if ahead else None,
            "change_until": cutoff if now <= cutoff else None,
            "earlier_is_possible": ahead and earlier_is_possible(visit, now=now),
            "wish": wish_for(visit) if ahead else None,
            "undo_until": undo_until(visit, now=now),
            "place": None if visit.service.by_phone else location_page(visit.location.slug),
            "preparation": _preparation(visit, now=now) if ahead else None,
            "is_for_another": bool(visit.patient and visit.patient.responsible_adult_id),
            "to": letters_go_to(visit),
            "phone_ends_in": _phone_of(visit)[-2:],
        },
        status=status,
    )


def how_it_stands(request: HttpRequest, problem: str) -> HttpResponse:
    """409: what was asked for cannot be; the visit as it is now, if the right to see it is left."""
    found = linked_visit(request)
    return visit_page(request, found, problem=problem, status=409) if found else no_link(request)


def not_this_one(request: HttpRequest, visit: Appointment) -> HttpResponse | None:
    """409 with the visit that is open now, if the button that was pressed is another one's."""
    if shows_another(request, visit):
        return visit_page(request, visit, problem=OPENED_ANOTHER, status=409)
    return None


def in_time(visit: Appointment, *, now: datetime) -> bool:
    """Whether the patient may move or cancel the visit themselves."""
    return scheduling.is_in_time(visit, now=now)


def undo_until(visit: Appointment, *, now: datetime) -> datetime | None:
    """Until when the patient can take back what they did last, if they can."""
    last = scheduling.last_own_change(visit, now=now)
    return last.at + scheduling.TAKE_BACK_WITHIN if last else None


def letters_go_to(visit: Appointment) -> str:
    """a…@e…: enough to know one's own address by, too little for anybody else."""
    email = visit.patient.correspondent.email if visit.patient else ""
    name, _, domain = email.partition("@")
    return f"{name[:1]}…@{domain[:1]}…" if domain else ""


def _preparation(visit: Appointment, *, now: datetime) -> Article | None:
    """The article on a first visit, if it is published."""
    if visit.service.visit != Service.Visit.FIRST or visit.service.by_phone:
        return None
    return Article.objects.published(now).filter(slug=PREPARATION).first()


def _invite(visit: Appointment) -> Invite:
    changed = AppointmentEvent.objects.history_of(visit).last()
    return invite_of(
        visit,
        Clinic.objects.get(),
        sequence=visit.calendar_sequence,
        stamp=changed.at if changed else visit.created_at,
    )


def _phone_of(visit: Appointment) -> str:
    """The number left for this visit, else the one on file."""
    on_file = visit.patient.correspondent.phone if visit.patient else ""
    return str(visit.contact_phone or on_file)
