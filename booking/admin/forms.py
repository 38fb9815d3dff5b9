"""The shape of what the desk types."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from django import forms
from django.contrib.auth.models import User
from django.utils import timezone
from phonenumber_field.formfields import PhoneNumberField

from booking.diary import Who
from booking.forms import one_line
from booking.models import AppointmentEvent, Service
from booking.openings import OpenTime
from booking.registration import Person
from clinic_site.local_time import clinic_zone, instant, local_day
from content.models import Location, Practitioner

FARTHEST = timedelta(days=2 * 366)


@dataclass(frozen=True)
class Choice:
    """A time with a practitioner, as a button of the booking form names it."""

    time: OpenTime
    practitioner: Practitioner

    @property
    def key(self) -> str:
        return choice_key(self.time.start, self.practitioner.pk, self.time.location.pk)


def choice_key(start: datetime, practitioner_id: int, location_id: int) -> str:
    local = start.astimezone(clinic_zone())
    return f"{local:%Y-%m-%d %H:%M} {practitioner_id} {location_id}"


def read_choice(key: str) -> dict[str, str]:
    """The fields of the booking form that a choice fills; none if it cannot be read."""
    parts = key.split(" ")
    if len(parts) != 4:
        return {}
    return dict(zip(("date", "time", "practitioner", "location"), parts, strict=True))


class DayField(forms.DateField):
    """A day that the diary could reach: within two years before and after today."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})

    def clean(self, value: Any) -> date | None:
        day: date | None = super().clean(value)
        today = local_day(timezone.now(), clinic_zone())
        if day and abs(day - today) > FARTHEST:
            raise forms.ValidationError("Choose a day within two years of today.")
        return day


def wall_clock(**options: Any) -> forms.TimeField:
    return forms.TimeField(
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time", "step": "300"}),
        input_formats=["%H:%M", "%H:%M:%S", "%I:%M %p"],
        error_messages={"invalid": "Enter a time, such as 9:30 am or 14:30."},
        **options,
    )


class LookUpForm(forms.Form):
    """As much of a visit as is known before it has a place: what for, and perhaps who and when."""

    service = forms.ModelChoiceField(Service.objects.offered())
    practitioner = forms.ModelChoiceField(
        Practitioner.objects.treating(), required=False, empty_label="Anyone"
    )
    location = forms.ModelChoiceField(
        Location.objects.open_to_patients(), required=False, empty_label="Any location"
    )
    date = DayField(required=False, label="Day")
    time = wall_clock(required=False, label="Time")

    @property
    def who(self) -> Who:
        return Who(self.cleaned_data["practitioner"], self.cleaned_data["location"])


class GivenServiceForm(forms.Form):
    """A service with a practitioner who gives it."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        service, practitioner = cleaned.get("service"), cleaned.get("practitioner")
        if service and practitioner and not service.practitioners.contains(practitioner):
            self.add_error("practitioner", f"{practitioner} does not give “{service}”.")
        return cleaned


class WhoCallsForm(GivenServiceForm):
    """Somebody on the phone or at the desk, and for whom they ask for a service."""

    email_serves: ClassVar[str]

    name = forms.CharField(label="Caller’s name", max_length=120, validators=[one_line])
    phone = PhoneNumberField(
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
        error_messages={"invalid": "Enter a phone number with its area code, like 780 555 0150."},
    )
    email = forms.EmailField(
        label="E-mail (optional)",
        max_length=254,
        required=False,
        error_messages={"invalid": "Enter an e-mail address like name@example.com."},
    )
    dependant = forms.CharField(
        label="For someone in their care (optional)",
        max_length=120,
        required=False,
        validators=[one_line],
        help_text="The name of the child or person who comes, if it is not the caller.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].help_text = self.email_serves
        for field in self.fields.values():
            field.widget.attrs.setdefault("autocomplete", "off")

    @property
    def caller(self) -> Person:
        """Who calls and who comes; only of a valid form."""
        return Person(
            name=self.cleaned_data["name"],
            email=self.cleaned_data["email"],
            phone=self.cleaned_data["phone"].as_e164,
            dependant=self.cleaned_data["dependant"],
        )


class CallerForm(WhoCallsForm):
    """A visit for somebody on the phone or at the desk."""

    email_serves = "The confirmation goes there. Without it nothing is sent."
    service = forms.ModelChoiceField(Service.objects.offered())
    practitioner = forms.ModelChoiceField(Practitioner.objects.treating(), label="With")
    location = forms.ModelChoiceField(Location.objects.open_to_patients(), label="At")
    date = DayField(label="Day")
    time = wall_clock(label="Time")
    about = forms.CharField(
        label="What it is about (optional)",
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    overbooking_reason = forms.CharField(
        label="Reason to book against the rules (optional)",
        max_length=200,
        required=False,
        validators=[one_line],
        help_text="With a reason the visit is booked although a rule refuses the time. "
        "The past, and the patient’s own other visits, still refuse it.",
    )

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not by.has_perm("booking.overbook"):
            del self.fields["overbooking_reason"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if {"date", "time"} <= cleaned.keys():
            self._clean_moment(cleaned)
        return cleaned

    def _clean_moment(self, cleaned: dict[str, Any]) -> None:
        start = instant(cleaned["date"], cleaned["time"], clinic_zone())
        if start.astimezone(clinic_zone()).time() != cleaned["time"]:
            self.add_error("time", "The clocks are put forward that night and skip this time.")
        cleaned["start"] = start


class WhoseWishForm(forms.Form):
    """Whose wish a change was: a late cancellation counts only when it was the patient's."""

    wish = forms.ChoiceField(
        label="Whose wish is it?",
        choices=AppointmentEvent.Wish.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Say whether the patient asked or the clinic had to."},
    )

    @property
    def whose_wish(self) -> AppointmentEvent.Wish:
        return AppointmentEvent.Wish(self.cleaned_data["wish"])


class CancelForm(WhoseWishForm):
    reason = forms.CharField(
        max_length=200,
        validators=[one_line],
        help_text="Kept in the history of the visit; the patient does not read it.",
        widget=forms.TextInput(attrs={"size": "60", "autocomplete": "off"}),
    )
