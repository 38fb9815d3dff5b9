"""Seals the answers to the safety questions anew with the first key of HEALTH_KEYS."""

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

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
        while batch := _after(last):
            last = batch[-1]
            done = _reseal(batch)
            resealed += done
            unreadable += len(batch) - done
        self.stdout.write(f"{resealed} rows sealed anew with key {current_key_id()}.")
        if unreadable:
            raise CommandError(
                f"{unreadable} rows cannot be opened with the keys of HEALTH_KEYS. Put the key "
                "back that sealed them, and run this again."
            )
        self.stdout.write("None is left on another key.")


def _after(last: UUID | None) -> list[UUID]:
    """The next rows on another key, in the order of their ids."""
    rows = ScreeningAnswers.objects.exclude(key_id=current_key_id()).order_by("pk")
    if last:
        rows = rows.filter(pk__gt=last)
    return list(rows.values_list("pk", flat=True)[:BATCH])


@transaction.atomic
def _reseal(batch: list[UUID]) -> int:
    """How many of the rows could be opened; they are on the current key then."""
    done = 0
    for row in ScreeningAnswers.objects.select_for_update(no_key=True).filter(pk__in=batch):
        try:
            row.seal(row.open())
        except CannotOpen:
            continue
        row.save(update_fields=["sealed_answers", "key_id"])
        done += 1
    return done
