"""Sessions that the clinic proposed: the patient looks at all of them and says yes or no."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from booking import scheduling
from booking.models import Appointment, Course, State
from booking.views.answers import busy, see_other
from booking.views.visitor_rights import linked_course, name_of, no_link, shows_another

YES, NO = "yes", "no"
CANNOT_BE_BOOKED = (
    "You have another visit at one of these times, or we are closed then, so we could not book "
    "them all. Nothing has changed. Please call us."
)
OPENED_ANOTHER = "You opened other proposed sessions meanwhile: these. Nothing was changed."
NOT_READ = "We could not read your answer. Please choose one of the two buttons."


@require_http_methods(["GET", "HEAD", "POST"])
def course(request: HttpRequest) -> HttpResponse:
    proposed = linked_course(request)
    if proposed is None:
        return no_link(request)
    if shows_another(request, proposed):
        return _page(request, proposed, problem=OPENED_ANOTHER, status=409)
    if request.method == "POST":
        return _answer(request, proposed)
    return _page(request, proposed)


def _answer(request: HttpRequest, proposed: Course) -> HttpResponse:
    """Sent twice, the second answer is that of the first."""
    wish, now = request.POST.get("answer"), timezone.now()
    try:
        if wish == YES:
            scheduling.accept_course(course=proposed, by=None, now=now)
        elif wish == NO:
            scheduling.decline_course(course=proposed, by=None, now=now)
        else:
            return _page(request, proposed, problem=NOT_READ, status=400)
    except scheduling.SlotTaken:
        return _page(request, proposed, problem=CANNOT_BE_BOOKED, status=409)
    except scheduling.DiaryBusy:
        return busy(request)
    return see_other("course")


def _page(
    request: HttpRequest, proposed: Course, *, problem: str = "", status: int = 200
) -> HttpResponse:
    visits = list(
        Appointment.objects.with_everybody().filter(course=proposed).order_by("starts_at")
    )
    is_open = proposed.answer == Course.Answer.OPEN and timezone.now() < proposed.answer_by
    context = {
        "course": proposed,
        "shown": name_of(proposed),
        "patient": proposed.patient,
        "is_for_another": proposed.patient.responsible_adult_id is not None,
        "visits": visits,
        "is_open": is_open and len(visits) == proposed.sessions,
        "to_review": any(visit.state == State.NEEDS_REVIEW for visit in visits),
        "email": proposed.patient.correspondent.email,
        "problem": problem,
    }
    return render(request, "booking/course.html", context, status=status)
