"""From a row of the outbox to the letter that a mail program opens."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from email.utils import formataddr, parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from booking.calendar_invites import Invite, calendar_text, one_line
from booking.letters.facts import facts_of
from booking.letters.links import Links
from booking.letters.readers import patient_of, sessions_of
from booking.models import Appointment, Message, Patient
from content.models import Clinic

LONGEST_NAME = 60
BY_PHONE = "We phone you"

Kind = Message.Kind

PUBLISHES = {Kind.CONFIRMATION, Kind.MOVED}
TAKES_OUT = {Kind.CANCELLATION, Kind.DECLINED}


def compose(message: Message, links: Links) -> EmailMultiAlternatives:
    """The letter that `message` owes, ready to send, with the `links` made for it."""
    clinic, patient = Clinic.objects.get(), patient_of(message)
    context = facts_of(message, links, clinic) | {
        "clinic": clinic,
        "salutation": salutation(patient.correspondent.name if patient else ""),
        "is_for_another": patient is not None and patient.correspondent != patient,
        "site_origin": settings.SITE_ORIGIN,
    }
    template = f"emails/{message.kind}"
    context["subject"] = one_line(render_to_string(f"{template}.subject.txt", context))
    letter = EmailMultiAlternatives(
        subject=str(context["subject"]),
        body=render_to_string(f"{template}.body.txt", context),
        from_email=_sender(clinic, patient),
        to=[message.to],
        headers={"Message-ID": message.message_id, "Auto-Submitted": "auto-generated"},
    )
    letter.attach_alternative(render_to_string(f"{template}.body.html", context), "text/html")
    if invites := _invites(message, clinic):
        method = f"text/calendar; method={invites[0].method}"
        letter.attach("appointment.ics", calendar_text(*invites), method)
    return letter


def _sender(clinic: Clinic, patient: Patient | None) -> str:
    """A lock screen shows the sender's name, and the clinic's full one may say what it does."""
    if patient and not patient.correspondent.discreet:
        return settings.DEFAULT_FROM_EMAIL
    _name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return formataddr((one_line(clinic.short_name), address))


def _invites(message: Message, clinic: Clinic) -> list[Invite]:
    """The calendar entries that the letter puts in or takes out."""
    if message.kind == Kind.COURSE_BOOKED:
        return [_invite(message, each, clinic) for each in sessions_of(message)]
    if message.appointment and message.kind in PUBLISHES | TAKES_OUT:
        return [_invite(message, message.appointment, clinic)]
    return []


def _invite(message: Message, visit: Appointment, clinic: Clinic) -> Invite:
    is_of_one = message.appointment_id is not None
    return invite_of(
        visit,
        clinic,
        sequence=message.calendar_sequence if is_of_one else visit.calendar_sequence,
        cancelled=message.kind in TAKES_OUT,
        stamp=message.created_at,
    )


def invite_of(
    visit: Appointment, clinic: Clinic, *, sequence: int, stamp: datetime, cancelled: bool = False
) -> Invite:
    """The visit as calendars have it, from a letter and from its page alike."""
    return Invite(
        uid=f"{visit.reference}@{settings.MAIL_DOMAIN}",
        sequence=sequence,
        starts_at=visit.starts_at,
        ends_at=visit.ends_at,
        address=BY_PHONE if visit.service.by_phone else visit.location.address,
        clinic_name=clinic.short_name,
        clinic_phone=clinic.phone.as_international,
        clinic_email=clinic.email,
        cancelled=cancelled,
        stamp=stamp,
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
