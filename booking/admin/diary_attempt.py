"""What comes of the booking form: a visit by the rules that the website follows, or a sentence.

Its status says whether others were faster (409: the time is taken, or is being fought over) or what
was typed, or a rule of the clinic, has to give way (400).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.contrib.auth.models import User

from booking import scheduling
from booking.admin.diary_forms import DeskBookingForm
from booking.admin.forms import Choice
from booking.admin.open_times import in_words, nearest, visit_in_the_way
from booking.admin.wording import who_comes
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


def attempt(form: DeskBookingForm, *, by: User, now: datetime) -> Appointment | Refused:
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


def _refused(form: DeskBookingForm, why: WhyNot, *, now: datetime) -> Refused:
    wanted = form.cleaned_data
    return Refused(
        sentence=f"{full_time(wanted['start'])} with {wanted['practitioner']} "
        f"at {wanted['location']} cannot be booked: {in_words(why)}.",
        status=409 if why.refusal in TAKEN else 400,
        in_the_way=visit_in_the_way(why),
        nearest=_nearest(form, now=now),
    )


def _lost(form: DeskBookingForm, *, now: datetime) -> Refused:
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


def _own_visit(form: DeskBookingForm) -> Appointment | None:
    """The visit at the time wanted of this patient: on file, or known by name and e-mail, or
    without an e-mail address by name and number."""
    wanted, person = form.cleaned_data, form.person
    then = Appointment.objects.blocking().filter(
        starts_at__lt=wanted["start"] + wanted["service"].length, ends_at__gt=wanted["start"]
    )
    then = then.select_related("patient")
    if isinstance(person, Patient):
        return then.filter(patient=person).first()
    named = then.filter(patient__name__iexact=person.dependant or person.name)
    if not person.email:
        return named.filter(contact_phone=person.phone).first()
    relation = "patient__responsible_adult" if person.dependant else "patient"
    return named.filter(**{f"{relation}__email__iexact": person.email}).first()


def _nearest(form: DeskBookingForm, *, now: datetime) -> list[Choice]:
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
