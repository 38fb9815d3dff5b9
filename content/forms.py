"""The shape of what readers type. Forms check input and never save."""

from __future__ import annotations

from typing import Any

from django import forms


class LongText(forms.CharField):
    """Keeps line ends as files have them, not as browsers send them: each counts as one character,
    as browsers count, and versions stay comparable."""

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).replace("\r\n", "\n")


class QuestionForm(forms.Form):
    text = LongText(
        label="Your question",
        help_text="Please leave out names and other private details.",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={
            "required": "Write your question.",
            "max_length": "Use at most 1,000 characters.",
        },
    )
    email = forms.EmailField(
        label="E-mail",
        help_text="Only if you would like an answer. We use it for nothing else.",
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"invalid": "Enter an e-mail address like name@example.com."},
    )
    # Hidden from people: what fills it in is a program.
    website = forms.CharField(required=False)

    @property
    def by_a_program(self) -> bool:
        return bool(self.data.get("website"))
