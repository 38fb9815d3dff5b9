"""Makes everything that search finds anew."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from content import search
from content.models import SearchEntry


class Command(BaseCommand):
    help = (
        "Makes everything that search finds anew from the texts. Needed after texts were changed "
        "past the admin, for instance by an import or by SQL. Safe to run at any time."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        search.rebuild(timezone.now())
        self.stdout.write(f"{SearchEntry.objects.count()} things can be found.")
