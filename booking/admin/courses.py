"""Courses in admin: what was proposed to whom, what they answered, and proposing one."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST, require_safe

from booking import scheduling
from booking.admin.course_proposals import proposal_page
from booking.admin.foundation import ReadOnlyAdmin
from booking.admin.wording import in_zone, link_to, short_time, state_tag, who_comes
from booking.models import Appointment, Course

COMMANDS = {"accept": scheduling.accept_course, "decline": scheduling.decline_course}
CANNOT_BE_BOOKED = (
    "Nothing was changed: the patient has another visit at one of these times, or the clinic is "
    "closed then."
)
BUSY = "Others are changing the diary at this moment. Nothing was changed: try again."


def sessions_of(course: Course) -> list[tuple[str, ...]]:
    """When, with whom, where, state: a row for each session that is kept or booked."""
    visits = Appointment.objects.with_everybody().filter(course=course).order_by("starts_at")
    return [
        (
            link_to(visit, short_time(visit.starts_at)),
            visit.practitioner.name,
            f"{visit.room.name}, {visit.location.name}",
            state_tag(visit),
        )
        for visit in visits
    ]


@admin.register(Course)
class CourseAdmin(ReadOnlyAdmin):
    list_display = ("proposed", "to", "sessions", "service", "practitioner", "answer", "until")
    list_filter = ("answer", "practitioner", "location")
    list_select_related = ("patient__responsible_adult", "service", "practitioner")
    search_fields = ("patient__name", "patient__responsible_adult__name")
    search_help_text = "Name of the patient or of their adult."
    ordering = ("-proposed_at", "-pk")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("propose/", view(self.propose_view), name="booking_course_propose"),
            path(
                "<int:pk>/answer/<slug:slug>/",
                view(self.answer_view),
                name="booking_course_answer",
            ),
            *super().get_urls(),
        ]

    def propose_view(self, request: HttpRequest) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "opts": self.opts}
        return proposal_page(request, context)

    @method_decorator(require_safe)
    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The course: its sessions, the answer, and buttons for what the patient says by phone."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        course = self.get_object(request, unquote(object_id))
        if course is None:
            return self._get_obj_does_not_exist_redirect(  # type: ignore[attr-defined,no-any-return]
                request, self.opts, object_id
            )
        context = {
            **self.admin_site.each_context(request),
            "title": str(course),
            "opts": self.opts,
            "course": course,
            "facts": self._facts(request, course),
            "sessions": sessions_of(course),
            "may_answer": course.answer == Course.Answer.OPEN and _may_answer(request),
            "letters": course.messages.order_by("created_at", "pk"),
        }
        return TemplateResponse(request, "admin/booking/course/course.html", context)

    def _facts(self, request: HttpRequest, course: Course) -> list[tuple[str, str]]:
        who = who_comes(course.patient)
        may_open = request.user.has_perm("booking.view_patient")
        facts = [
            ("Patient", link_to(course.patient, who) if may_open else who),
            ("Service", course.service.name),
            ("Apart, at least", f"{course.minimum_gap_days} days"),
            ("Proposed", f"{short_time(course.proposed_at)}, by {_name(course.proposed_by)}"),
            ("Answer", course.get_answer_display()),
        ]
        if course.answered_at:
            return [*facts, ("Answered", short_time(course.answered_at))]
        return [*facts, ("Kept until", short_time(course.answer_by))]

    @method_decorator(require_POST)
    def answer_view(self, request: HttpRequest, pk: int, slug: str) -> HttpResponse:
        user = request.user
        if not isinstance(user, User) or not _may_answer(request):
            raise PermissionDenied
        course = Course.objects.filter(pk=pk).first()
        if course is None or slug not in COMMANDS:
            raise Http404
        try:
            answered = COMMANDS[slug](course=course, by=user, now=timezone.now())
        except scheduling.SlotTaken:
            messages.error(request, CANNOT_BE_BOOKED)
        except scheduling.DiaryBusy:
            messages.error(request, BUSY)
        else:
            messages.success(request, f"The answer is now “{answered.get_answer_display()}”.")
        return HttpResponseRedirect(f"../../../{pk}/change/")

    def history_view(
        self,
        request: HttpRequest,
        object_id: str,
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The sessions have their histories; Django's own log knows nothing of a course."""
        return HttpResponseRedirect("../change/")

    @admin.display(description=in_zone("Proposed"), ordering="proposed_at")
    def proposed(self, course: Course) -> str:
        return short_time(course.proposed_at)

    @admin.display(description="To", ordering="patient__name")
    def to(self, course: Course) -> str:
        return who_comes(course.patient)

    @admin.display(description=in_zone("Kept until"), ordering="answer_by")
    def until(self, course: Course) -> str:
        return short_time(course.answer_by) if course.answer == Course.Answer.OPEN else "–"


def _may_answer(request: HttpRequest) -> bool:
    return request.user.has_perm("booking.change_course")


def _name(user: User) -> str:
    return user.get_full_name() or user.get_username()
