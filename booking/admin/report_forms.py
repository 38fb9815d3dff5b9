"""Which days a report is asked about, and whose."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms

from booking.diary import Who
from booking.reports import Stretch
from clinic_site.reachable_days import DAYS
from content.models import Location, Practitioner

# Whole weeks, so that each weekday is in them equally often.
SPANS = {"3": timedelta(weeks=13), "12": timedelta(weeks=52)}
CHOICES = (
    ("3", "Last 3 months (13 weeks)"),
    ("12", "Last 12 months (52 weeks)"),
    ("own", "From – to"),
)
LONGEST = timedelta(days=3 * 366)


def day(label: str) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        validators=[*DAYS],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )


class StretchForm(forms.Form):
    """Days that are over: today's figures would change by the hour."""

    span = forms.ChoiceField(label="Days", choices=CHOICES, required=False)
    first = day("From")
    last = day("To")
    practitioner = forms.ModelChoiceField(
        Practitioner.objects.order_by("order", "name").defer("bio"),
        required=False,
        label="With",
        empty_label="Everyone",
    )
    location = forms.ModelChoiceField(
        Location.objects.order_by("order", "name"),
        required=False,
        label="At",
        empty_label="Any location",
    )

    def __init__(self, asked: Any, *, today: date) -> None:
        super().__init__(asked or {"span": "12"}, auto_id="stretch_%s")
        self.yesterday = today - timedelta(days=1)
        for name in ("first", "last"):
            self.fields[name].widget.attrs["max"] = self.yesterday.isoformat()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("span") == "own" and not self.errors:
            self._clean_own(cleaned)
        return cleaned

    def _clean_own(self, cleaned: dict[str, Any]) -> None:
        first, last = cleaned["first"], cleaned["last"]
        if not first or not last:
            self.add_error("last" if first else "first", "Choose the first and the last day.")
        elif first > last:
            self.add_error("last", "The last day must not lie before the first.")
        elif last > self.yesterday:
            self.add_error("last", "Choose days that are over, up to yesterday.")
        elif last - first > LONGEST:
            self.add_error("first", "Choose three years at most.")

    @property
    def stretch(self) -> Stretch:
        """Only of a valid form."""
        cleaned = self.cleaned_data
        who = Who(cleaned["practitioner"], cleaned["location"])
        if cleaned["span"] == "own":
            return Stretch(cleaned["first"], cleaned["last"], who)
        length = SPANS[cleaned["span"] or "12"]
        return Stretch(self.yesterday - length + timedelta(days=1), self.yesterday, who)
