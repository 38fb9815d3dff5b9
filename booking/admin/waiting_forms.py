"""A caller who would like to come when a time becomes free."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from booking.admin.forms import DayField, WhoCallsForm, wall_clock
from booking.forms import WishForm
from booking.models import Service
from booking.scheduling import Wish
from clinic_site.local_time import clinic_zone, local_day
from content.models import Location, Practitioner


class WaitingCallerForm(WhoCallsForm):
    """What is left empty does not matter to the caller."""

    email_serves = "Offers go there. Without it, whoever is at the desk phones."
    service = forms.ModelChoiceField(Service.objects.offered())
    practitioner = forms.ModelChoiceField(
        Practitioner.objects.treating(), label="With", required=False, empty_label="Anyone"
    )
    location = forms.ModelChoiceField(
        Location.objects.open_to_patients(),
        label="At",
        required=False,
        empty_label="Any location",
    )
    weekdays = WishForm.base_fields["weekdays"]
    earliest = wall_clock(required=False, label="Not before (optional)")
    latest = wall_clock(required=False, label="Not after (optional)")
    until = DayField(label="Last day that suits")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["weekdays"].label = "Days that suit"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        earliest, latest = cleaned.get("earliest"), cleaned.get("latest")
        if earliest and latest and earliest >= latest:
            self.add_error("latest", "“Not before” must lie before “not after”.")
        until = cleaned.get("until")
        if until and until < local_day(timezone.now(), clinic_zone()):
            self.add_error("until", "Choose today or a later day.")
        return cleaned

    @property
    def wish(self) -> Wish:
        """Only of a valid form."""
        names = ("until", "practitioner", "location", "weekdays", "earliest", "latest")
        return Wish(**{name: self.cleaned_data[name] for name in names})
