"""The shape of what is asked of the diary board, and typed on its pages."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from django import forms

from booking.admin.forms import CallerForm, DayField, LookUpForm, WhoseWishForm, wall_clock
from booking.day_board import By
from booking.day_rows import Team
from booking.forms import one_line
from booking.models import Patient, Service
from booking.registration import Person
from clinic_site.local_time import clinic_zone, instant
from content.models import Location, Practitioner

BY = {
    By.PRACTITIONER.value: "By practitioner",
    By.ROOM.value: "By room",
    By.LOCATION.value: "By location",
}


class BoardForm(forms.Form):
    """Which part of the diary the board shows."""

    day = DayField(label="Day")
    by = forms.ChoiceField(choices=BY.items(), required=False, label="Columns")
    location = forms.ModelChoiceField(
        Location.objects.open_to_patients(), required=False, empty_label="Every location"
    )
    week_of = forms.ModelChoiceField(
        Practitioner.objects.treating(),
        required=False,
        label="A week of",
        empty_label="Nobody: one day",
    )

    def __init__(self, *args: Any, team: Team, **kwargs: Any) -> None:
        """The choices are those of `team`, so that showing them asks for nothing."""
        super().__init__(*args, **kwargs)
        places = [(each.pk, each.name) for each in team.locations if each.is_open]
        people = [(each.pk, each.name) for each in team.practitioners if each.is_treating]
        for name, choices in (("location", places), ("week_of", people)):
            field = cast("forms.ModelChoiceField[Any]", self.fields[name])
            field.choices = [("", field.empty_label or ""), *choices]

    @property
    def columns_by(self) -> By:
        return By(self.cleaned_data.get("by") or By.PRACTITIONER.value)


class DeskBookingForm(CallerForm):
    """A visit for somebody on file, or for somebody new."""

    field_order = ("find", "patient", "name", "phone", "email", "dependant", "service")
    find = forms.CharField(
        label="Find the patient",
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"type": "search", "autofocus": True}),
        help_text="Name, phone number, e-mail address or date of birth.",
    )
    patient = forms.ModelChoiceField(
        Patient.objects.filter(merged_into=None).select_related("responsible_adult"),
        required=False,
        error_messages={"invalid_choice": "This patient is not on file any more. Find them again."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.data.get("patient"):
            # What is on file serves; fields of somebody new are hidden then.
            for name in ("name", "phone", "email", "dependant"):
                self.fields[name].required = False

    @property
    def person(self) -> Person | Patient:
        patient: Patient | None = self.cleaned_data["patient"]
        return patient or self.caller


class PlaceForm(forms.Form):
    """A place in the diary, as a button of the board names it."""

    practitioner = forms.ModelChoiceField(Practitioner.objects.treating())
    location = forms.ModelChoiceField(Location.objects.open_to_patients())
    date = DayField()
    time = wall_clock()

    @property
    def start(self) -> datetime:
        return instant(self.cleaned_data["date"], self.cleaned_data["time"], clinic_zone())


class ServicePlaceForm(PlaceForm):
    service = forms.ModelChoiceField(Service.objects.offered())


class MoveForm(WhoseWishForm):
    overbooking_reason = forms.CharField(
        label="Reason to move it there against the rule",
        max_length=200,
        validators=[one_line],
        widget=forms.TextInput(attrs={"autocomplete": "off", "size": "40"}),
        help_text="Kept in the history of the visit; the patient does not read it.",
    )

    def __init__(self, *args: Any, against_a_rule: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not against_a_rule:
            del self.fields["overbooking_reason"]


class WhyForm(LookUpForm):
    """A time that is missed: “why is 10:15 not offered?”"""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["date"].required = self.fields["time"].required = True

    @property
    def start(self) -> datetime:
        return instant(self.cleaned_data["date"], self.cleaned_data["time"], clinic_zone())
