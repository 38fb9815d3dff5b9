"""From a held time to a booked visit: details, check, done."""

from __future__ import annotations

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from booking import scheduling
from booking.forms import DetailsForm, TreatmentInformationForm
from booking.models import Appointment, ScreeningAnswers
from booking.views import journey, kept_time
from booking.views.answers import busy, no_hold, please_phone, see_other
from booking.views.safety import answers_given, must_answer
from booking.views.visitor_rights import shows_another
from content.models import Clinic

NOT_BOOKED = (
    *(scheduling.SlotTaken, scheduling.HoldGone, scheduling.DiaryBusy),
    *(scheduling.PleasePhone, scheduling.AnswersGone),
)

# Some times what a field takes, so that too long a text can be shortened; sessions are no store.
KEPT_AT_MOST = 5_000

ANOTHER_TIME = "You chose another time meanwhile. Please check it."


@require_http_methods(["GET", "HEAD", "POST"])
def details(request: HttpRequest) -> HttpResponse:
    hold = journey.current_hold(request)
    if request.method == "POST":
        return _keep_details(request, hold)
    if hold is None:
        return no_hold(request)
    return _details_page(request, hold)


def _details_page(request: HttpRequest, hold: Appointment, longer: str = "") -> HttpResponse:
    """With what was typed before, unjudged."""
    version = journey.privacy_notice_version()
    form = DetailsForm(initial=journey.first_answers(request), version=version)
    context = {"form": form, "hold": hold, "longer": longer}
    return render(request, "booking/details.html", context)


def _keep_details(request: HttpRequest, hold: Appointment | None) -> HttpResponse:
    """What was typed is kept before anything else, valid or not, held or not."""
    form = DetailsForm(request.POST, version=journey.privacy_notice_version())
    typed = {name: request.POST.get(name, "").replace("\x00", "") for name in form.fields}
    kept = {name: value[:KEPT_AT_MOST] for name, value in typed.items()}
    journey.remember_typed(request, kept)
    if answer := kept_time.answer_to(request, hold, show=partial(_details_page, request)):
        return answer
    if hold is None:
        return no_hold(request)
    if not form.is_valid():
        context = {"form": form, "hold": hold}
        return render(request, "booking/details.html", context, status=400)
    return see_other("safety_questions" if must_answer(request, hold) else "check")


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    hold = journey.current_hold(request)
    if request.method == "POST":
        return _answer_check(request)
    if hold is None:
        return no_hold(request)
    form = journey.details_form(request)
    if not form.is_valid():
        return see_other("details")
    if must_answer(request, hold):
        return see_other("safety_questions")
    information = TreatmentInformationForm(version=_information_version())
    return _check_page(request, hold, information)


def _check_page(
    request: HttpRequest,
    hold: Appointment,
    information: TreatmentInformationForm,
    *,
    problem: str = "",
    longer: str = "",
    status: int = 200,
) -> HttpResponse:
    """All that was told, and what the answers to the safety questions mean for the visit."""
    form = journey.details_form(request)
    context = {
        "hold": hold,
        "answers": form.answers if form.is_valid() else [],
        "safety": answers_given(request, hold),
        "information": information,
        "problem": problem,
        "longer": longer,
    }
    return render(request, "booking/check.html", context, status=status)


def _information_version() -> str:
    """Of what the clinic tells about the treatment, today."""
    return Clinic.objects.get().treatment_information_version


def _information_as_left(request: HttpRequest) -> TreatmentInformationForm:
    """Unjudged; ticked if it was, under what the clinic tells today."""
    version = _information_version()
    of_today = request.POST.get("treatment_information") == version
    read = of_today and "treatment_read" in request.POST
    return TreatmentInformationForm(version=version, read=read)


def _answer_check(request: HttpRequest) -> HttpResponse:
    """What follows a button of the page, if the page showed what the session points to: in another
    tab the visitor may have chosen another time since."""
    pointed_at = journey.pointed_at(request)
    form = journey.details_form(request)
    if pointed_at is None or not form.is_valid():
        return no_hold(request) if pointed_at is None else see_other("details")
    answers = answers_given(request, pointed_at)
    if pointed_at.service.asks_safety_questions and answers is None:
        return see_other("safety_questions")
    if shows_another(request, pointed_at):
        return _check_again(request)
    hold = journey.current_hold(request)
    if answer := kept_time.answer_to(request, hold, show=partial(_as_left, request)):
        return answer
    return _book(request, pointed_at, form, answers)


def _book(
    request: HttpRequest,
    shown: Appointment,
    form: DetailsForm,
    answers: ScreeningAnswers | None,
) -> HttpResponse:
    """Book what was shown; sent twice, the second answer is that of the first."""
    asks = shown.service.asks_safety_questions
    information = TreatmentInformationForm(request.POST, version=_information_version())
    if asks and not information.is_valid():
        hold = journey.current_hold(request)
        return _check_page(request, hold, information, status=400) if hold else no_hold(request)
    try:
        visit = scheduling.book(
            appointment=shown,
            visitor=journey.visitor_key(request),
            details=_all_told(form, information if asks else None, answers),
            now=timezone.now(),
        )
    except NOT_BOOKED as refusal:
        return _refused(request, refusal)
    journey.finish(request, visit, form.person)
    return see_other("done")


def _check_again(request: HttpRequest) -> HttpResponse:
    """The page with the time that is held now; whoever sends no form is shown it too."""
    hold = journey.current_hold(request)
    if hold is None:
        return no_hold(request)
    information = _information_as_left(request)
    return _check_page(request, hold, information, problem=ANOTHER_TIME, status=409)


def _as_left(request: HttpRequest, hold: Appointment, longer: str) -> HttpResponse:
    return _check_page(request, hold, _information_as_left(request), longer=longer)


def _refused(request: HttpRequest, refusal: Exception) -> HttpResponse:
    if isinstance(refusal, scheduling.DiaryBusy):
        return busy(request)
    if isinstance(refusal, scheduling.PleasePhone):
        return please_phone(request, journey.current_hold(request))
    if isinstance(refusal, scheduling.AnswersGone):
        return see_other("check")  # which shows what holds now, or asks again
    return no_hold(request, give_up=True)


def _all_told(
    form: DetailsForm,
    information: TreatmentInformationForm | None,
    answers: ScreeningAnswers | None,
) -> scheduling.Details:
    read = information.cleaned_data["treatment_information"] if information else ""
    return scheduling.Details(
        person=form.person,
        about=form.cleaned_data["about"],
        privacy_notice=form.cleaned_data["privacy_notice"],
        treatment_information=read,
        answers=answers,
    )


@require_safe
def done(request: HttpRequest) -> HttpResponse:
    booked = journey.booked(request)
    if booked is None:
        return see_other("book")
    context = {"appointment": booked.visit, "name": booked.name, "email": booked.email}
    return render(request, "booking/done.html", context)
