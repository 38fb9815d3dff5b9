"""Finding a visit or a patient by what a caller says: a name, a phone number, a reference."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from typing import Any

import phonenumbers
from django.conf import settings
from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import CharField, Func, Q, QuerySet, TextField
from django.db.models.functions import Cast, Lower

from booking.models import Appointment, Patient

PHONE_LIKE = re.compile(r"[+(]?[\d\s().+/-]+", re.ASCII)
FEWEST_DIGITS = 4
# Of pg_trgm's word similarity: Lopes finds Lopez, Steven finds Stephen, Ann does not find Ben.
ALIKE = 0.5
DATE_FORMS = ("%Y-%m-%d", "%d %B %Y", "%d %b %Y", "%B %d %Y", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y")


class WithoutAccents(Func):
    """José and JOSE as JOSE: the letters decomposed, and their marks dropped."""

    function = "REGEXP_REPLACE"
    template = r"%(function)s(NORMALIZE(%(expressions)s, NFD), '[\u0300-\u036f]', '', 'g')"
    output_field: Any = TextField()


def without_accents(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text)
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).lower()


def phone_digits(query: str) -> set[str]:
    """The digit strings to look for in stored numbers; none if `query` is no phone number.

    Whole numbers are read as people dial them, so that a country code or trunk prefix that was
    typed or left out makes no difference. A few digits are looked for as they are.
    """
    digits = re.sub(r"\D", "", query)
    if not PHONE_LIKE.fullmatch(query.strip()) or len(digits) < FEWEST_DIGITS:
        return set()
    try:
        number = phonenumbers.parse(query, settings.PHONENUMBER_DEFAULT_REGION)
    except phonenumbers.NumberParseException:
        return {digits}
    if not phonenumbers.is_possible_number(number):
        return {digits}
    return {phonenumbers.national_significant_number(number)}


def patients_named(query: str) -> QuerySet[Any]:
    """Whose name holds each word of `query`, or one spelled much like it, whatever its case and
    accents."""
    found: QuerySet[Any] = Patient.objects.annotate(plain_name=Lower(WithoutAccents("name")))
    for word in without_accents(query).split():
        sounds_like = TrigramWordSimilarity(word, "plain_name")
        found = found.alias(likeness=sounds_like).filter(
            Q(plain_name__contains=word) | Q(likeness__gte=ALIKE)
        )
    return found


def born_on_any_of(query: str) -> list[date]:
    """The days that `query` can mean; none if it is no date. Months may come first or second."""
    found = []
    for form in DATE_FORMS:
        try:
            found.append(datetime.strptime(query.strip(), form).date())  # noqa: DTZ007 - a day
        except ValueError:
            continue
    return found


def patients_reached_at(digits: set[str]) -> QuerySet[Patient]:
    return _with_digits(Patient.objects.all(), "phone", digits)


def whom_they_are(people: QuerySet[Any]) -> QuerySet[Patient]:
    """These, and whom those of them that were found to be duplicates were merged into, however
    often: what somebody was called or reached by before still finds them."""
    kept: set[int] = set()
    duplicates = people.filter(merged_into__isnull=False)
    while into := set(duplicates.values_list("merged_into", flat=True)):
        kept |= into
        duplicates = Patient.objects.filter(pk__in=into, merged_into__isnull=False)
    return Patient.objects.filter(Q(pk__in=people.values("pk")) | Q(pk__in=kept))


def visits_matching(visits: QuerySet[Appointment], query: str) -> QuerySet[Appointment]:
    """The visits of a person of this name, with this phone number or e-mail address, or with this
    reference."""
    query = query.strip()
    if not query:
        return visits
    people = whom_they_are(patients_named(query))
    matching = Q(reference__istartswith=re.sub(r"[\s-]", "", query)) | _of(people)
    if "@" in query:
        matching |= _of(Patient.objects.filter(email__icontains=query))
    if digits := phone_digits(query):
        left_for_the_visit = _with_digits(Appointment.objects.all(), "contact_phone", digits)
        matching |= Q(pk__in=left_for_the_visit.values("pk"))
        matching |= _of(whom_they_are(patients_reached_at(digits)))
    return visits.filter(matching)


def patients_matching(patients: QuerySet[Patient], query: str) -> QuerySet[Patient]:
    """The people of this name, phone number, e-mail address or day of birth, who is in their care,
    and who cares for them."""
    query = query.strip()
    if not query:
        return patients
    named = whom_they_are(patients_named(query)).values("pk")
    found = Q(pk__in=named) | Q(responsible_adult__in=named) | Q(pk__in=_adults_of(named))
    about_them = Q(email__icontains=query) | Q(born_on__in=born_on_any_of(query))
    found |= Q(pk__in=whom_they_are(Patient.objects.filter(about_them)).values("pk"))
    if digits := phone_digits(query):
        reached = whom_they_are(patients_reached_at(digits)).values("pk")
        found |= Q(pk__in=reached) | Q(responsible_adult__in=reached)
    return patients.filter(found)


def _adults_of(people: QuerySet[Any]) -> QuerySet[Any]:
    in_care = Patient.objects.filter(pk__in=people, responsible_adult__isnull=False)
    return in_care.values("responsible_adult")


def _of(people: QuerySet[Patient]) -> Q:
    return Q(patient__in=people.values("pk")) | Q(
        patient__responsible_adult__in=people.values("pk")
    )


def _with_digits(rows: QuerySet[Any], field: str, digits: set[str]) -> QuerySet[Any]:
    # As text: the phone field would read a part of a number as a whole one.
    rows = rows.annotate(digits_on_file=Cast(field, CharField()))
    wanted = Q()
    for each in digits:
        wanted |= Q(digits_on_file__contains=each)
    return rows.filter(wanted)
