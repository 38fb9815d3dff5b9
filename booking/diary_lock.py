"""The transaction that every change of the diary runs in.

READ COMMITTED, rows locked in one order (practitioners by id, then locations by id), a short lock
timeout, and two more tries for those who met another at the door. The constraints behind it have
the last word; docs/decisions/0002 has the measurements.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.conf import settings
from django.db import Error, connection, transaction

from booking.models import Patient
from content.models import Location, Practitioner

P = ParamSpec("P")
T = TypeVar("T")

TRIES = 3
LOCK_TIMEOUT = "3s"

EXCLUSION_VIOLATION = "23P01"
UNIQUE_VIOLATION = "23505"
DEADLOCK, LOCK_TIMED_OUT = "40P01", "55P03"
# A second try meets the row that the other transaction wrote and finds its way round it.
PASSING = {DEADLOCK, LOCK_TIMED_OUT, UNIQUE_VIOLATION}


class SlotTaken(Exception):
    """Somebody else has the time, or it is not offered any more."""


class DiaryBusy(Exception):
    """Too many people wanted the same place in the diary at once: try again in a moment."""


def in_diary_transaction(command: Callable[P, T]) -> Callable[P, T]:
    """Run `command` in a transaction of its own, the outermost one.

    Raises SlotTaken when a constraint refuses the place and DiaryBusy when after three tries the
    rows are still locked, or not what the caller took them for. No e-mail, HTTP or file work
    belongs inside.
    """

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        for attempt in range(1, TRIES):
            try:
                return _once(command, *args, **kwargs)
            except DiaryBusy:
                time.sleep(random.uniform(0.02, 0.1) * attempt)  # noqa: S311 - jitter, no secret
        return _once(command, *args, **kwargs)

    return run


def _once(command: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    try:
        with transaction.atomic(durable=True), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
            return command(*args, **kwargs)
    except Error as error:
        code = getattr(error.__cause__, "pgcode", None)
        if code == EXCLUSION_VIOLATION:
            raise SlotTaken from None
        if code in PASSING:
            raise DiaryBusy from None
        raise


def lock_desks(practitioner_ids: Iterable[int], location_ids: Iterable[int]) -> None:
    """Wait for everybody else who is changing the diary of these practitioners or locations."""
    if settings.DIARY_LOCKING:
        for model, ids in ((Practitioner, practitioner_ids), (Location, location_ids)):
            rows = model._default_manager.filter(pk__in=ids).order_by("pk")
            list(rows.select_for_update(no_key=True).values_list("pk"))


def lock_contact(email: str) -> None:
    """Wait for everybody else who is booking under this e-mail address, known here or not."""
    if settings.DIARY_LOCKING:
        with connection.cursor() as cursor:
            lock = "SELECT pg_advisory_xact_lock(hashtextextended(lower(%s), 0))"
            cursor.execute(lock, [email])


def lock_patient(patient: Patient) -> None:
    """Wait for everybody else who is booking for this patient, or merging them into another.

    Raises DiaryBusy if they were merged, or made two again, since `patient` was read: the next try
    finds whom their name means now.
    """
    if settings.DIARY_LOCKING:
        current = Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
        if current.merged_into_id != patient.merged_into_id:
            raise DiaryBusy
