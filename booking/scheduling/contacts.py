"""Links and letters when a patient is reached elsewhere, or has lost what was sent.

None of these changes the diary, so they run in whatever transaction their caller has.
"""

from __future__ import annotations

from datetime import datetime
from email.utils import make_msgid
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from booking import visit_links
from booking.models import (
    Appointment,
    Course,
    Message,
    Patient,
    SlotOffer,
    State,
    VisitLink,
    WaitingEntry,
)
from booking.scheduling.correspondence import owe, owe_letter, owe_reminders, take_back_letters


@transaction.atomic
def contact_changed(patient: Patient, *, now: datetime) -> None:
    """Letters go elsewhere from now on: what was sent to the old address opens nothing any more,
    what still waits to go there is taken back, and what holds is written anew."""
    reached = Q(patient=patient) | Q(patient__responsible_adult=patient)
    visits = Appointment.objects.with_everybody().standing().filter(reached, starts_at__gt=now)
    waiting = WaitingEntry.State.WAITING
    entries = WaitingEntry.objects.filter(reached, state=waiting)
    offers = SlotOffer.objects.filter(entry__in=entries, answer=SlotOffer.Answer.OPEN)
    courses = Course.objects.filter(reached, answer=Course.Answer.OPEN)
    revoke_links_of(patient, now=now)
    Patient.objects.filter(pk=patient.pk).update(email_proved_at=None)
    for visit in visits:
        take_back_letters(visit)
        send_new_link(visit, now=now)
        if visit.state == State.BOOKED:
            owe_reminders(visit, now=now)
    kinds = Message.Kind
    for entry in entries:
        _write_anew(kinds.WAITING, patient, now=now, waiting_entry=entry)
    for offer in offers:
        _write_anew(kinds.OFFER, patient, now=now, offer=offer)
    for course in courses:
        _write_anew(kinds.COURSE, patient, now=now, course=course)


def revoke_links_of(patient: Patient, *, now: datetime) -> None:
    """Make every link useless that was sent to `patient`, their own or of whom they care for."""
    things = Q()
    for path in ("appointment", "waiting_entry", "offer__entry", "course"):
        things |= Q(**{f"{path}__patient": patient})
        things |= Q(**{f"{path}__patient__responsible_adult": patient})
    VisitLink.objects.filter(things, revoked_at__isnull=True).update(revoked_at=now)


def revoke_links(*, appointment: Appointment, now: datetime) -> int:
    """Make every link to the visit useless; how many still worked."""
    live = appointment.links.filter(revoked_at__isnull=True, expires_at__gt=now).count()
    visit_links.revoke(appointment, now=now)
    return live


def send_new_link(appointment: Appointment, *, now: datetime) -> bool:
    """Owe the letter that says how the visit stands, with a link; whether there is one to send."""
    kind = _tells_how_it_stands(appointment)
    if kind is None or appointment.patient is None or not appointment.patient.correspondent.email:
        return False
    owe_letter(appointment, kind, now=now)
    return True


def owe_found_visits(address: str, *, now: datetime) -> None:
    """Owe whoever reads `address` a list of the visits that we know for it.

    Nothing is looked up before the letter is written, so nobody can tell from here what is known.
    """
    Message.objects.create(
        kind=Message.Kind.FIND_VISIT,
        to=address,
        message_id=make_msgid(domain=settings.MAIL_DOMAIN),
        due_at=now,
        created_at=now,
    )


def _tells_how_it_stands(visit: Appointment) -> Message.Kind | None:
    kinds = Message.Kind
    if visit.state == State.BOOKED:
        was_told = visit.messages.filter(kind=kinds.MOVED).exists()
        return kinds.MOVED if was_told else kinds.CONFIRMATION
    return {State.NEEDS_REVIEW: kinds.REVIEW, State.UNPROVED: kinds.ADDRESS_PROOF}.get(
        State(visit.state)
    )


def _write_anew(kind: Message.Kind, patient: Patient, *, now: datetime, **about: Any) -> None:
    Message.objects.waiting().filter(kind=kind, **about).update(state=Message.Delivery.SUPERSEDED)
    owe(kind, to=patient, now=now, **about)
