"""Booking for somebody on the phone or at the desk, by the rules that the website follows.

A page that comes back instead of the visit says so by its status: 409 when others were faster (the
time is taken, or is being fought over), 400 when what was typed, or a rule of the clinic, has to
give way. Django's own admin answers 200 there; a script could not tell that from a look-up.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.admin.helpers import AdminForm
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from booking import scheduling
from booking.admin.forms import CallerForm, Choice, LookUpForm, read_choice
from booking.admin.open_times import CHOICE, found, in_words, nearest, visit_in_the_way
from booking.admin.wording import page_of, who_comes
from booking.diary import Who
from booking.models import Appointment, Patient
from booking.openings import Openings, WhyNot
from booking.policy import Refusal
from clinic_site.local_time import full_time

TAKEN = {Refusal.PRACTITIONER_BUSY, Refusal.ROOMS_TAKEN}
BUSY = "Others are booking at this moment. Nothing was booked: try again."
MAY_NOT = "You have no permission to book against the rules."


@dataclass(frozen=True)
class Refused:
    """Why there is no visit: the visit in the way, if one is, and what could be had instead."""

    sentence: str
    status: int
    in_the_way: str = ""
    nearest: list[Choice] = field(default_factory=list)


@require_http_methods(["GET", "HEAD", "POST"])
def caller_page(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    user = request.user
    if not isinstance(user, User) or not user.has_perm("booking.run_the_day"):
        raise PermissionDenied
    if request.method == "POST":
        return _book(request, context, by=user)
    look_up = LookUpForm(request.GET if "service" in request.GET else None, auto_id="look_up_%s")
    form = CallerForm(by=user, initial=_filled_in(request.GET))
    if not look_up.is_bound:
        return _page(request, context, form, look_up, status=200)
    if not look_up.is_valid():
        return _page(request, context, form, look_up, status=400)
    context = context | found(look_up, asked=request.GET, now=timezone.now())
    return _page(request, context, form, look_up, status=200)


def _filled_in(asked: QueryDict) -> dict[str, Any]:
    """What the address says already: the look-up's fields, and over them the time chosen."""
    known = {name: asked[name] for name in LookUpForm.base_fields if name in asked}
    return known | read_choice(asked.get(CHOICE, ""))


def _book(request: HttpRequest, context: dict[str, Any], *, by: User) -> HttpResponse:
    typed = request.POST.copy()
    for name, value in read_choice(typed.get(CHOICE, "")).items():
        typed[name] = value
    form = CallerForm(typed, by=by)
    look_up = LookUpForm(None, initial=typed.dict(), auto_id="look_up_%s")
    if not form.is_valid():
        return _page(request, context, form, look_up, status=400)
    outcome = attempt(form, by=by, now=timezone.now())
    if isinstance(outcome, Refused):
        form.add_error("time", outcome.sentence)
        context = context | {"refused": outcome}
        return _page(request, context, form, look_up, status=outcome.status)
    messages.success(request, told(outcome))
    return HttpResponseRedirect(page_of(outcome))


def attempt(form: CallerForm, *, by: User, now: datetime) -> Appointment | Refused:
    wanted = form.cleaned_data
    try:
        return scheduling.book_for_caller(
            service=wanted["service"],
            practitioner=wanted["practitioner"],
            location=wanted["location"],
            start=wanted["start"],
            person=form.person,
            by=by,
            now=now,
            about=wanted["about"],
            overbooking_reason=wanted.get("overbooking_reason", ""),
        )
    except scheduling.NotOffered as refusal:
        return _refused(form, refusal.why, now=now)
    except scheduling.SlotTaken:
        return _lost(form, now=now)
    except scheduling.MayNotOverbook:
        return Refused(MAY_NOT, 400)
    except scheduling.DiaryBusy:
        return Refused(BUSY, 409)


def _refused(form: CallerForm, why: WhyNot, *, now: datetime) -> Refused:
    wanted = form.cleaned_data
    return Refused(
        sentence=f"{full_time(wanted['start'])} with {wanted['practitioner']} "
        f"at {wanted['location']} cannot be booked: {in_words(why)}.",
        status=409 if why.refusal in TAKEN else 400,
        in_the_way=visit_in_the_way(why),
        nearest=_nearest(form, now=now),
    )


def _lost(form: CallerForm, *, now: datetime) -> Refused:
    """Somebody was faster, or the patient has another visit then."""
    wanted = form.cleaned_data
    if other := _own_visit(form):
        sentence = f"{full_time(wanted['start'])}: {other.patient} has another visit then."
        return Refused(sentence, 409, other.reference, _nearest(form, now=now))
    who = Who(wanted["practitioner"], wanted["location"])
    openings = Openings(wanted["service"], now=now, who=who)
    if why := openings.why_not(wanted["practitioner"], wanted["location"], wanted["start"]):
        return _refused(form, why, now=now)
    return Refused(BUSY, 409)


def _own_visit(form: CallerForm) -> Appointment | None:
    """The visit that this patient, on file or known by name and e-mail, has at the time wanted."""
    wanted, person = form.cleaned_data, form.person
    then = Appointment.objects.blocking().filter(
        starts_at__lt=wanted["start"] + wanted["service"].length, ends_at__gt=wanted["start"]
    )
    if isinstance(person, Patient):
        return then.select_related("patient").filter(patient=person).first()
    if not person.email:
        return None
    relation = "patient__responsible_adult" if person.dependant else "patient"
    whose = {
        "patient__name__iexact": person.dependant or person.name,
        f"{relation}__email__iexact": person.email,
    }
    return then.select_related("patient").filter(**whose).first()


def _nearest(form: CallerForm, *, now: datetime) -> list[Choice]:
    wanted = form.cleaned_data
    return nearest(wanted["service"], wanted["practitioner"], wanted["start"], now=now)


def told(visit: Appointment) -> str:
    email = visit.patient.correspondent.email if visit.patient else ""
    letter = f"A confirmation goes to {email}." if email else "No e-mail address, so no letter."
    beside = " beside another visit" if visit.overbooked else ""
    return (
        f"Booked{beside}: visit {visit.reference} of {who_comes(visit.patient)}, "
        f"{full_time(visit.starts_at)}, with {visit.practitioner} at {visit.location}. {letter}"
    )


def _page(
    request: HttpRequest,
    context: dict[str, Any],
    form: CallerForm,
    look_up: LookUpForm,
    *,
    status: int,
) -> HttpResponse:
    shown = context | {
        "title": "Book for a caller",
        "form": form,
        "fieldsets": _laid_out(form, _fieldsets(form)),
        "look_up": look_up,
        "look_up_fieldsets": _laid_out(look_up, [(None, {"fields": list(look_up.fields)})]),
    }
    template = "admin/booking/appointment/book.html"
    return TemplateResponse(request, template, shown, status=status)


def _laid_out(form: forms.Form, fieldsets: Any) -> AdminForm:
    """The form as Django admin lays out its own; a plain form serves as well as a model's."""
    return AdminForm(cast("forms.ModelForm[Any]", form), fieldsets, {})


def _fieldsets(form: CallerForm) -> list[tuple[str, dict[str, Any]]]:
    sets = [
        ("The visit", ["service", "practitioner", "location", "date", "time"]),
        ("The caller", ["name", "phone", "email", "dependant", "about"]),
        ("Against the rules", ["overbooking_reason"]),
    ]
    return [
        (name, {"fields": fields}) for name, fields in sets if set(fields) <= form.fields.keys()
    ]
