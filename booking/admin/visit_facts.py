"""What the page of a visit says: facts as labels and values, its history, its letters."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import AnonymousUser, User

from booking.admin.rights import may_read_about
from booking.admin.screening import safety_fact
from booking.admin.screening_consent import consent_fact
from booking.admin.wording import (
    CONFIRMED_WORD,
    ZONE,
    delivery_tag,
    link_to,
    national,
    open_offer_of,
    phone_of,
    short_time,
    who_is_expected,
)
from booking.models import Appointment, AppointmentEvent, Consent, Message, Patient, State
from clinic_site.local_time import clock, full_time

Fact = tuple[str, str]


def facts_of(visit: Appointment, *, reader: User | AnonymousUser) -> list[Fact]:
    """The visit as the desk reads it; the reader gets links to what they may open."""
    safety = safety_fact(visit)
    return [
        *_place_in_the_diary(visit),
        *_who(visit, reader),
        *([safety] if safety else []),
        *_how_it_came(visit),
    ]


def history_of(visit: Appointment) -> list[tuple[str, ...]]:
    """When, what, from which state, to which, who, why: a row for each change."""
    events = AppointmentEvent.objects.history_of(visit).select_related("user")
    return [
        (
            short_time(event.at),
            event.get_kind_display(),
            event.get_from_state_display() or "–",
            event.get_to_state_display() or "–",
            event.by,
            event.reason or "–",
        )
        for event in events
    ]


def letters_of(visit: Appointment) -> list[tuple[Message, tuple[str, ...]]]:
    """Each letter with its row: to whom, delivery, due, attempts, last error, sent."""
    return [
        (
            letter,
            (
                letter.to,
                delivery_tag(letter),
                short_time(letter.due_at),
                str(letter.attempts),
                letter.last_error or "–",
                short_time(letter.sent_at),
            ),
        )
        for letter in visit.messages.order_by("created_at", "pk")
    ]


def _place_in_the_diary(visit: Appointment) -> list[Fact]:
    return [
        ("When", f"{full_time(visit.starts_at)}, until {clock(visit.ends_at)}"),
        ("With", visit.practitioner.name),
        ("Where", f"{visit.room.name}, {visit.location.name}, {visit.location.address}"),
        (
            "Service as booked",
            f"{visit.service_name}, {visit.length_minutes} minutes, {visit.price}",
        ),
        (
            "Kept free around it",
            f"{visit.buffer_before_minutes} minutes before, {visit.buffer_after_minutes} after",
        ),
    ]


def _who(visit: Appointment, reader: User | AnonymousUser) -> list[Fact]:
    patient = visit.patient
    if patient is None:
        return [("Patient", _asked(visit, reader))]
    adult = patient.responsible_adult
    return [
        ("Patient", _named(patient, reader)),
        *([("In the care of", _named(adult, reader))] if adult else []),
        ("Phone for this visit", phone_of(visit)),
        *_phone_on_file(visit, patient.correspondent),
        ("E-mail", patient.correspondent.email or "None: no letters are sent"),
        *([("What it is about", visit.about or "Nothing entered")] * may_read_about(reader)),
    ]


def _asked(visit: Appointment, reader: User | AnonymousUser) -> str:
    """For whom the place is kept, with a way to what they were asked."""
    offer, whom = open_offer_of(visit), who_is_expected(visit)
    if offer and reader.has_perm("booking.view_waitingentry"):
        return link_to(offer.entry, whom)
    if visit.course and reader.has_perm("booking.view_course"):
        return link_to(visit.course, whom)
    return whom


def _phone_on_file(visit: Appointment, contact: Patient) -> list[Fact]:
    if not contact.phone or national(contact.phone) == phone_of(visit):
        return []
    return [("Phone on file", national(contact.phone))]


def _named(patient: Patient, reader: User | AnonymousUser) -> str:
    if reader.has_perm("booking.view_patient"):
        return link_to(patient, patient.name)
    return patient.name


def _how_it_came(visit: Appointment) -> list[Fact]:
    facts = [("Taken" if visit.state == State.HELD else "Booked through", _source(visit))]
    if visit.overbooking_reason:
        rule = "Beside another visit" if visit.overbooked else "Against a rule"
        facts.append((rule, visit.overbooking_reason))
    if visit.patient_confirmed_at:
        facts.append((CONFIRMED_WORD, _at(visit.patient_confirmed_at)))
    return [*facts, *(_consent(each) for each in visit.consents.select_related("recorded_by"))]


def _consent(consent: Consent) -> Fact:
    if consent.text == Consent.Text.TREATMENT:
        return consent_fact(consent)
    return (
        f"{consent.get_text_display()} of {consent.version}",
        f"Acknowledged on {_at(consent.acknowledged_at)}",
    )


def _source(visit: Appointment) -> str:
    return f"{visit.get_source_display()} on {_at(visit.created_at)}"


def _at(moment: datetime) -> str:
    return f"{short_time(moment)} ({ZONE})"
