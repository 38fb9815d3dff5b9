"""The safety questions, and what is read before a treatment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from booking.screening import Answer, Question, version_of
from content.models import SafetyRule

CHOICES = [(Answer.YES, "Yes"), (Answer.NO, "No"), (Answer.UNSURE, "I’m not sure")]
VERSION = "version"


class SafetyForm(forms.Form):
    """One question for each published safety rule; every one wants an answer of its own."""

    def __init__(
        self, data: Any = None, *, questions: Sequence[Question], given: Mapping[str, str]
    ) -> None:
        super().__init__(data, prefix="answer")
        self._questions = questions
        self._version = version_of(questions)
        # Who was shown other questions has not answered these.
        self.fields[VERSION] = forms.CharField(
            widget=forms.HiddenInput, initial=self._version, required=False
        )
        for question in questions:
            self.fields[_name_of(question)] = forms.ChoiceField(
                label=question.text,
                choices=CHOICES,
                initial=given.get(question.key),
                widget=forms.RadioSelect,
                error_messages={
                    "required": f"Choose an answer: {question.text}",
                    "invalid_choice": f"Choose one of the three answers: {question.text}",
                },
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get(VERSION) != self._version:
            typed = {name: self.data.get(name) for name in self.data}
            self.data = typed | {self.add_prefix(VERSION): self._version}
            self.add_error(
                None, "Our questions have changed in the meantime. Please look at each of them."
            )
        return cleaned

    @property
    def groups(self) -> list[tuple[str, list[BoundField]]]:
        """The questions under the names of their groups, in the order of the first of each."""
        found: dict[str, list[BoundField]] = {}
        for question in self._questions:
            found.setdefault(question.group, []).append(self[_name_of(question)])
        names = dict(SafetyRule.Group.choices)
        return [(names.get(group, group), fields) for group, fields in found.items()]

    def asked(self) -> list[tuple[Question, str]]:
        """Each question with the name of its field."""
        return [(each, _name_of(each)) for each in self._questions]

    @property
    def ticked(self) -> dict[str, str]:
        """The answers chosen so far by the questions' keys, of a form that was sent and need not
        be valid."""
        sent = {each.key: self.data.get(self[name].html_name, "") for each, name in self.asked()}
        return {key: answer for key, answer in sent.items() if answer in set(Answer)}

    @property
    def answers(self) -> dict[str, str]:
        """The answer to each question by its key; only of a valid form."""
        return {each.key: self.cleaned_data[name] for each, name in self.asked()}


class TreatmentInformationForm(forms.Form):
    """That somebody has read what the clinic tells of the treatment, in the version shown."""

    treatment_information = forms.CharField(widget=forms.HiddenInput, required=False)
    treatment_read = forms.BooleanField(
        label="I have read what needling involves, and when it is not right (safety page)",
        error_messages={"required": "Tick the box once you have read about the treatment."},
    )

    def __init__(self, data: Any = None, *, version: str, read: bool = False) -> None:
        initial = {"treatment_information": version, "treatment_read": read}
        super().__init__(data, initial=initial)
        self._version = version

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("treatment_read") and cleaned["treatment_information"] != self._version:
            self.data = {"treatment_information": self._version}
            self.add_error(
                "treatment_read",
                "What we tell about the treatment has changed. Please read it again.",
            )
        return cleaned


def _name_of(question: Question) -> str:
    # Apart from the form's own field.
    return f"to-{question.key}"
