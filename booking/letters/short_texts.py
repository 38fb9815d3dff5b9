"""What a text message says: when, and a number to phone; a link only where it asks for an answer.

It lights up on a screen that others see, so it has nobody's name and nothing of the clinic's work.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from booking.letters.facts import can_change_until
from booking.letters.links import Links
from booking.letters.readers import patient_of
from booking.models import Message
from booking.text_messages import fits
from clinic_site.local_time import clinic_zone, clock, zone_name
from content.models import Clinic

Kind = Message.Kind


def short_text(message: Message, links: Links) -> str:
    """The text that `message` owes. Raises KeyError for a kind that is only written as a letter."""
    return SHORT_TEXTS[message.kind](message, links, Clinic.objects.get().phone.as_national)


def _reminder(message: Message, links: Links, phone: str) -> str:
    visit = message.appointment
    if visit is None:
        raise ValueError("A reminder is of a visit.")
    first, link = f"Appointment: {_when(visit.starts_at)}.", links.to(visit)
    if can_change_until(message, visit):
        return _with_link(f"{first} Move or cancel: {{link}} or {phone}", link) or (
            f"{first} To move or cancel it, phone {phone}"
        )
    return _with_link(f"{first} Confirm: {{link}} or {phone}", link) or (
        f"{first} If you cannot come, phone {phone}"
    )


def _offer(message: Message, links: Links, phone: str) -> str:
    offer = message.offer
    if offer is None or patient_of(message) is None:
        raise ValueError("An offer is of a time.")
    first = f"A time is free: {_when(offer.starts_at)}."
    return _with_link(f"{first} Answer: {{link}} or {phone}", links.to(offer)) or (
        f"{first} If you want it, see our e-mail or phone {phone}"
    )


def _moved(message: Message, _links: Links, phone: str) -> str:
    return f"Your appointment is now on {_start(message)}. Questions? Phone {phone}"


def _cancellation(message: Message, _links: Links, phone: str) -> str:
    return f"Your appointment on {_start(message)} is cancelled. Another time? Phone {phone}"


SHORT_TEXTS: dict[str, Callable[[Message, Links, str], str]] = {
    Kind.REMINDER: _reminder,
    Kind.OFFER: _offer,
    Kind.MOVED: _moved,
    Kind.CANCELLATION: _cancellation,
}


def _with_link(text: str, link: str) -> str:
    """The text with its link, or nothing where that is too long for one message."""
    whole = text.format(link=link)
    return whole if fits(whole) else ""


def _start(message: Message) -> str:
    if message.appointment is None:
        raise ValueError("This message is about a visit.")
    return _when(message.appointment.starts_at)


def _when(moment: datetime) -> str:
    """Tue 24 Nov, 9:00 am (Edmonton time)."""
    local = moment.astimezone(clinic_zone())
    return f"{local:%a} {local.day} {local:%b}, {clock(moment)} ({zone_name()})"
