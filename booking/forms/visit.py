"""Asking for a lost link."""

from __future__ import annotations

from django import forms

from booking.forms.foundation import one_line


class FindVisitForm(forms.Form):
    email = forms.EmailField(
        label="E-mail",
        help_text="The address that you gave us when you booked.",
        max_length=254,
        validators=[one_line],
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": "Enter your e-mail address.",
            "invalid": "Enter an e-mail address like name@example.com.",
        },
    )
