"""Two rows of patients that are one person: made one, and for a day made two again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Model, QuerySet

from booking.diary_lock import in_diary_transaction, lock_patient
from booking.models import (
    STANDING_STATES,
    Appointment,
    Consent,
    Course,
    Patient,
    PatientMerge,
    ScreeningAnswers,
    State,
    WaitingEntry,
)
from booking.scheduling.contacts import concerns_of, tell_anew

UNDO_MERGE_WITHIN = timedelta(days=1)

# What the one that is kept takes over where it has nothing itself.
FILLED_IN = ("email", "phone", "born_on", "texts_agreed_at", "email_proved_at")
EMPTY = {"email": "", "phone": ""}
BELONGS_TO = {"texts_agreed_at": "phone", "email_proved_at": "email"}
TAKES_TIME = {*STANDING_STATES, State.ARRIVED, State.COMPLETED}


class CannotMerge(Exception):
    """These two cannot be one person's rows; the message says why and what to do."""


class CannotUndoMerge(Exception):
    """The day is over, it was undone already, or the kept one has itself been merged since."""


@dataclass(frozen=True)
class MergePlan:
    """What would change hands: (what, how many), and what the kept row would be filled in with."""

    rows: list[tuple[str, int]]
    filled_in: list[str]


def plan_merge(kept: Patient, duplicate: Patient) -> MergePlan:
    """What `merge` would do. Raises CannotMerge."""
    _expect_mergeable(kept, duplicate)
    return MergePlan(
        rows=[
            (str(rows.model._meta.verbose_name_plural), count)
            for rows in _belonging_to(duplicate)
            if (count := rows.count())
        ],
        filled_in=[
            str(Patient._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
            for name in _to_fill_in(kept, duplicate)
        ],
    )


@in_diary_transaction
def merge(*, kept: Patient, duplicate: Patient, by: User, now: datetime) -> PatientMerge:
    """Give everything of `duplicate` to `kept`; later bookings under its name find `kept` too.

    Nothing is deleted: the duplicate's row stays, points to the one that is kept, and is in no
    list. Raises CannotMerge, and SlotTaken when both have a visit at the same time.
    """
    _lock(kept, duplicate)
    _expect_mergeable(kept, duplicate)
    filled_in = _to_fill_in(kept, duplicate)
    gone_elsewhere = _whose_letters_go_elsewhere(kept, duplicate, filled_in)
    concerns = concerns_of(gone_elsewhere) if gone_elsewhere else None
    moved = {
        rows.model._meta.label_lower: _hand_over(rows, kept) for rows in _belonging_to(duplicate)
    }
    for name in filled_in:
        setattr(kept, name, getattr(duplicate, name))
    duplicate.merged_into = kept
    duplicate.save(update_fields=["merged_into"])
    kept.save(update_fields=filled_in)
    if concerns:
        tell_anew(concerns, now=now)
    return PatientMerge.objects.create(
        kept=kept, duplicate=duplicate, moved={**moved, "filled_in": filled_in}, by=by, at=now
    )


@in_diary_transaction
def undo_merge(*, merge: PatientMerge, now: datetime) -> None:
    """Give back what changed hands, within a day; what came after the merge stays where it is.

    Raises CannotUndoMerge.
    """
    merge = PatientMerge.objects.select_for_update(of=("self",)).get(pk=merge.pk)
    kept, duplicate = merge.kept, merge.duplicate
    _lock(kept, duplicate)
    if merge.undone_at or now > merge.at + UNDO_MERGE_WITHIN or kept.merged_into_id:
        raise CannotUndoMerge
    for rows in _belonging_to(kept):
        ids = merge.moved[rows.model._meta.label_lower]
        _hand_over(rows.filter(pk__in=ids), duplicate)
    # What the desk has corrected meanwhile is the kept one's own.
    filled_in = [
        name for name in merge.moved["filled_in"] if getattr(kept, name) == getattr(duplicate, name)
    ]
    for name in filled_in:
        setattr(kept, name, EMPTY.get(name))
    kept.save(update_fields=filled_in)
    duplicate.merged_into = None
    duplicate.save(update_fields=["merged_into"])
    merge.undone_at = now
    merge.save(update_fields=["undone_at"])
    if gone_elsewhere := _whose_letters_go_elsewhere(kept, duplicate, filled_in):
        tell_anew(concerns_of(gone_elsewhere), now=now)


def _lock(kept: Patient, duplicate: Patient) -> None:
    """Both, always in the same order, and as they are now."""
    for patient in sorted((kept, duplicate), key=lambda each: each.pk):
        lock_patient(patient)
        patient.refresh_from_db()


def _expect_mergeable(kept: Patient, duplicate: Patient) -> None:
    if kept == duplicate:
        raise CannotMerge("This is one row already.")
    if kept.merged_into_id or duplicate.merged_into_id:
        raise CannotMerge("One of them was merged into another patient before. Look at that one.")
    if kept.pk == duplicate.responsible_adult_id or duplicate.pk == kept.responsible_adult_id:
        raise CannotMerge("One of them cares for the other, so they are two people.")
    if bool(kept.responsible_adult_id) != bool(duplicate.responsible_adult_id):
        raise CannotMerge(
            "One is reached through a responsible adult, the other directly. Make both alike first."
        )
    names = {child.name.lower() for child in kept.dependants.filter(merged_into=None)}
    for child in duplicate.dependants.filter(merged_into=None):
        if child.name.lower() in names:
            raise CannotMerge(f"Both care for a {child.name}. Merge these two first.")
    if _both_at_once(kept, duplicate):
        raise CannotMerge(
            "They have visits at the same time. Cancel or move one of them if it is one person."
        )


def _both_at_once(kept: Patient, duplicate: Patient) -> bool:
    theirs = list(duplicate.appointments.filter(state__in=TAKES_TIME))
    return any(
        kept.appointments.filter(
            state__in=TAKES_TIME, starts_at__lt=visit.ends_at, ends_at__gt=visit.starts_at
        ).exists()
        for visit in theirs
    )


def _to_fill_in(kept: Patient, duplicate: Patient) -> list[str]:
    """What is known of an address or a number goes only with that address or number."""
    lacking = [name for name in FILLED_IN if not getattr(kept, name) and getattr(duplicate, name)]
    elsewhere = {
        about
        for about, of in BELONGS_TO.items()
        if of not in lacking and getattr(kept, of) != getattr(duplicate, of)
    }
    return [name for name in lacking if name not in elsewhere]


def _whose_letters_go_elsewhere(
    kept: Patient, duplicate: Patient, filled_in: list[str]
) -> Patient | None:
    """Whose visits are written about to another address, once the two are one or two again."""
    if "email" in filled_in:
        return kept
    addresses = {each.correspondent.email.lower() for each in (kept, duplicate)}
    return duplicate if len(addresses) > 1 else None


def _belonging_to(patient: Patient) -> Iterable[QuerySet[Any]]:
    """Every row that names the patient, as one query set for each kind of row."""
    yield Appointment.objects.filter(patient=patient)
    yield Consent.objects.filter(patient=patient)
    yield ScreeningAnswers.objects.filter(patient=patient)
    yield Course.objects.filter(patient=patient)
    yield WaitingEntry.objects.filter(patient=patient)
    yield Patient.objects.filter(responsible_adult=patient)


def _hand_over(rows: QuerySet[Any], patient: Patient) -> list[Any]:
    """Make `patient` the one whom these rows name; their ids."""
    handed_over: list[Any] = []
    for row in rows.select_for_update(no_key=True):
        _name(row, patient)
        handed_over.append(str(row.pk))
    return handed_over


def _name(row: Model, patient: Patient) -> None:
    field = "responsible_adult" if isinstance(row, Patient) else "patient"
    setattr(row, field, patient)
    if isinstance(row, Appointment):
        row.save(by_scheduling=True, update_fields=[field])
    else:
        row.save(update_fields=[field])
