"""The safety questions of the booking, and what to do first when an answer asks for it.

What somebody ticked is in their own request and in a sealed row, and nowhere else.
"""

from __future__ import annotations

from functools import partial
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from booking import answers_on_file, scheduling
from booking.forms import SafetyForm
from booking.models import Appointment, ScreeningAnswers
from booking.sealing import CannotOpen
from booking.views import journey, kept_time
from booking.views.answers import busy, no_hold, see_other

BACK = "back"
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
    if answer := _other_button(request, hold, form):
        return answer
    if not form.is_valid():
        return _unfinished(request, hold, form)
    kept = answers_on_file.keep(asked, form.answers, now=timezone.now())
    journey.remember_answers(request, kept)
    if hold is None:
        return no_hold(request)
    return see_other("call_first" if kept.outcome == CALL_FIRST else "check")


@sensitive_variables("form")
def _unfinished(request: HttpRequest, hold: Appointment | None, form: SafetyForm) -> HttpResponse:
    """What is wrong, beside its question; who lost the time meanwhile finds the ticks later."""
    if hold:
        return _show(request, hold, form, status=400)
    _keep_begun(request, hold, form)
    return no_hold(request)


@sensitive_variables("form", "as_left")
def _other_button(
    request: HttpRequest, hold: Appointment | None, form: SafetyForm
) -> HttpResponse | None:
    """What follows any button but Continue; who comes to another page finds the ticks later."""
    as_left = partial(_as_left, request, form)
    back = see_other("details") if BACK in request.POST else None
    answer = back or kept_time.answer_to(request, hold, show=as_left)
    if answer and answer.status_code != HTTPStatus.OK:
        _keep_begun(request, hold, form)
    return answer


@sensitive_variables("form", "fresh")
def _as_left(
    request: HttpRequest, form: SafetyForm, hold: Appointment, longer: str
) -> HttpResponse:
    """This very page again: what is ticked so far comes back as it was, unjudged."""
    fresh = SafetyForm(questions=answers_on_file.questions(), given=form.ticked)
    return _show(request, hold, fresh, longer=longer)


@sensitive_variables("form", "known", "begun")
def _keep_begun(request: HttpRequest, hold: Appointment | None, form: SafetyForm) -> None:
    """What is ticked so far, sealed like finished answers, for whoever leaves the page.

    Answers changed here count as begun: they are asked for again before anything is booked.
    """
    known = _known(request, hold)
    begun = known | form.ticked
    if begun != known:
        row = answers_on_file.keep(answers_on_file.questions(), begun, now=timezone.now())
        journey.remember_answers(request, row, only_begun=True)


def _form(request: HttpRequest, hold: Appointment) -> SafetyForm:
    """Empty, or with what this visitor answered a moment ago and wants to change."""
    return SafetyForm(questions=answers_on_file.questions(), given=_known(request, hold))


@sensitive_variables("given")
def _known(request: HttpRequest, visit: Appointment | None) -> dict[str, str]:
    """What was answered before in this journey, finished or not, by the questions' keys."""
    row = journey.begun_answers(request, visit=visit, now=timezone.now())
    try:
        given = answers_on_file.opened(row) if row else []
    except CannotOpen:
        return {}
    return {each.key: each.answer for each in given if each.answer}


def _show(
    request: HttpRequest,
    hold: Appointment,
    form: SafetyForm,
    *,
    longer: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {"form": form, "hold": hold, "longer": longer}
    return render(request, "booking/safety.html", context, status=status)


def _elsewhere(request: HttpRequest, hold: Appointment) -> HttpResponse | None:
    """Where to go instead: the service asks nothing, or it is not known yet who comes."""
    if not journey.details_form(request).is_valid():
        return see_other("details")
    if not hold.service.asks_safety_questions:
        return see_other("check")
    return None


@require_http_methods(["GET", "HEAD", "POST"])
def call_first(request: HttpRequest) -> HttpResponse:
    """What to do first, said at once; the time can be kept, kept longer or given back."""
    if request.method == "POST" and kept_time.EXTEND not in request.POST:
        return _give_back(request)
    hold = journey.current_hold(request)
    if hold is None:
        return no_hold(request)
    answers = answers_given(request, hold)
    if answers is None or answers.outcome != CALL_FIRST:
        return see_other("safety_questions")
    page = partial(_advice_page, request, answers)
    return kept_time.extend(request, hold, page) if request.method == "POST" else page(hold)


def _advice_page(
    request: HttpRequest, answers: ScreeningAnswers, hold: Appointment, longer: str = ""
) -> HttpResponse:
    advice = answers_on_file.advice_on(answers)
    context = {"hold": hold, "advice": advice, "longer": longer}
    return render(request, "booking/safety_call_first.html", context)


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
