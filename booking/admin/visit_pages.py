"""The pages of one visit: its facts, buttons, history and letters; and cancelling it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from booking import scheduling
from booking.admin.forms import CancelForm
from booking.admin.foundation import ReadOnlyAdmin, author
from booking.admin.links import change_links, links_in_words, may_send
from booking.admin.marks import MARKS, REFUSALS, in_words, marks_offered, may_be_cancelled
from booking.admin.rights import READ, may_read_answers
from booking.admin.screening import (
    answers_page,
    decide,
    has_answers_page,
)
from booking.admin.screening_consent import change_consent, consent_offered, consent_sheet
from booking.admin.visit_facts import facts_of, history_of, letters_of
from booking.admin.wording import page_of, phone_of, state_tag, who_comes
from booking.models import MOVABLE_STATES, Appointment

RUN_THE_DAY = "booking.run_the_day"
BACK_TO_LIST = "list"


class VisitPages(ReadOnlyAdmin):
    def get_urls(self) -> list[URLPattern]:
        def page(route: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
            return path(route, self.admin_site.admin_view(view), name=f"booking_appointment_{name}")

        return [
            page("<int:pk>/mark/<slug:slug>/", self.mark_view, "mark"),
            page("<int:pk>/cancel/", self.cancel_view, "cancel"),
            page("<int:pk>/links/", self.links_view, "links"),
            page("<int:pk>/answers/", self.answers_view, "answers"),
            page("<int:pk>/decide/", self.decide_view, "decide"),
            page("<int:pk>/consent/", self.consent_view, "consent"),
            page("<int:pk>/consent-sheet/", self.consent_sheet_view, "consent_sheet"),
            *super().get_urls(),
        ]

    @method_decorator(require_safe)
    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The visit: facts, buttons, history, letters. There is no form to change it by."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = self.get_object(request, unquote(object_id))
        visit = found and Appointment.objects.with_everybody().filter(pk=found.pk).first()
        if visit is None:
            return self._get_obj_does_not_exist_redirect(  # type: ignore[attr-defined,no-any-return]
                request, self.opts, object_id
            )
        return self._visit_page(request, visit, may_run=request.user.has_perm(RUN_THE_DAY))

    def _visit_page(
        self, request: HttpRequest, visit: Appointment, *, may_run: bool
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": f"Visit {visit.reference}",
            "opts": self.opts,
            "visit": visit,
            "state": state_tag(visit),
            "facts": facts_of(visit, reader=request.user),
            "marks": marks_offered(visit, now=timezone.now()) if may_run else [],
            "may_cancel": may_run and may_be_cancelled(visit),
            "may_move": may_run and visit.state in MOVABLE_STATES,
            "links": links_in_words(visit, now=timezone.now()) if may_run else "",
            "may_send_link": may_send(visit),
            "may_read": has_answers_page(visit) and may_read_answers(request.user, visit),
            "consent_offered": consent_offered(visit, request.user, now=timezone.now()),
            "events": history_of(visit),
            "letters": letters_of(visit),
        }
        return TemplateResponse(request, "admin/booking/appointment/visit.html", context)

    def history_view(
        self,
        request: HttpRequest,
        object_id: str,
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The visit's page shows its history; Django's own log knows nothing of it."""
        address = reverse("admin:booking_appointment_change", args=[object_id])
        return HttpResponseRedirect(f"{address}#history")

    @method_decorator(require_POST)
    def mark_view(self, request: HttpRequest, pk: int, slug: str) -> HttpResponse:
        visit = self._visit_to_change(request, pk)
        if slug not in MARKS:
            raise Http404
        try:
            visit = MARKS[slug].command(appointment=visit, by=author(request), now=timezone.now())
        except REFUSALS as refusal:
            messages.error(request, in_words(refusal))
        else:
            messages.success(request, f"Visit {visit.reference} is now {state_word(visit)}.")
        if BACK_TO_LIST in request.GET:
            return self._to_list(request.GET[BACK_TO_LIST])
        return HttpResponseRedirect(page_of(visit))

    @method_decorator(require_POST)
    def links_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return change_links(request, self._visit_to_change(request, pk), now=timezone.now())

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def cancel_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        visit = self._visit_to_change(request, pk)
        form = CancelForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            return self._cancel(request, visit, form)
        if not may_be_cancelled(visit):
            messages.error(request, scheduling.how_it_stands(visit))
            return HttpResponseRedirect(page_of(visit))
        context = {
            **self.admin_site.each_context(request),
            "title": f"Cancel visit {visit.reference}",
            "opts": self.opts,
            "visit": visit,
            "who": who_comes(visit.patient),
            "phone": phone_of(visit),
            "email": visit.patient.correspondent.email if visit.patient else "",
            "form": form,
        }
        return TemplateResponse(
            request,
            "admin/booking/appointment/cancel.html",
            context,
            status=400 if form.is_bound else 200,
        )

    def _cancel(self, request: HttpRequest, visit: Appointment, form: CancelForm) -> HttpResponse:
        try:
            scheduling.cancel(
                appointment=visit,
                by=author(request),
                now=timezone.now(),
                reason=form.cleaned_data["reason"],
                wish=form.whose_wish,
            )
        except REFUSALS as refusal:
            messages.error(request, in_words(refusal))
        else:
            messages.success(request, f"Visit {visit.reference} is cancelled.")
        return HttpResponseRedirect(page_of(visit))

    @method_decorator(require_safe)
    def answers_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return answers_page(request, self._visit_with_answers(request, pk), self._around(request))

    @method_decorator(require_POST)
    def decide_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return decide(request, self._visit_with_answers(request, pk), self._around(request))

    @method_decorator(require_POST)
    def consent_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return change_consent(request, self._visit_to_see(request, pk))

    @method_decorator(require_safe)
    def consent_sheet_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return consent_sheet(request, self._visit_to_see(request, pk))

    def _around(self, request: HttpRequest) -> dict[str, Any]:
        return {**self.admin_site.each_context(request), "opts": self.opts}

    def _visit_with_answers(self, request: HttpRequest, pk: int) -> Appointment:
        if not request.user.has_perm(READ):
            raise PermissionDenied
        visit = self._visit_to_see(request, pk)
        if not has_answers_page(visit):
            raise Http404
        return visit

    def _visit_to_see(self, request: HttpRequest, pk: int) -> Appointment:
        if not self.has_view_permission(request):
            raise PermissionDenied
        visit = Appointment.objects.with_everybody().visits().filter(pk=pk).first()
        if visit is None:
            raise Http404
        return visit

    def _visit_to_change(self, request: HttpRequest, pk: int) -> Appointment:
        if not request.user.has_perm(RUN_THE_DAY):
            raise PermissionDenied
        return self._visit_to_see(request, pk)

    def _to_list(self, query: str) -> HttpResponse:
        asked = QueryDict(query).urlencode()
        return HttpResponseRedirect(f"{reverse('admin:booking_appointment_changelist')}?{asked}")


def state_word(visit: Appointment) -> str:
    return f"“{visit.get_state_display()}”"
