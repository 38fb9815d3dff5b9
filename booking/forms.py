"""The shape of what visitors type. Forms check input and never save."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from phonenumber_field.formfields import PhoneNumberField

from booking.diary import Who
from booking.openings import Openings
from booking.registration import Person

# Of this century: in the year 1 the clinic's clock would show a date before the calendar begins.
TIME_KEY = re.compile(r"(20\d\d-\d\d-\d\dT\d\d:\d\dZ) at ([-\w]{1,50})", re.ASCII)

# A line break in a name would end up in letters and calendar files.
one_line = RegexValidator(
    r"[\x00-\x1f\x7f\u2028\u2029]", "Use one line, without control characters.", inverse_match=True
)


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


class PlainHelper(FormHelper):
    """Fields only: pages bring their own <form>, token and buttons."""

    form_tag = False
    disable_csrf = True


class TimesFilter(forms.Form):
    """Who, where and which week; the choices are those of the service's openings."""

    def __init__(self, data: Any, *, openings: Openings) -> None:
        super().__init__(data)
        self.helper = PlainHelper()
        self._people = {each.slug: each for each in openings.practitioners}
        self._places = {each.slug: each for each in openings.locations}
        self.fields["practitioner"] = forms.ChoiceField(
            label="With", required=False, choices=_choices("Anyone", self._people)
        )
        self.fields["location"] = forms.ChoiceField(
            label="At", required=False, choices=_choices("Any location", self._places)
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


class DetailsForm(forms.Form):
    MYSELF, SOMEONE = "self", "other"

    for_whom = forms.ChoiceField(
        label="Who is the visit for?",
        choices=[(MYSELF, "Myself"), (SOMEONE, "Someone I care for")],
        initial=MYSELF,
        widget=forms.RadioSelect,
    )
    patient_name = forms.CharField(
        label="Name of the person you care for",
        help_text="Only if the visit is not for yourself.",
        max_length=120,
        required=False,
        validators=[one_line],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    name = forms.CharField(
        label="Your name",
        max_length=120,
        validators=[one_line],
        error_messages={"required": "Enter your name."},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label="E-mail",
        help_text="We send the confirmation here.",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": "Enter your e-mail address.",
            "invalid": "Enter an e-mail address like name@example.com.",
        },
    )
    phone = PhoneNumberField(
        label="Phone",
        help_text="Only in case we have to reach you about this visit.",
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
        error_messages={
            "required": "Enter a phone number.",
            "invalid": "Enter a phone number with its area code, like 780 555 0150.",
        },
    )
    about = forms.CharField(
        label="What is it about?",
        help_text="A few words, such as “sore shoulder since May”. You need not say more.",
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    privacy_acknowledged = forms.BooleanField(
        label="I have read how you use what I type here (privacy notice)",
        error_messages={"required": "Tick the box once you have read the privacy notice."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = PlainHelper()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        # A name that is wrong in another way has its sentence already.
        unnamed = cleaned.get("patient_name") == ""
        if cleaned.get("for_whom") == self.SOMEONE and unnamed:
            self.add_error("patient_name", "Enter the name of the person who comes.")
        return cleaned

    @property
    def person(self) -> Person:
        """Who books and who comes; only of a valid form."""
        cleaned = self.cleaned_data
        return Person(
            name=cleaned["name"],
            email=cleaned["email"],
            phone=cleaned["phone"].as_e164,
            dependant=cleaned["patient_name"] if cleaned["for_whom"] == self.SOMEONE else "",
        )

    @property
    def answers(self) -> list[tuple[str, str]]:
        """What was typed, as the check page lists it; only of a valid form."""
        person, about = self.person, self.cleaned_data["about"]
        listed = [("Visit for", person.dependant or person.name)]
        if person.dependant:
            listed.append(("Your name", person.name))
        listed += [("E-mail", person.email), ("Phone", self.cleaned_data["phone"].as_national)]
        return [*listed, ("What it is about", about or "Nothing entered")]
