"""Moving a visit: the place chosen on the board, what the rules say of it, and whose wish it is."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from booking import scheduling
from booking.absences import Place
from booking.admin.diary_board import RUN_THE_DAY, SEE, expect_permission, page_context
from booking.admin.diary_forms import MoveForm, PlaceForm
from booking.admin.diary_visits import board_with, visit_on_board
from booking.admin.forms import read_choice
from booking.admin.foundation import author
from booking.admin.marks import REFUSALS
from booking.admin.marks import in_words as refused_in_words
from booking.admin.open_times import CHOICE, in_words, visit_in_the_way
from booking.admin.wording import who_comes
from booking.diary import Who
from booking.models import MOVABLE_STATES, Appointment
from booking.openings import WhyNot
from booking.policy import Refusal
from clinic_site.local_time import clinic_zone, full_time, local_day

OTHER_VISIT = "The patient has another visit at that time, or somebody was faster."
CHOOSE = "Choose one of the places on the board."


@require_http_methods(["GET", "HEAD", "POST"])
def move_page(request: HttpRequest, pk: int) -> HttpResponse:
    expect_permission(request, SEE)
    expect_permission(request, RUN_THE_DAY)
    visit = visit_on_board(pk)
    if visit.state not in MOVABLE_STATES:
        messages.error(request, f"{scheduling.how_it_stands(visit)} It cannot be moved.")
        return HttpResponseRedirect(board_with(visit))
    place = _place(request.POST if request.method == "POST" else request.GET)
    if place is None:
        messages.error(request, CHOOSE)
        return HttpResponseRedirect(_choosing(visit, visit.starts_at))
    now = timezone.now()
    openings = scheduling.openings_for(visit, Who(place.practitioner, place.location), now=now)
    why = openings.why_not(place.practitioner, place.location, place.start)
    form = MoveForm(request.POST or None, against_a_rule=_may_overrule(why, request))
    if request.method == "POST" and form.is_valid():
        return _move(request, visit, place, form)
    status = 400 if form.is_bound else 200
    return _page(request, visit, place, form, why, status=status)


def _place(asked: object) -> Place | None:
    form = PlaceForm(read_choice(asked.get(CHOICE, "")))  # type: ignore[attr-defined] # QueryDict
    if not form.is_valid():
        return None
    return Place(form.cleaned_data["practitioner"], form.cleaned_data["location"], form.start)


def _may_overrule(why: WhyNot | None, request: HttpRequest) -> bool:
    may = request.user.has_perm("booking.overbook")
    return why is not None and why.refusal is not Refusal.PAST and may


def _move(request: HttpRequest, visit: Appointment, place: Place, form: MoveForm) -> HttpResponse:
    now = timezone.now()
    try:
        moved = _command(visit, place, form, by=author(request), now=now)
    except scheduling.NotOffered as refusal:
        return _refused(request, visit, place, form, refusal.why)
    except scheduling.SlotTaken:
        messages.error(request, f"Nothing was moved. {OTHER_VISIT}")
    except scheduling.MayNotOverbook:
        messages.error(request, "You have no permission to book against the rules.")
    except REFUSALS as refusal:
        messages.error(request, refused_in_words(refusal))
    else:
        messages.success(request, f"Moved: visit {moved.reference}, now {_when(place)}.")
        return HttpResponseRedirect(board_with(moved))
    return HttpResponseRedirect(board_with(visit_on_board(visit.pk)))


def _command(
    visit: Appointment, place: Place, form: MoveForm, *, by: User, now: datetime
) -> Appointment:
    return scheduling.move(
        appointment=visit,
        practitioner=place.practitioner,
        location=place.location,
        start=place.start,
        by=by,
        now=now,
        overbooking_reason=form.cleaned_data.get("overbooking_reason", ""),
        wish=form.whose_wish,
    )


def _refused(
    request: HttpRequest, visit: Appointment, place: Place, form: MoveForm, why: WhyNot
) -> HttpResponse:
    again = MoveForm(form.data, against_a_rule=_may_overrule(why, request))
    return _page(request, visit, place, again, why, status=409)


def _page(
    request: HttpRequest,
    visit: Appointment,
    place: Place,
    form: MoveForm,
    why: WhyNot | None,
    *,
    status: int,
) -> HttpResponse:
    context = {
        **page_context(request),
        "title": f"Move visit {visit.reference}",
        "visit": visit,
        "who": who_comes(visit.patient),
        "email": visit.patient.correspondent.email if visit.patient else "",
        "place": place,
        "form": form,
        "why": in_words(why) if why else "",
        "in_the_way": visit_in_the_way(why) if why else "",
        "may_move": why is None or "overbooking_reason" in form.fields,
        "choice": (request.POST or request.GET).get(CHOICE, ""),
        "back": _choosing(visit, place.start),
        "explain": explain_address(visit, place),
    }
    return TemplateResponse(request, "admin/diary/move.html", context, status=status)


def explain_address(visit: Appointment, place: Place) -> str:
    local = place.start.astimezone(clinic_zone())
    return (
        f"{reverse('diary:why')}?service={visit.service_id}&practitioner={place.practitioner.pk}"
        f"&location={place.location.pk}&date={local:%Y-%m-%d}&time={local:%H:%M}"
    )


def _choosing(visit: Appointment, start: datetime) -> str:
    day = local_day(start, clinic_zone())
    return f"{reverse('diary:board')}?day={day.isoformat()}&moving={visit.pk}#v{visit.pk}"


def _when(place: Place) -> str:
    return f"{full_time(place.start)}, with {place.practitioner} at {place.location}"
