"""Removes answers to the safety questions that never became a patient's."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from booking.answers_on_file import never_finished

KEPT_FOR = timedelta(hours=24)


class Command(BaseCommand):
    help = (
        "Removes the answers of visitors who did not finish booking, 24 hours after they gave "
        "them. Run it every hour."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        removed, _ = never_finished(before=timezone.now() - KEPT_FOR).delete()
        self.stdout.write(f"{removed} unfinished answers removed.")
