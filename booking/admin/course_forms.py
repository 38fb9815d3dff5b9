"""The shape of a course that staff propose: the wish, and what they chose for each session."""

from __future__ import annotations

from collections.abc import Mapping

from django import forms

from booking.admin.forms import Choice, DayField, GivenServiceForm, read_choice, wall_clock
from booking.course_plan import FEWEST, MOST, Session, Wish
from booking.models import Patient, Service, WorkingHours
from booking.openings import OpenTime
from clinic_site.local_time import clinic_zone, instant
from content.models import Location, Practitioner

LEAVE_OUT = "leave out"


class CourseForm(GivenServiceForm):
    patient = forms.ModelChoiceField(
        Patient.objects.filter(merged_into=None), widget=forms.HiddenInput
    )
    service = forms.ModelChoiceField(Service.objects.offered())
    practitioner = forms.ModelChoiceField(Practitioner.objects.treating(), label="With")
    location = forms.ModelChoiceField(Location.objects.open_to_patients(), label="At")
    first = DayField(label="First session not before")
    time = wall_clock(label="Time")
    sessions = forms.IntegerField(
        label="Number of sessions", min_value=FEWEST, max_value=MOST, initial=6
    )
    gap_days = forms.IntegerField(
        label="Days between two sessions, at least", min_value=1, max_value=60, initial=7
    )
    weekdays = forms.TypedMultipleChoiceField(
        label="Weekdays (optional)",
        choices=[(day.value, day.label) for day in WorkingHours.Weekday],
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="None ticked: the weekday of the first session.",
    )

    @property
    def wish(self) -> Wish:
        """What was asked for; only of a valid form."""
        cleaned = self.cleaned_data
        return Wish(
            service=cleaned["service"],
            practitioner=cleaned["practitioner"],
            location=cleaned["location"],
            first=cleaned["first"],
            at=cleaned["time"],
            sessions=cleaned["sessions"],
            gap_days=cleaned["gap_days"],
            weekdays=frozenset(cleaned["weekdays"]),
        )


class SessionForm(forms.Form):
    """One session as its button or radio names it."""

    practitioner = forms.ModelChoiceField(Practitioner.objects.treating())
    location = forms.ModelChoiceField(Location.objects.open_to_patients())
    date = DayField()
    time = wall_clock()

    @property
    def session(self) -> Session:
        cleaned = self.cleaned_data
        start = instant(cleaned["date"], cleaned["time"], clinic_zone())
        return Session(cleaned["practitioner"], cleaned["location"], start)


def key_of(session: Session) -> str:
    time = OpenTime(session.start, session.location, (session.practitioner,))
    return Choice(time, session.practitioner).key


def name_of(number: int) -> str:
    """How the page calls the choice for the session of this number."""
    return f"session_{number}"


def read_sessions(typed: Mapping[str, str]) -> list[Session] | None:
    """The sessions chosen, without those to leave out; None if a choice cannot be read."""
    chosen = []
    for number in range(1, MOST + 1):
        key = typed.get(name_of(number), LEAVE_OUT)
        if key != LEAVE_OUT:
            form = SessionForm(read_choice(key))
            if not form.is_valid():
                return None
            chosen.append(form.session)
    return sorted(chosen, key=lambda session: session.start)
