"""Seals the answers to the safety questions anew with the first key of HEALTH_KEYS."""

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.db.models import QuerySet

from booking.models import ScreeningAnswers
from booking.sealing import CannotOpen, current_key_id

BATCH = 100


class Command(BaseCommand):
    help = (
        "Seals every patient's answers anew with the first key of HEALTH_KEYS. Stopped half-way, "
        "it goes on where it was. When it says that none is left, take the old key out."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        resealed, unreadable, last = 0, 0, None
        while batch := list(_after(last)[:BATCH]):
            last = batch[-1]
            opened, closed = _reseal(batch)
            resealed += opened
            unreadable += closed
        self.stdout.write(f"{resealed} rows sealed anew with key {current_key_id()}.")
        if unreadable:
            raise CommandError(
                f"{unreadable} rows cannot be opened with the keys of HEALTH_KEYS. Put the key "
                "back that sealed them, and run this again."
            )
        if left := _after(None).count():
            raise CommandError(
                f"{left} rows were sealed with another key meanwhile. Start every server with the "
                "new HEALTH_KEYS, and run this again."
            )
        self.stdout.write("None is left on another key.")


def _after(last: UUID | None) -> QuerySet[ScreeningAnswers, UUID]:
    """The ids of the next rows on another key, in their order."""
    rows = ScreeningAnswers.objects.exclude(key_id=current_key_id()).order_by("pk")
    if last:
        rows = rows.filter(pk__gt=last)
    return rows.values_list("pk", flat=True)


@transaction.atomic
def _reseal(batch: list[UUID]) -> tuple[int, int]:
    """How many of the rows that are still there could be opened, and are on the current key then;
    and how many could not."""
    opened, closed = 0, 0
    for row in ScreeningAnswers.objects.select_for_update(no_key=True).filter(pk__in=batch):
        try:
            row.seal(row.open())
        except CannotOpen:
            closed += 1
            continue
        row.save(update_fields=["sealed_answers", "key_id"])
        opened += 1
    return opened, closed
