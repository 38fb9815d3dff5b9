"""The safety questions of the booking, and what to do first when an answer asks for it.

What somebody ticked is in their own request and in a sealed row, and nowhere else.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from booking import answers_on_file, scheduling
from booking.forms import DetailsForm, SafetyForm
from booking.models import Appointment, ScreeningAnswers
from booking.sealing import CannotOpen
from booking.views import journey
from booking.views.answers import busy, no_hold, see_other

EXTEND = "extend"
CALL_FIRST = ScreeningAnswers.Outcome.CALL_FIRST


def answers_given(request: HttpRequest, visit: Appointment) -> ScreeningAnswers | None:
    """The sealed answers of this journey, if the visit's service asks for any."""
    if not visit.service.asks_safety_questions:
        return None
    return journey.safety_answers(request, visit=visit, now=timezone.now())


def must_answer(request: HttpRequest, visit: Appointment) -> bool:
    """Whether the safety questions have still to be asked."""
    return visit.service.asks_safety_questions and answers_given(request, visit) is None


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def safety(request: HttpRequest) -> HttpResponse:
    hold = journey.current_hold(request)
    if request.method == "POST" and journey.wanted(request):
        return _keep_answers(request, hold)
    if hold is None:
        return no_hold(request)
    return _elsewhere(request, hold) or _show(request, hold, _form(request, hold))


@sensitive_variables("form")
def _keep_answers(request: HttpRequest, hold: Appointment | None) -> HttpResponse:
    """Valid answers are sealed before anything else, whether the time is still held or not."""
    if hold and (way := _elsewhere(request, hold)):
        return way
    asked = answers_on_file.questions()
    form = SafetyForm(request.POST, questions=asked, given={})
    if EXTEND in request.POST and hold:
        return _extend(request, hold, form)
    if not form.is_valid():
        return _show(request, hold, form, status=400) if hold else no_hold(request)
    kept = answers_on_file.keep(asked, form.answers, now=timezone.now())
    journey.remember_answers(request, kept)
    if hold is None:
        return no_hold(request)
    return see_other("call_first" if kept.outcome == CALL_FIRST else "check")


def _extend(request: HttpRequest, hold: Appointment, form: SafetyForm) -> HttpResponse:
    """Ten more minutes on this very page: what is ticked so far comes back as it was."""
    now = timezone.now()
    try:
        hold = scheduling.extend(appointment=hold, visitor=journey.visitor_key(request), now=now)
    except scheduling.HoldGone:
        return no_hold(request)
    except scheduling.DiaryBusy:
        return busy(request)
    given = {
        question.key: form.data.get(form[name].html_name, "") for question, name in form.asked()
    }
    fresh = SafetyForm(questions=answers_on_file.questions(), given=given)
    return _show(request, hold, fresh, extended=True)


def _form(request: HttpRequest, hold: Appointment) -> SafetyForm:
    """Empty, or with what this visitor answered a moment ago and wants to change."""
    given = {}
    if row := answers_given(request, hold):
        try:
            given = {each.key: each.answer for each in answers_on_file.opened(row)}
        except CannotOpen:
            given = {}
    return SafetyForm(questions=answers_on_file.questions(), given=given)


def _show(
    request: HttpRequest,
    hold: Appointment,
    form: SafetyForm,
    *,
    extended: bool = False,
    status: int = 200,
) -> HttpResponse:
    context = {"form": form, "hold": hold, "extended": extended}
    return render(request, "booking/safety.html", context, status=status)


def _elsewhere(request: HttpRequest, hold: Appointment) -> HttpResponse | None:
    """Where to go instead: the service asks nothing, or it is not known yet who comes."""
    if not DetailsForm(journey.typed(request) or {}).is_valid():
        return see_other("details")
    if not hold.service.asks_safety_questions:
        return see_other("check")
    return None


@require_http_methods(["GET", "HEAD", "POST"])
def call_first(request: HttpRequest) -> HttpResponse:
    """What to do first, said at once; the time can be kept or given back."""
    if request.method == "POST":
        return _give_back(request)
    hold = journey.current_hold(request)
    if hold is None:
        return no_hold(request)
    answers = answers_given(request, hold)
    if answers is None or answers.outcome != CALL_FIRST:
        return see_other("safety_questions")
    advice = answers_on_file.advice_on(answers)
    return render(request, "booking/safety_call_first.html", {"hold": hold, "advice": advice})


def _give_back(request: HttpRequest) -> HttpResponse:
    try:
        scheduling.release(visitor=journey.visitor_key(request), now=timezone.now())
    except scheduling.DiaryBusy:
        return busy(request)
    journey.forget_hold(request)
    return see_other("given_back")


@require_safe
def given_back(request: HttpRequest) -> HttpResponse:
    return render(request, "booking/safety_given_back.html")
