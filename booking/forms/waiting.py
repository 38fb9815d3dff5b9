"""Which times suit somebody who waits for one."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from booking.forms.details import DetailsForm
from booking.openings import Openings
from booking.scheduling import Wish
from clinic_site.local_time import WEEKDAYS

CLOCK_FORMATS = ["%H:%M", "%H:%M:%S", "%I:%M %p"]


def wall_clock(label: str) -> forms.TimeField:
    return forms.TimeField(
        label=label,
        required=False,
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        input_formats=CLOCK_FORMATS,
        error_messages={"invalid": "Enter a time, such as 9:30 am or 14:30."},
    )


class WishForm(forms.Form):
    """The choices are those of the service's openings; what is left empty does not matter.

    `last_day` is the latest that can be wished for.
    """

    practitioner = forms.ChoiceField(label="With", required=False)
    location = forms.ChoiceField(label="At", required=False)
    weekdays = forms.TypedMultipleChoiceField(
        label="Days that suit you",
        help_text="Tick none if any day suits you.",
        choices=list(enumerate(WEEKDAYS)),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    earliest = wall_clock("The visit can start from")
    latest = wall_clock("The visit can start until")
    until = forms.DateField(
        label="Last day that suits you",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={
            "required": "Choose the last day that suits you.",
            "invalid": "Enter a date, such as 2026-12-24.",
        },
    )

    def __init__(
        self, data: Any = None, *, openings: Openings, today: date, last_day: date, **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self._today, self._last_day = today, last_day
        self._people = {each.slug: each for each in openings.practitioners}
        self._places = {each.slug: each for each in openings.locations}
        for name, anything, found in (
            ("practitioner", "Anyone", self._people),
            ("location", "Any location", self._places),
        ):
            self.fields[name] = forms.ChoiceField(
                label=self.fields[name].label,
                required=False,
                choices=[("", anything), *((slug, str(each)) for slug, each in found.items())],
            )
        self.fields["until"].widget.attrs |= {"min": str(today), "max": str(last_day)}

    def clean_until(self) -> date:
        until: date = self.cleaned_data["until"]
        if not self._today <= until <= self._last_day:
            last = f"{self._last_day:%A} {self._last_day.day} {self._last_day:%B %Y}"
            raise forms.ValidationError(f"Choose a day from today to {last}.")
        return until

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        earliest, latest = cleaned.get("earliest"), cleaned.get("latest")
        if earliest and latest and earliest >= latest:
            self.add_error("latest", "The latest start has to be later than the earliest.")
        return cleaned

    @property
    def wish(self) -> Wish:
        """Only of a valid form."""
        cleaned = self.cleaned_data
        return Wish(
            until=cleaned["until"],
            practitioner=self._people.get(cleaned["practitioner"]),
            location=self._places.get(cleaned["location"]),
            weekdays=sorted(cleaned["weekdays"]),
            earliest=cleaned["earliest"],
            latest=cleaned["latest"],
        )


class JoinForm(WishForm, DetailsForm):
    """For somebody without a visit: what they wish for, and who they are."""

    about = None  # type: ignore[assignment] # Django's way to leave a field out
    # Which version was acknowledged is kept with a visit; there is none yet.
    privacy_notice = None  # type: ignore[assignment]

    field_order = (
        *("practitioner", "location", "weekdays", "earliest", "latest", "until"),
        *("for_whom", "patient_name", "name", "email", "phone", "privacy_acknowledged"),
    )

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, version="", **kwargs)
        self.fields["email"].help_text = "We write here when a time becomes free."
        self.fields["phone"].help_text = "Only in case we cannot reach you by e-mail."
