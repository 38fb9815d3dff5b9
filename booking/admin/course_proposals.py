"""Proposing a course: a wish, a preview of every date with what stands in its way, one button."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.admin.helpers import AdminForm
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from booking import scheduling
from booking.admin.course_forms import LEAVE_OUT, CourseForm, key_of, name_of, read_sessions
from booking.admin.open_times import in_words
from booking.admin.wording import page_of, who_comes
from booking.course_plan import FEWEST, Planned, Session, checked, plan
from booking.models import Course, Patient
from clinic_site.local_time import full_time

CHANGED = "Nothing is proposed yet: a time has been taken meanwhile. Look at the sessions again."
BUSY = "Others are changing the diary at this moment. Nothing is proposed yet: try again."
UNREADABLE = "A session could not be read. Choose from the list below."


@dataclass(frozen=True)
class Row:
    """A session of the preview: what stands in its way, and what can be chosen."""

    number: int
    start: datetime
    conflict: str
    options: list[tuple[str, str]]

    @property
    def name(self) -> str:
        return name_of(self.number)


@require_http_methods(["GET", "HEAD", "POST"])
def proposal_page(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    user = request.user
    if not isinstance(user, User) or not user.has_perm("booking.add_course"):
        raise PermissionDenied
    pk = _number(request.GET.get("patient", ""))
    patient = get_object_or_404(Patient, pk=pk, merged_into=None)
    is_asked = "sessions" in request.GET
    form = CourseForm(request.GET if is_asked else None, initial=_filled_in(request, user))
    context |= {"patient": patient, "who": who_comes(patient), "form": form}
    if not is_asked:
        return _page(request, context, status=200)
    if not form.is_valid():
        return _page(request, context, status=400)
    if request.method == "POST":
        return _propose(request, context, form, patient, by=user)
    planned = plan(form.wish, patient=patient, now=timezone.now())
    return _page(request, context | {"rows": _rows(planned)}, status=200)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


def _filled_in(request: HttpRequest, user: User) -> dict[str, Any]:
    """What the address says already; practitioners mostly propose their own sessions."""
    known = {name: request.GET[name] for name in CourseForm.base_fields if name in request.GET}
    own = getattr(user, "practitioner", None)
    return {"practitioner": own.pk} | known if own else known


def _propose(
    request: HttpRequest, context: dict[str, Any], form: CourseForm, patient: Patient, *, by: User
) -> HttpResponse:
    now = timezone.now()
    sessions = read_sessions(request.POST.dict())
    if sessions is None:
        planned = plan(form.wish, patient=patient, now=now)
        context |= {"rows": _rows(planned), "problem": UNREADABLE}
        return _page(request, context, status=400)
    outcome = _attempt(form, patient, sessions, by=by, now=now)
    if isinstance(outcome, Course):
        messages.success(request, _told(outcome))
        return HttpResponseRedirect(page_of(outcome))
    problem, status = outcome
    wish = form.wish
    if len(sessions) < FEWEST:
        planned = plan(wish, patient=patient, now=now)
    else:
        planned = checked(sessions, wish.service, wish.gap_days, patient=patient, now=now)
    return _page(request, context | {"rows": _rows(planned), "problem": problem}, status=status)


def _attempt(
    form: CourseForm, patient: Patient, sessions: Sequence[Session], *, by: User, now: datetime
) -> Course | tuple[str, int]:
    """The course; or why there is none, with the status of the answer."""
    wish = form.wish
    try:
        return scheduling.propose(
            patient=patient,
            service=wish.service,
            sessions=sessions,
            minimum_gap_days=wish.gap_days,
            by=by,
            now=now,
        )
    except scheduling.NotACourse as refusal:
        return f"Nothing is proposed yet. {refusal}", 400
    except (scheduling.NotOffered, scheduling.SlotTaken):
        return CHANGED, 409
    except scheduling.DiaryBusy:
        return BUSY, 409


def _told(course: Course) -> str:
    email = course.patient.correspondent.email
    until = full_time(course.answer_by)
    if not email:
        return f"The places are kept until {until}. There is no e-mail address: phone the patient."
    return f"A letter goes to {email}. The places are kept until {until}."


def _rows(planned: Sequence[Planned]) -> list[Row]:
    return [_row(number, each) for number, each in enumerate(planned, start=1)]


def _row(number: int, planned: Planned) -> Row:
    offered = (planned.session,) if planned.is_open else planned.alternatives
    options = [(key_of(each), _in_full(each)) for each in offered]
    return Row(
        number=number,
        start=planned.session.start,
        conflict=_conflict(planned),
        options=[*options, (LEAVE_OUT, "Leave this session out")],
    )


def _conflict(planned: Planned) -> str:
    if planned.why_not:
        return in_words(planned.why_not)
    if planned.own_visit:
        return f"the patient has another visit then ({planned.own_visit.reference})"
    return ""


def _in_full(session: Session) -> str:
    return f"{full_time(session.start)}, with {session.practitioner} at {session.location}"


def _page(request: HttpRequest, context: dict[str, Any], *, status: int) -> HttpResponse:
    form: forms.Form = context["form"]
    fields = [name for name in form.fields if name != "patient"]
    shown = context | {
        "title": "Propose a course",
        "fieldset": AdminForm(
            cast("forms.ModelForm[Any]", form), [("The course", {"fields": fields})], {}
        ),
        "conflicts": sum(1 for row in context.get("rows", []) if row.conflict),
    }
    template = "admin/booking/course/propose.html"
    return TemplateResponse(request, template, shown, status=status)
