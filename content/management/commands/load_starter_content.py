from typing import Any

from django.core.management.base import BaseCommand

from content.models import Clinic, Location, Practitioner
from content.starter_files import records, texts


class Command(BaseCommand):
    help = "Loads the texts in content/starter/. Safe to run again: what exists is left as it is."

    def handle(self, *args: Any, **options: Any) -> None:
        Clinic.objects.get_or_create(pk=1, defaults=_clinic())
        for text in texts("locations"):
            _load_location(text.facts, text.sections())
        for text in texts("people"):
            Practitioner.objects.get_or_create(
                slug=text.facts["slug"], defaults={**text.facts, "bio": text.body}
            )


def _clinic() -> dict[str, Any]:
    facts = dict(records("clinic.yaml"))
    privacy = next(text for text in texts("pages") if text.facts["slug"] == "privacy")
    return {**facts, "privacy_notice_version": str(privacy.facts["version"])}


def _load_location(facts: dict[str, Any], sections: dict[str, str]) -> None:
    Location.objects.get_or_create(
        slug=facts["slug"],
        defaults={
            **facts,
            "directions": sections["How to find us"],
            "access": sections["Getting in"],
            "parking": sections["Parking and bikes"],
        },
    )
