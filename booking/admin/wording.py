"""How the desk reads times, states and places."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from booking.models import Appointment, Message, Patient, SlotOffer, State
from clinic_site.local_time import clinic_zone, clock, zone_name

ZONE = zone_name()

CLOCK = '<circle cx="8" cy="8" r="6"/><path d="M8 4.5V8l2.5 1.5"/>'
QUESTION = (
    '<circle cx="8" cy="8" r="6"/><path d="M6.3 6.4a1.8 1.8 0 1 1 2.4 1.7q-.7.3-.7 1M8 11.4v.1"/>'
)
CALENDAR = '<path d="M2.5 4h11v9.5h-11zM2.5 7h11M5.5 2.5V5M10.5 2.5V5"/>'
ARROW_IN = '<path d="M9.5 2.5h4v11h-4M2 8h7.5M7 5.5 9.5 8 7 10.5"/>'
ARROW_OUT = '<path d="M6.5 2.5h-4v11h4M6 8h8M11.5 5.5 14 8l-2.5 2.5"/>'
TICK = '<path d="m2.5 8.5 3.5 3.5 7.5-8"/>'
CROSS = '<path d="m3.5 3.5 9 9M12.5 3.5l-9 9"/>'
MINUS = '<circle cx="8" cy="8" r="6"/><path d="M5 8h6"/>'
EMPTY_CHAIR = '<circle cx="8" cy="8" r="6" stroke-dasharray="2.4 2.3"/><path d="m4 12 8-8"/>'
ENVELOPE = '<path d="M2 4h12v8.5H2zM2 4.5l6 4.5 6-4.5"/>'
WARNING = '<path d="m8 2.5 6 11H2zM8 6.5v3.3M8 11.6v.1"/>'

BESIDE_ANOTHER = '<path d="M2.5 2.5h7.5v7.5h-7.5zM6 13.5h7.5V6"/>'

STATE_ICONS: dict[str, str] = {
    State.HELD: CLOCK,
    State.UNPROVED: ENVELOPE,
    State.NEEDS_REVIEW: QUESTION,
    State.BOOKED: CALENDAR,
    State.ARRIVED: ARROW_IN,
    State.COMPLETED: TICK,
    State.DECLINED: MINUS,
    State.CANCELLED: CROSS,
    State.NO_SHOW: EMPTY_CHAIR,
    State.LEFT_UNSEEN: ARROW_OUT,
    State.LAPSED: MINUS,
}
DELIVERY_ICONS: dict[str, str] = {
    Message.Delivery.QUEUED: CLOCK,
    Message.Delivery.SENT: TICK,
    Message.Delivery.FAILED: WARNING,
    Message.Delivery.SUPERSEDED: MINUS,
}


CONFIRMED_WORD = "Patient confirmed"


def short_time(moment: datetime | None) -> str:
    """Tue 24 Nov 2026, 9:00 am; its column's heading names the zone."""
    if moment is None:
        return "–"
    local = moment.astimezone(clinic_zone())
    return f"{local:%a} {local.day} {local:%b %Y}, {clock(moment)}"


def in_zone(heading: str) -> str:
    return f"{heading} ({ZONE})"


def state_tag(appointment: Appointment) -> SafeString:
    """The state as a word with an icon; its colour only repeats them."""
    end = appointment.hold_expires_at
    for_long = end is not None and bool(appointment.course_id or open_offer_of(appointment))
    word = state_word(appointment.state, kept_until=end, for_long=for_long)
    return _tag(appointment.state, STATE_ICONS[appointment.state], word)


def state_word(state: str, *, kept_until: datetime | None, for_long: bool) -> str:
    """The state; of what passes by itself also its end, with the day where it may be another one:
    an offer may wait overnight and a course for two days, a visitor of the website for minutes."""
    if kept_until is None:
        return State(state).label
    end = short_time(kept_until) if for_long else clock(kept_until)
    if state == State.HELD:
        return f"Held until {end}"
    return f"E-mail not confirmed yet, kept until {end}"


def is_confirmed(visit: Appointment) -> bool:
    """Whether the patient has said that they will be there, while that still matters."""
    return visit.state == State.BOOKED and visit.patient_confirmed_at is not None


def delivery_tag(message: Message) -> SafeString:
    return _tag(message.state, DELIVERY_ICONS[message.state], message.get_state_display())


def who_is_expected(visit: Appointment) -> str:
    """Who comes; of a place that is only kept, for whom."""
    if visit.patient:
        return who_comes(visit.patient)
    offer, course = open_offer_of(visit), visit.course
    return kept_for(
        offered_to=who_comes(offer.entry.patient) if offer else "",
        proposed_to=who_comes(course.patient) if course else "",
    )


def kept_for(*, offered_to: str, proposed_to: str) -> str:
    """For whom a place without a patient is kept."""
    if offered_to:
        return f"Offered to {offered_to}"
    return f"Proposed to {proposed_to}" if proposed_to else "A visitor of the website"


def open_offer_of(place: Appointment) -> SlotOffer | None:
    """The offer that the place is kept for; lists fetch these beforehand."""
    offers = place.slot_offers.all()
    return next((each for each in offers if each.answer == SlotOffer.Answer.OPEN), None)


def who_comes(patient: Patient | None) -> str:
    """The patient's name, and with a child or a person in care that of their adult."""
    if patient is None:
        return "–"
    adult = patient.responsible_adult
    return with_adult(patient.name, adult.name if adult else None)


def with_adult(name: str, adult: str | None) -> str:
    return f"{name} (with {adult})" if adult else name


def phone_of(appointment: Appointment) -> str:
    """The number left for this visit, else the one on file."""
    on_file = appointment.patient.correspondent.phone if appointment.patient else ""
    return national(appointment.contact_phone or on_file)


def national(number: Any) -> str:
    return str(number) if number else "–"


def page_of(row: Any) -> str:
    """The address of a row's page in admin."""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def link_to(row: Any, text: str) -> SafeString:
    return format_html('<a href="{}">{}</a>', page_of(row), text)


def two_lines(first: str, second: str) -> SafeString:
    return format_html("{}<br>{}", first, second)


def _tag(name: str, icon: str, word: str) -> SafeString:
    return format_html(
        '<span class="tag tag-{}"><svg viewBox="0 0 16 16" width="16" height="16" fill="none" '
        'stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round" '
        'aria-hidden="true" focusable="false">{}</svg>{}</span>',
        name.replace("_", "-"),
        mark_safe(icon),  # noqa: S308 - one of the constants above
        word,
    )
