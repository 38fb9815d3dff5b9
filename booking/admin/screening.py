"""The answers to the safety questions: who may read them, that they were read, and the decision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from booking import answers_on_file, scheduling
from booking.admin.marks import REFUSALS, in_words
from booking.admin.rights import may_decide, may_read_answers
from booking.admin.wording import ZONE, page_of, short_time, who_comes
from booking.answers_on_file import GivenAnswer
from booking.course_plan import in_review_with
from booking.forms import one_line
from booking.models import Appointment, ScreeningAnswers, ScreeningReading, State
from booking.screening import Answer, Verdict
from booking.sealing import CannotOpen
from content.models import SafetyRule

TEMPLATE = "admin/booking/appointment/answers.html"

IN_WORDS = {Answer.YES.value: "Yes", Answer.NO.value: "No", Answer.UNSURE.value: "I’m not sure"}
LEADS_TO = {
    Verdict.CLEAR: "Nothing to look at",
    Verdict.REVIEW: "A clinician looks first",
    Verdict.CALL_FIRST: "Call first",
}
DECIDED = {
    "approve": "Approved: visit {} is booked.",
    "ask": "Visit {} still waits for review. The patient is asked to phone, if there is an e-mail "
    "address.",
    "decline": "Declined: visit {} will not take place. The patient is asked to phone, if there "
    "is an e-mail address.",
}


class DecisionForm(forms.Form):
    """Only declining wants a reason."""

    decision = forms.ChoiceField(choices=[(each, each) for each in DECIDED])
    reason = forms.CharField(
        label="Reason, when you decline",
        max_length=200,
        required=False,
        validators=[one_line],
        help_text="Stands in the visit’s history, which the front desk reads too: repeat nothing "
        "of the answers. The patient does not read it.",
        widget=forms.TextInput(attrs={"size": "60", "autocomplete": "off"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("decision") == "decline" and cleaned.get("reason") == "":
            self.add_error("reason", "Give a reason to decline.")
        return cleaned


@dataclass(frozen=True)
class ReadAnswer:
    """An answer in words, and what the rule tells clinicians about it today."""

    given: GivenAnswer
    advice: str

    @property
    def answer(self) -> str:
        return IN_WORDS.get(self.given.answer, "Not answered")

    @property
    def leads_to(self) -> str:
        return LEADS_TO[self.given.verdict]

    @property
    def group(self) -> str:
        return dict(SafetyRule.Group.choices).get(self.given.group, self.given.group)


def safety_fact(visit: Appointment) -> tuple[str, str] | None:
    """What everybody who sees the visit may know: the outcome and the decision, never an answer."""
    if visit.screening_id is None:
        came_to_nothing = visit.state in {State.HELD, State.LAPSED}
        if came_to_nothing or not visit.service.asks_safety_questions:
            return None
        return ("Safety", "Not asked: no answers are on file")
    row = ScreeningAnswers.objects.select_related("decided_by").defer("sealed_answers")
    return ("Safety", _outcome(row.get(pk=visit.screening_id)))


def _outcome(row: ScreeningAnswers) -> str:
    if row.decided_by and row.decided_at:
        by = row.decided_by.get_full_name() or row.decided_by.get_username()
        return (
            f"{row.get_outcome_display()}. {row.get_decision_display()} by {by} "
            f"on {short_time(row.decided_at)} ({ZONE})"
        )
    return row.get_outcome_display()


def has_answers_page(visit: Appointment) -> bool:
    return visit.screening_id is not None or visit.state == State.NEEDS_REVIEW


def expect_reader(
    user: User | AnonymousUser, visit: Appointment, *, deciding: bool = False
) -> User:
    """Raise PermissionDenied unless the user may read this patient's answers, or decide too."""
    allowed = may_decide(user, visit) if deciding else may_read_answers(user, visit)
    if not isinstance(user, User) or not allowed:
        raise PermissionDenied
    return user


@sensitive_variables("answers")
def answers_page(
    request: HttpRequest,
    visit: Appointment,
    context: dict[str, Any],
    *,
    form: DecisionForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """Questions and answers in words. Whoever opens the page is noted before they see it."""
    reader = expect_reader(request.user, visit)
    row, now = visit.screening, timezone.now()
    before = _readings(row)
    answers = _read(row)
    if row and answers and request.method != "HEAD":
        ScreeningReading.objects.create(answers=row, user=reader, at=now)
    shown = context | {
        "title": f"Answers to the safety questions, visit {visit.reference}",
        "visit": visit,
        "who": who_comes(visit.patient),
        "row": row,
        "outcome": _outcome(row) if row else "",
        "to_look_at": [each for each in answers or [] if each.given.verdict != Verdict.CLEAR],
        "answers": answers,
        "cannot_open": row is not None and answers is None,
        "readings": before,
        "may_decide": visit.state == State.NEEDS_REVIEW and may_decide(reader, visit),
        "form": form or DecisionForm(),
        "sessions": in_review_with(visit).select_related("practitioner"),
    }
    return TemplateResponse(request, TEMPLATE, shown, status=status)


def _read(row: ScreeningAnswers | None) -> list[ReadAnswer] | None:
    """The answers with today's advice; None if the keys of this installation do not open them."""
    if row is None:
        return []
    try:
        given = answers_on_file.opened(row)
    except CannotOpen:
        return None
    rules = SafetyRule.objects.filter(key__in=[each.key for each in given])
    advice = dict(rules.values_list("key", "clinician_wording"))
    return [ReadAnswer(each, advice.get(each.key, "")) for each in given]


def _readings(row: ScreeningAnswers | None) -> list[tuple[str, str]]:
    """Who read these answers before, and when; the latest first."""
    if row is None:
        return []
    readings = row.readings.select_related("user").order_by("-at", "-pk")
    return [
        (each.user.get_full_name() or each.user.get_username(), short_time(each.at))
        for each in readings
    ]


def decide(request: HttpRequest, visit: Appointment, context: dict[str, Any]) -> HttpResponse:
    """Approve, ask to phone, or decline with a reason."""
    by = expect_reader(request.user, visit, deciding=True)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return answers_page(request, visit, context, form=form, status=400)
    chosen = form.cleaned_data["decision"]
    try:
        _command(visit, chosen, by=by, reason=form.cleaned_data["reason"], now=timezone.now())
    except REFUSALS as refusal:
        messages.error(request, in_words(refusal))
    else:
        messages.success(request, DECIDED[chosen].format(visit.reference))
    return HttpResponseRedirect(page_of(visit))


def _command(visit: Appointment, chosen: str, *, by: User, reason: str, now: datetime) -> None:
    match chosen:
        case "approve":
            scheduling.approve(appointment=visit, by=by, now=now)
        case "ask":
            scheduling.ask_to_phone(appointment=visit, by=by, now=now)
        case "decline":
            scheduling.decline(appointment=visit, by=by, now=now, reason=reason)
