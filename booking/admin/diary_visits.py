"""One visit beside the board: its state, buttons and facts; a page of its own without scripts."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from booking.absences import closures_over
from booking.admin.diary_board import RUN_THE_DAY, SEE, expect_permission, page_context
from booking.admin.foundation import author
from booking.admin.marks import MARKS, REFUSALS, in_words, marks_offered, may_be_cancelled
from booking.admin.rights import may_read_about
from booking.admin.visit_facts import history_of, letters_of
from booking.admin.visit_pages import state_word
from booking.admin.wording import phone_of, state_tag, who_is_expected
from booking.models import MOVABLE_STATES, STANDING_STATES, Appointment, State
from clinic_site.local_time import clinic_zone, local_day


@require_safe
def visit_panel(request: HttpRequest, pk: int) -> HttpResponse:
    expect_permission(request, SEE)
    return _panel(request, visit_on_board(pk))


@require_POST
def mark_on_board(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """A state button. Beside the board the panel comes back and the board looks what changed."""
    expect_permission(request, SEE)
    expect_permission(request, RUN_THE_DAY)
    visit = visit_on_board(pk)
    if slug not in MARKS:
        raise Http404
    told, done = "", False
    try:
        visit = MARKS[slug].command(appointment=visit, by=author(request), now=timezone.now())
        told, done = f"Visit {visit.reference} is now {state_word(visit)}.", True
    except REFUSALS as refusal:
        told = in_words(refusal)
    if request.htmx:  # type: ignore[attr-defined] # given by its middleware
        answer = _panel(request, visit_on_board(pk), told=told, done=done)
        answer["HX-Trigger"] = "diary-changed"
        return answer
    messages.add_message(request, messages.SUCCESS if done else messages.ERROR, told)
    return HttpResponseRedirect(board_with(visit))


def visit_on_board(pk: int) -> Appointment:
    visit = Appointment.objects.with_everybody().select_related("screening").filter(pk=pk).first()
    if visit is None:
        raise Http404
    return visit


def board_with(visit: Appointment) -> str:
    """The board on the visit's day, at the visit."""
    day = local_day(visit.starts_at, clinic_zone())
    return f"{reverse('diary:board')}?day={day.isoformat()}#v{visit.pk}"


def _panel(
    request: HttpRequest, visit: Appointment, *, told: str = "", done: bool = True
) -> HttpResponse:
    may_run = request.user.has_perm(RUN_THE_DAY)
    is_visit = visit.state != State.HELD
    context: dict[str, Any] = {
        "title": f"Visit {visit.reference}",
        "visit": visit,
        "who": who_is_expected(visit),
        "phone": phone_of(visit),
        "state": state_tag(visit),
        "safety": safety_of(visit),
        "about": visit.about if may_read_about(request.user) else "",
        "closures": list(closures_over(visit)) if visit.state in STANDING_STATES else [],
        "marks": marks_offered(visit, now=timezone.now()) if may_run else [],
        "may_cancel": may_run and may_be_cancelled(visit),
        "may_move": may_run and visit.state in MOVABLE_STATES,
        "events": history_of(visit)[-4:] if is_visit else [],
        "letters": letters_of(visit) if is_visit else [],
        "board": board_with(visit),
        "told": told,
        "done": done,
    }
    if request.htmx:  # type: ignore[attr-defined]
        return TemplateResponse(request, "admin/diary/_visit.html", context)
    context |= page_context(request)
    return TemplateResponse(request, "admin/diary/visit.html", context)


def safety_of(visit: Appointment) -> str:
    """What the desk may know of the safety questions: the outcome and the decision alone."""
    answers = visit.screening
    if answers is None:
        return "Not asked online"
    decision = f", {answers.get_decision_display().lower()}" if answers.decision else ""
    return f"{answers.get_outcome_display()}{decision}"
