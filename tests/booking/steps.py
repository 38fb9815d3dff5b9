"""What people do in the tests of the diary, in one line each: by default Ana, on Tuesday, with
Priya at Riverside, for a first visit."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from booking import outbox, scheduling
from booking.answers_on_file import questions
from booking.models import Appointment, AppointmentEvent, Message, ScreeningAnswers
from booking.registration import Person
from booking.screening import version_of
from tests.cast import ANA, NOW, TUESDAY, Cast
from tests.factories import local

ANAS_BROWSER, BENS_BROWSER = "ana's browser", "ben's browser"


def hold(
    cast: Cast, wall: str, *, visitor: str = ANAS_BROWSER, day: str = TUESDAY, **other: Any
) -> Appointment:
    asked: dict[str, Any] = {
        "service": cast.first_visit,
        "practitioner": cast.priya,
        "location": cast.riverside,
        "start": local(day, wall),
        "now": NOW,
    }
    return scheduling.hold(visitor=visitor, **(asked | other))


def details_of(person: Person, *, about: str = "") -> scheduling.Details:
    return scheduling.Details(person=person, about=about, privacy_notice="2026-11-20")


def book(
    held: Appointment, *, person: Person = ANA, now: datetime = NOW, about: str = ""
) -> Appointment:
    """In the browser that holds the place."""
    details = details_of(person, about=about)
    return scheduling.book(appointment=held, visitor=held.held_by, details=details, now=now)


def visit(cast: Cast, wall: str, *, person: Person = ANA, **other: Any) -> Appointment:
    """Held and booked online."""
    now = other.get("now", NOW)
    held = hold(cast, wall, visitor=f"browser of {person.name} for {wall}", **other)
    return book(held, person=person, now=now)


def answers_given(outcome: str = "clear", *, at: datetime = NOW) -> ScreeningAnswers:
    """Nobody's yet, to the questions that are asked today."""
    answers = ScreeningAnswers(version=version_of(questions()), outcome=outcome, given_at=at)
    answers.seal({"given": []})
    answers.save()
    return answers


def visit_with(
    cast: Cast, answers: ScreeningAnswers, *, wall: str = "9:00", day: str = "2026-11-16"
) -> Appointment:
    """Booked online in Ana's name, by default a week ago, by whoever gave these answers."""
    early = min(local(day, "6:00"), NOW)
    held = hold(cast, wall, day=day, visitor=f"browser with {answers.pk}", now=early)
    details = replace(details_of(ANA), answers=answers)
    return scheduling.book(appointment=held, visitor=held.held_by, details=details, now=early)


def came(cast: Cast, appointment: Appointment) -> Appointment:
    """The patient was there, as Dina saw."""
    at = appointment.starts_at
    return scheduling.arrive(appointment=appointment, by=cast.dina, now=at)


def desk_visit(cast: Cast, wall: str, *, day: str = TUESDAY, **other: Any) -> Appointment:
    """Booked by Dina for a caller."""
    asked: dict[str, Any] = {
        "service": cast.first_visit,
        "practitioner": cast.priya,
        "location": cast.riverside,
        "start": local(day, wall),
        "person": ANA,
        "by": cast.dina,
        "now": NOW,
    }
    return scheduling.book_for_caller(**(asked | other))


def history(appointment: Appointment) -> list[tuple[str, str, str, str, datetime]]:
    """kind, from, to, who, when: of every event of an appointment, also of one that is gone."""
    return [
        (event.kind, event.from_state, event.to_state, event.by, event.at)
        for event in AppointmentEvent.objects.history_of(appointment).select_related("user")
    ]


def events() -> int:
    return AppointmentEvent.objects.count()


def letters(appointment: Appointment) -> list[tuple[str, str]]:
    """kind and delivery of every letter about the visit, oldest first."""
    owed = Message.objects.filter(appointment=appointment).order_by("pk")
    return [(letter.kind, letter.state) for letter in owed]


def drain(now: datetime) -> list[Message]:
    """Deliver everything that is due at `now`: what was tried, in order."""
    delivered = []
    while message := outbox.deliver_next(now=now):
        delivered.append(message)
    return delivered
