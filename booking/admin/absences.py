"""“Clinician is sick today”: one form makes the absence, one page finds a time for everybody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods

from booking import scheduling
from booking.absences import Affected, Place, Progress, progress_of, proposals
from booking.admin.absence_forms import AbsenceForm, key_of, read_place
from booking.admin.foundation import DiaryAdmin, author
from booking.admin.marks import REFUSALS, in_words
from booking.admin.wording import phone_of, short_time, who_comes
from booking.models import Appointment, Closure
from content.models import Practitioner

RUN_THE_DAY = "booking.run_the_day"

LEAVE, CHOOSE, PHONE = "leave", "choose", "phone"

NO_CHANGE = (*REFUSALS, scheduling.NotOffered, scheduling.NobodyToWriteTo)


class AbsencePages(DiaryAdmin):
    def get_urls(self) -> list[URLPattern]:
        def page(route: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
            return path(route, self.admin_site.admin_view(view), name=f"booking_closure_{name}")

        return [
            page("absence/", self.absence_view, "absence"),
            page("<int:pk>/rearrange/", self.rearrange_view, "rearrange"),
            *super().get_urls(),
        ]

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def absence_view(self, request: HttpRequest) -> HttpResponse:
        """Somebody is away from now on, or for some days: the absence first, then its visits."""
        self._expect_right(request)
        form = AbsenceForm(request.POST or None, now=timezone.now(), initial=request.GET.dict())
        if request.method == "POST" and form.is_valid():
            return HttpResponseRedirect(rearrange_page(self._absence(request, form)))
        context = self._context(request, title="Somebody is away", form=form)
        return TemplateResponse(
            request,
            "admin/booking/closure/absence.html",
            context,
            status=400 if form.is_bound else 200,
        )

    @method_decorator(transaction.atomic)
    def _absence(self, request: HttpRequest, form: AbsenceForm) -> Closure:
        """Of two desks that enter the same absence the second is led to the first one's."""
        away = form.cleaned_data["practitioner"]
        Practitioner.objects.select_for_update(no_key=True).get(pk=away.pk)
        closure = form.closure
        if closure.pk:
            messages.info(request, f"{away} is away then already. This is how far it has come.")
        else:
            closure.save()
            self.log_addition(request, closure, "Absence")
        return closure

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def rearrange_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        self._expect_right(request)
        closure = Closure.objects.select_related("practitioner", "location").filter(pk=pk).first()
        if closure is None:
            raise Http404
        now = timezone.now()
        affected = progress_of(closure, now=now)
        if request.method == "POST":
            self._ask(request, closure, affected, now=now)
            return HttpResponseRedirect(rearrange_page(closure))
        to_ask = [each.visit for each in affected if each.progress is Progress.NOBODY_ASKED]
        context = self._context(
            request,
            title=f"Away: {closure.practitioner or closure.location or 'whole clinic'}",
            closure=closure,
            to_ask=[_row(each.visit, each.places) for each in proposals(to_ask, closure, now=now)],
            lists=_lists(affected),
            is_over=closure.ends_at <= now,
        )
        return TemplateResponse(request, "admin/booking/closure/rearrange.html", context)

    def _ask(
        self, request: HttpRequest, closure: Closure, affected: list[Affected], *, now: datetime
    ) -> None:
        """Do for each visit what was chosen; one that is refused leaves the others as they are."""
        asked = 0
        for each in affected:
            chosen = request.POST.get(f"visit-{each.visit.pk}", LEAVE)
            if chosen == LEAVE or each.progress is not Progress.NOBODY_ASKED:
                continue
            try:
                _do(chosen, closure, each.visit, request=request, now=now)
            except NO_CHANGE as refusal:
                messages.error(request, f"Visit {each.visit.reference}: {_why(refusal)}")
            else:
                asked += 1
        if asked:
            messages.success(request, f"Done for {asked} of the visits.")

    def _expect_right(self, request: HttpRequest) -> None:
        if not (request.user.has_perm(RUN_THE_DAY) and self.has_add_permission(request)):
            raise PermissionDenied

    def _context(self, request: HttpRequest, **more: Any) -> dict[str, Any]:
        return {**self.admin_site.each_context(request), "opts": self.opts, **more}


