"""Who is away and from when to when; and which place a choice on the page means."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms

from booking.absences import Place, who_can_be_away
from booking.admin.forms import DayField
from booking.models import Closure
from clinic_site.local_time import clinic_zone, local_day, local_midnight
from content.models import Location, Practitioner


def key_of(place: Place) -> str:
    """How the page names a place: 2026-11-24T16:00Z with 3 at 1."""
    start = place.start.astimezone(UTC)
    return f"{start:%Y-%m-%dT%H:%MZ} with {place.practitioner.pk} at {place.location.pk}"


def read_place(key: str) -> Place | None:
    """The place that `key_of` named; None if there is no such."""
    try:
        when, _, practitioner, _, location = key.split(" ")
        start = datetime.strptime(when, "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC)
        return Place(
            Practitioner.objects.get(pk=int(practitioner)),
            Location.objects.get(pk=int(location)),
            start,
        )
    except (ValueError, OverflowError, Practitioner.DoesNotExist, Location.DoesNotExist):
        return None


class AbsenceForm(forms.Form):
    """Away from now on, or from a day on, until the end of a day."""

    first = DayField(label="From", help_text="Today counts from this minute on.")
    last = DayField(label="Until the end of")
    reason = forms.CharField(
        max_length=120, initial="Ill", help_text="Shown to staff only. No diagnosis, please."
    )

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._now = now
        self.fields["practitioner"] = forms.ModelChoiceField(
            who_can_be_away(now=now), label="Who is away", empty_label="Choose"
        )
        self.order_fields(["practitioner"])
        today = local_day(now, clinic_zone())
        self.fields["first"].initial = self.fields["last"].initial = today

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and last < first:
            self.add_error("last", "The last day must not lie before the first.")
        elif last and last < local_day(self._now, clinic_zone()):
            self.add_error("last", "That day is over.")
        return cleaned

    @property
    def closure(self) -> Closure:
        """The absence, not saved yet, or a known one that is at least as long; only of a valid
        form."""
        cleaned, zone = self.cleaned_data, clinic_zone()
        begins = max(local_midnight(cleaned["first"], zone), self._now)
        ends = local_midnight(cleaned["last"] + timedelta(days=1), zone)
        known = Closure.objects.filter(
            practitioner=cleaned["practitioner"],
            location=None,
            starts_at__lte=begins,
            ends_at__gte=ends,
        )
        return known.order_by("starts_at").first() or Closure(
            practitioner=cleaned["practitioner"],
            starts_at=begins,
            ends_at=ends,
            reason=cleaned["reason"],
        )
