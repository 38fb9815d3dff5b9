"""What the desk does with the earlier-slot list: puts callers on it, answers for them, and so on.

The rows are never edited here: every change is a command of `booking.scheduling`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.admin.helpers import AdminForm
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_http_methods, require_POST

from booking import scheduling
from booking.admin.foundation import ReadOnlyAdmin, author
from booking.admin.waiting_forms import WaitingCallerForm
from booking.admin.wording import page_of, who_comes
from booking.models import SlotOffer, WaitingEntry

MAY_ADD = ("booking.add_waitingentry", "booking.run_the_day")
MAY_CHANGE = ("booking.change_waitingentry", "booking.run_the_day")
GONE = "Nothing was changed: the offer has been answered otherwise, or its time is over."
TAKEN = "Nothing was changed: the time cannot be had any more, or the patient has a visit then."
BUSY = "Others are changing the diary at this moment. Nothing was changed: try again."


class WaitingPages(ReadOnlyAdmin):
    def get_urls(self) -> list[URLPattern]:
        def page(route: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
            return path(
                route, self.admin_site.admin_view(view), name=f"booking_waitingentry_{name}"
            )

        return [
            page("<int:pk>/leave/", self.leave_view, "leave"),
            page("<int:pk>/answer/", self.answer_view, "answer"),
            *super().get_urls(),
        ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perms(MAY_ADD)

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = WaitingCallerForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            return self._join(request, form)
        return self._form_page(request, form, status=400 if form.is_bound else 200)

    def _join(self, request: HttpRequest, form: WaitingCallerForm) -> HttpResponse:
        try:
            entry = scheduling.join_list(
                person=form.caller,
                service=form.cleaned_data["service"],
                wish=form.wish,
                now=timezone.now(),
            )
        except scheduling.ListFull:
            form.add_error(None, "This patient is on the list for this service three times.")
        except scheduling.DiaryBusy:
            form.add_error(None, BUSY)
        else:
            messages.success(request, f"{who_comes(entry.patient)} is on the list.")
            return HttpResponseRedirect(page_of(entry))
        return self._form_page(request, form, status=409)

    def _form_page(
        self, request: HttpRequest, form: WaitingCallerForm, *, status: int
    ) -> HttpResponse:
        sets = [
            ("The caller", {"fields": ["name", "phone", "email", "dependant"]}),
            ("What suits", {"fields": ["service", "practitioner", "location", "weekdays"]}),
            ("When", {"fields": ["earliest", "latest", "until"]}),
        ]
        context = {
            **self.admin_site.each_context(request),
            "title": "Put a caller on the list",
            "opts": self.opts,
            "form": form,
            "fieldsets": AdminForm(cast("forms.ModelForm[Any]", form), sets, {}),
        }
        template = "admin/booking/waitingentry/add.html"
        return TemplateResponse(request, template, context, status=status)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Below the facts: what the caller says to an offer, and taking them off the list."""
        entry = context["original"]
        if request.user.has_perms(MAY_CHANGE):
            context["waits"] = entry.state == WaitingEntry.State.WAITING
            context["open_offer"] = open_offer(entry)
        return super().render_change_form(request, context, *args, **kwargs)

    @method_decorator(require_POST)
    def leave_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        entry = self._entry_to_change(request, pk)
        try:
            scheduling.leave_list(entry=entry, by=author(request), now=timezone.now())
        except scheduling.DiaryBusy:
            messages.error(request, BUSY)
        else:
            messages.success(request, f"{who_comes(entry.patient)} is off the list.")
        return HttpResponseRedirect(page_of(entry))

    @method_decorator(require_POST)
    def answer_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What the patient said on the phone; the button names the offer that was seen."""
        entry = self._entry_to_change(request, pk)
        said, _, number = request.POST.get("answer", "").partition(" ")
        offer = open_offer(entry)
        if offer is None or str(offer.pk) != number:
            messages.error(request, GONE)
            return HttpResponseRedirect(page_of(entry))
        return self._answer(request, offer, accepts=said == "yes")

    def _answer(self, request: HttpRequest, offer: SlotOffer, *, accepts: bool) -> HttpResponse:
        by, now = author(request), timezone.now()
        try:
            if accepts:
                visit = scheduling.accept_offer(offer=offer, by=by, now=now)
                messages.success(request, f"Visit {visit.reference} has the time.")
                return HttpResponseRedirect(page_of(visit))
            scheduling.decline_offer(offer=offer, by=by, now=now)
            messages.success(request, "The time is offered to the next one who waits.")
        except scheduling.OfferGone:
            messages.error(request, GONE)
        except (scheduling.SlotTaken, scheduling.WrongState):
            messages.error(request, TAKEN)
        except scheduling.DiaryBusy:
            messages.error(request, BUSY)
        return HttpResponseRedirect(page_of(offer.entry))

    def _entry_to_change(self, request: HttpRequest, pk: int) -> WaitingEntry:
        if not request.user.has_perms(MAY_CHANGE):
            raise PermissionDenied
        return get_object_or_404(WaitingEntry, pk=pk)


def open_offer(entry: WaitingEntry) -> SlotOffer | None:
    """What the patient has to answer now; of rows that were read with their offers."""
    return next((each for each in entry.offers.all() if each.answer == SlotOffer.Answer.OPEN), None)
