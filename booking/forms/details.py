"""Who comes, and how to reach them."""

from __future__ import annotations

from typing import Any

from django import forms
from phonenumber_field.formfields import PhoneNumberField

from booking.forms.foundation import one_line
from booking.registration import Person


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
        help_text="A few words, such as “sore shoulder since May”. You do not have to say more.",
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    # The version that the page's reader was shown.
    privacy_notice = forms.CharField(widget=forms.HiddenInput, required=False)
    privacy_acknowledged = forms.BooleanField(
        label="I have read how you use what I type here (privacy notice)",
        error_messages={"required": "Tick the box once you have read the privacy notice."},
    )

    def __init__(self, *args: Any, version: str, **kwargs: Any) -> None:
        """`version` of the privacy notice is today's."""
        super().__init__(*args, **kwargs)
        self._version = version

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("privacy_notice", self._version) != self._version:
            self._ask_to_read_again()
        # A name that is wrong in another way has its sentence already.
        unnamed = cleaned.get("patient_name") == ""
        if cleaned.get("for_whom") == self.SOMEONE and unnamed:
            self.add_error("patient_name", "Enter the name of the person who comes.")
        return cleaned

    def _ask_to_read_again(self) -> None:
        """A tick says nothing of a notice that its page did not show."""
        ticked = self.cleaned_data.get("privacy_acknowledged")
        typed = {name: self.data.get(name, "") for name in self.fields}
        shown = {"privacy_notice": self._version, "privacy_acknowledged": ""}
        self.data = typed | shown
        if ticked:
            self.add_error(
                "privacy_acknowledged", "Our privacy notice has changed. Please read it again."
            )

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
