"""Which times a visitor asks for, and which one they take."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from booking.diary import Who
from booking.openings import Openings
from content.models import Location, Practitioner

# Of this century: in the year 1 the clinic's clock would show a date before the calendar begins.
TIME_KEY = re.compile(r"(20\d\d-\d\d-\d\dT\d\d:\d\dZ) at ([-\w]{1,50})", re.ASCII)


def parse_time_key(key: str) -> tuple[datetime, str]:
    """The UTC instant and the location's slug that an `OpenTime.key` names. ValidationError."""
    unreadable = ValidationError("Choose one of the times on this page.")
    match = TIME_KEY.fullmatch(key)
    if match is None:
        raise unreadable
    try:
        start = datetime.strptime(match[1], "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC)
    except ValueError:
        raise unreadable from None
    return start, match[2]


class TimesFilter(forms.Form):
    """Who, where and which week; the choices are those of the service's openings.

    A page of the clinic may lead here from somebody who does not give the service, or from a place
    where it is not given: that is no mistake of the reader's, and means anyone or anywhere.
    """

    def __init__(self, data: Mapping[str, Any], *, openings: Openings) -> None:
        self._people = {each.slug: each for each in openings.practitioners}
        self._places = {each.slug: each for each in openings.locations}
        self.not_here: dict[str, Practitioner | Location] = {}
        for name, found, known in (
            ("practitioner", self._people, Practitioner.objects.treating()),
            ("location", self._places, Location.objects.open_to_patients()),
        ):
            slug = data.get(name)
            if slug and slug not in found and (other := known.filter(slug=slug).first()):
                self.not_here[name] = other
        super().__init__({name: data[name] for name in data if name not in self.not_here})
        self.fields["practitioner"] = forms.ChoiceField(
            label="With",
            required=False,
            choices=_choices("Anyone", self._people),
            error_messages={"invalid_choice": "Choose somebody from the list for this visit."},
        )
        self.fields["location"] = forms.ChoiceField(
            label="At",
            required=False,
            choices=_choices("Any location", self._places),
            error_messages={"invalid_choice": "Choose a location from the list for this visit."},
        )
        # Called as in the address, which is a word that Python keeps for itself.
        self.fields["from"] = forms.DateField(required=False, widget=forms.HiddenInput)

    @property
    def who(self) -> Who:
        """What was asked for, as far as it could be read."""
        cleaned = self.cleaned_data if self.is_valid() else {}
        return Who(
            practitioner=self._people.get(cleaned.get("practitioner", "")),
            location=self._places.get(cleaned.get("location", "")),
        )

    @property
    def day(self) -> date | None:
        return self.cleaned_data.get("from") if self.is_valid() else None


def _choices(anything: str, found: Mapping[str, object]) -> list[tuple[str, str]]:
    return [("", anything), *((slug, str(each)) for slug, each in found.items())]
