"""Removes answers to the safety questions that never became a patient's."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from booking.answers_on_file import forget_never_finished


class Command(BaseCommand):
    help = (
        "Removes the answers of visitors who did not finish booking, 24 hours after they gave "
        "them. The worker that delivers letters does it too."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        removed = forget_never_finished(now=timezone.now())
        self.stdout.write(f"{removed} unfinished answers removed.")
