"""What the clinic's letters say: one function for each kind, from its row in the outbox.

A letter is a pure function of the rows it tells of, so that sending it again sends the same one.
Subjects, and what a lock screen shows, say when and nothing about why. Nothing that somebody typed
about themselves is repeated but their name, and that only in the salutation.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from booking.calendar_invites import Invite, calendar_text, one_line
from booking.models import Appointment, Message
from clinic_site.local_time import clinic_zone
from content.models import Clinic

LONGEST_NAME = 60


def compose(message: Message) -> EmailMultiAlternatives:
    """The letter that `message` owes, ready to send."""
    return LETTERS[message.kind](message)


def confirmation(message: Message) -> EmailMultiAlternatives:
    """The visit is booked: when, where, with whom, and how to change it."""
    visit = message.appointment
    notice_by = visit.starts_at - timedelta(hours=visit.cancel_cutoff_hours)
    return _letter(message, notice_by=notice_by if notice_by > message.created_at else None)


def cancellation(message: Message) -> EmailMultiAlternatives:
    """The visit will not take place, and how to get another time."""
    return _letter(message)


LETTERS: dict[str, Callable[[Message], EmailMultiAlternatives]] = {
    Message.Kind.CONFIRMATION: confirmation,
    Message.Kind.CANCELLATION: cancellation,
}


def _letter(message: Message, **facts: object) -> EmailMultiAlternatives:
    visit, clinic = message.appointment, Clinic.objects.get()
    patient = visit.patient
    if patient is None:
        raise ValueError("Nobody is written to about a hold.")
    context = facts | {
        "visit": visit,
        "day": _day(visit.starts_at),
        "clinic": clinic,
        "salutation": salutation(patient.correspondent.name),
        "is_for_another": patient.correspondent != patient,
        "site_origin": settings.SITE_ORIGIN,
    }
    template = f"emails/{message.kind}"
    context["subject"] = one_line(render_to_string(f"{template}.subject.txt", context))
    letter = EmailMultiAlternatives(
        subject=str(context["subject"]),
        body=render_to_string(f"{template}.body.txt", context),
        to=[message.to],
        headers={"Message-ID": message.message_id, "Auto-Submitted": "auto-generated"},
    )
    letter.attach_alternative(render_to_string(f"{template}.body.html", context), "text/html")
    invite = _invite(message, visit, clinic)
    letter.attach(
        "appointment.ics", calendar_text(invite), f"text/calendar; method={invite.method}"
    )
    return letter


def _invite(message: Message, visit: Appointment, clinic: Clinic) -> Invite:
    return Invite(
        uid=f"{visit.reference}@{settings.MAIL_DOMAIN}",
        sequence=message.calendar_sequence,
        starts_at=visit.starts_at,
        ends_at=visit.ends_at,
        address=visit.location.address,
        # The full name may say what the clinic does.
        clinic_name=clinic.short_name,
        clinic_phone=clinic.phone.as_international,
        clinic_email=clinic.email,
        cancelled=message.kind == Message.Kind.CANCELLATION,
        stamp=message.created_at,
    )


def salutation(name: str) -> str:
    """“Hello Ana Lopez,” or, when the name does not look like one, “Hello,”.

    Anybody can type any address, and with it a “name” that is an advertisement or a link.
    """
    name = one_line(name)
    return f"Hello {name}," if _looks_like_a_name(name) else "Hello,"


def _looks_like_a_name(text: str) -> bool:
    """Letters of any script and what stands between them; a full stop only at a word's end,
    because mail programs make links of anything like example.com."""
    return (
        0 < len(text) <= LONGEST_NAME
        and all(char in " '’-,." or unicodedata.category(char)[0] in "LM" for char in text)
        and all(not word.rstrip(".").count(".") for word in text.split())
    )


def _day(moment: datetime) -> str:
    """Tuesday 24 November: short enough for a subject line."""
    local = moment.astimezone(clinic_zone())
    return f"{local:%A} {local.day} {local:%B}"
