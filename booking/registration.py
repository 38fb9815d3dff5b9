"""Finding or making the patient whom a booking is for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet, Value
from django.db.models.functions import Lower

from booking.models import Patient


@dataclass(frozen=True)
class Person:
    """What somebody typed about who comes: the contact, and for whom they book if not themselves.

    `phone` is in international form; `dependant` is the name of the person in their care, or "".
    """

    name: str
    email: str
    phone: str
    dependant: str = ""


def find_or_register(person: Person, *, now: datetime) -> Patient:
    """The patient of this name and address, made if new.

    What is known of a patient already is not changed by somebody who merely knows their name and
    address: another phone number stays with the appointment. Without an e-mail address nobody can
    be recognised, so a new row is made.
    """
    contact = _contact(person, now=now)
    return in_the_care_of(contact, person.dependant, now=now) if person.dependant else contact


def in_the_care_of(adult: Patient, name: str, *, now: datetime) -> Patient:
    """The person of this name in the adult's care, made if new."""
    details = {"name": name, "created_at": now}
    return _found_or_made(_called(name), details, responsible_adult=adult)


def _contact(person: Person, *, now: datetime) -> Patient:
    details = {
        "name": person.name,
        "email": person.email,
        "phone": person.phone,
        "created_at": now,
    }
    if not person.email:
        return Patient.objects.create(**details)
    same = (
        _called(person.name)
        .alias(lower_email=Lower("email"))
        .filter(lower_email=Lower(Value(person.email)))
    )
    return _found_or_made(same, details, responsible_adult=None)


def _found_or_made(
    rows: QuerySet[Patient], details: dict[str, Any], *, responsible_adult: Patient | None
) -> Patient:
    """The one of `rows` that is nobody's duplicate; else the patient whom a duplicate was merged
    into, however often; else a new one."""
    rows = rows.filter(responsible_adult=responsible_adult)
    found = rows.order_by(F("merged_into").asc(nulls_first=True)).first()
    if found is None:
        found, _ = rows.get_or_create(
            responsible_adult=responsible_adult, merged_into=None, defaults=details
        )
    while found.merged_into:
        found = found.merged_into
    return found


def _called(name: str) -> QuerySet[Patient]:
    """Patients of this name, compared as the unique constraints do: iexact compares capitals, and
    finds another "İpek" than they."""
    return Patient.objects.alias(lower_name=Lower("name")).filter(lower_name=Lower(Value(name)))
