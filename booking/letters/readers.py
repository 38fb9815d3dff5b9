"""Whom a row of the outbox is written to, and which visits it speaks of."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from booking.models import Appointment, Message, Patient


def patient_of(message: Message) -> Patient | None:
    """The patient it is about; None for a lost link, which is about an address."""
    if message.appointment:
        return message.appointment.patient
    if message.offer:
        return message.offer.entry.patient
    if message.waiting_entry:
        return message.waiting_entry.patient
    return message.course.patient if message.course else None


def address_of(message: Message) -> str:
    """Where its reader is reached today, "" if nowhere; of a lost link the address that asked."""
    patient = patient_of(message)
    if patient is None:
        return message.to
    contact = patient.correspondent
    if message.channel == Message.Channel.TEXT:
        return contact.phone.as_e164 if contact.phone else ""
    return contact.email


def sessions_of(message: Message) -> list[Appointment]:
    """The times of a proposed or accepted course that are still in the diary."""
    sessions = Appointment.objects.blocking().filter(course=message.course)
    return list(sessions.with_everybody().order_by("starts_at"))


def visits_of_address(address: str, *, now: datetime) -> list[Appointment]:
    """The visits ahead whose letters go to this address."""
    adult = Q(patient__responsible_adult__isnull=True, patient__email__iexact=address)
    of_dependant = Q(patient__responsible_adult__email__iexact=address)
    ahead = Appointment.objects.standing().filter(adult | of_dependant, ends_at__gt=now)
    visits = ahead.with_everybody().order_by("starts_at")
    return list(_written_to_exactly(address, visits))


def _written_to_exactly(address: str, visits: Iterable[Appointment]) -> Iterable[Appointment]:
    """PostgreSQL and Unicode have more pairs of one letter than A and a; an address spelt with
    another of them is somebody else's mailbox."""
    for visit in visits:
        known = visit.patient.correspondent.email if visit.patient else ""
        both_plain = known.isascii() and address.isascii()
        if known == address or (both_plain and known.lower() == address.lower()):
            yield visit