def rearrange_page(closure: Closure) -> str:
    return reverse("admin:booking_closure_rearrange", args=[closure.pk])


def rearrange_link(closure: Closure, text: str) -> SafeString:
    return format_html('<a href="{}">{}</a>', rearrange_page(closure), text)


def _do(
    chosen: str, closure: Closure, visit: Appointment, *, request: HttpRequest, now: datetime
) -> None:
    by = author(request)
    if chosen == PHONE:
        scheduling.note_to_phone(closure=closure, appointment=visit, by=by, now=now)
    elif chosen == CHOOSE:
        scheduling.let_choose(closure=closure, appointment=visit, by=by, now=now)
    elif instead := read_place(chosen):
        scheduling.offer_instead(
            closure=closure, appointment=visit, instead=instead, by=by, now=now
        )
    else:
        raise scheduling.WrongState("That choice could not be read. Choose again.")


def _why(refusal: Exception) -> str:
    if isinstance(refusal, scheduling.NotOffered):
        return f"that time is not open any more: {refusal.why.refusal.value}."
    if isinstance(refusal, scheduling.SlotTaken):
        return "that time has just been taken. Look at the new proposal."
    if isinstance(refusal, scheduling.NobodyToWriteTo):
        return "there is no e-mail address. Put it on the phone list."
    return in_words(refusal)


def _row(visit: Appointment, places: list[Place]) -> dict[str, Any]:
    """A visit with the choices for it; the first one is chosen."""
    can_write = bool(visit.patient and visit.patient.correspondent.email)
    choices = [(key_of(place), _offer_in_words(visit, place)) for place in places]
    choices.append((CHOOSE, "Let the patient choose another time by link"))
    if not can_write:
        choices = []
    choices += [(PHONE, "Phone"), (LEAVE, "Leave as it is for now")]
    return {
        "visit": visit,
        "who": who_comes(visit.patient),
        "when": short_time(visit.starts_at),
        "phone": phone_of(visit),
        "can_write": can_write,
        "choices": choices,
    }


def _offer_in_words(visit: Appointment, place: Place) -> str:
    where = "" if place.location == visit.location else f" at {place.location}"
    if place.start == visit.starts_at:
        return f"Offer the same time with {place.practitioner}{where}"
    return f"Offer {short_time(place.start)} with {place.practitioner}{where}"


def _lists(affected: list[Affected]) -> list[tuple[str, list[dict[str, Any]]]]:
    """The visits that somebody was asked about, by how far they have come."""
    headings = {
        Progress.TO_PHONE: "Please phone",
        Progress.STANDS_AGAIN: "Stand again: please tell the patients",
        Progress.ASKED: "Asked, no answer yet",
        Progress.MOVED: "Have another time",
        Progress.OFF: "Cancelled",
        Progress.OVER: "Took place or are over",
    }
    return [
        (heading, rows)
        for progress, heading in headings.items()
        if (rows := [_asked_row(each) for each in affected if each.progress is progress])
    ]


def _asked_row(each: Affected) -> dict[str, Any]:
    offer = each.rearrangement.offer if each.rearrangement else None
    return {
        "visit": each.visit,
        "who": who_comes(each.visit.patient),
        "when": short_time(each.visit.starts_at),
        "phone": phone_of(each.visit),
        "way": each.rearrangement.get_way_display() if each.rearrangement else "–",
        "offered": short_time(offer.starts_at) if offer else "–",
        "answer": offer.get_answer_display() if offer else "–",
        "until": short_time(offer.expires_at) if offer and not offer.answered_at else "–",
    }
