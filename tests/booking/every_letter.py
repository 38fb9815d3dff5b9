"""A row of the outbox of every kind, each brought about by what people do."""

from collections.abc import Callable
from datetime import date

from booking import scheduling
from booking.course_plan import Session
from booking.models import (
    Appointment,
    Closure,
    Course,
    HouseRules,
    Message,
    Patient,
    ScreeningAnswers,
)
from tests.booking.steps import details_of, hold, visit
from tests.cast import ANA, BEN, NOW, TUESDAY, Cast
from tests.factories import local

Kind = Message.Kind
THURSDAY = "2026-11-26"
EVENING = local(TUESDAY, "18:00")


def owed(kind: Kind, cast: Cast, *, about: str = "my sore shoulder") -> Message:
    """Ana's letter of this kind; where there is a visit, it is on Tuesday at nine with Priya."""
    WAYS[kind](cast, about)
    return Message.objects.get(kind=kind)


def anas_visit(cast: Cast, about: str, *, day: str = TUESDAY) -> Appointment:
    held = hold(cast, "9:00", day=day)
    details = details_of(ANA, about=about)
    return scheduling.book(appointment=held, visitor=held.held_by, details=details, now=NOW)


def _moved(cast: Cast, about: str) -> None:
    visit_of_ana = anas_visit(cast, about, day=THURSDAY)
    scheduling.move(
        appointment=visit_of_ana,
        practitioner=cast.priya,
        location=cast.riverside,
        start=local(TUESDAY, "9:00"),
        by=cast.dina,
        now=NOW,
    )


def _cancelled(cast: Cast, about: str) -> None:
    visit_of_ana = anas_visit(cast, about)
    scheduling.cancel(appointment=visit_of_ana, by=cast.dina, now=NOW, reason="needs a scan first")


def _reminded(cast: Cast, about: str) -> None:
    cast.first_visit.reminder_hours = [24]
    cast.first_visit.save()
    anas_visit(cast, about)


def _unproved(cast: Cast, about: str) -> None:
    HouseRules(pk=1, address_proof=HouseRules.AddressProof.EVERYONE).save()
    anas_visit(cast, about)


def _to_review(cast: Cast, about: str) -> Appointment:
    cast.first_visit.asks_safety_questions = True
    cast.first_visit.save()
    answers = ScreeningAnswers(version="1", outcome=ScreeningAnswers.Outcome.REVIEW, given_at=NOW)
    answers.seal({"blood-thinner": "yes"})
    answers.save()
    held = hold(cast, "9:00")
    details = scheduling.Details(
        person=ANA, about=about, privacy_notice="2026-11-20", answers=answers
    )
    return scheduling.book(appointment=held, visitor=held.held_by, details=details, now=NOW)


def _asked(cast: Cast, about: str) -> None:
    scheduling.ask_to_phone(appointment=_to_review(cast, about), by=cast.dina, now=NOW)


def _declined(cast: Cast, about: str) -> None:
    scheduling.decline(
        appointment=_to_review(cast, about), by=cast.dina, now=NOW, reason="needs a scan first"
    )


def _completed(cast: Cast, about: str) -> None:
    visit_of_ana = anas_visit(cast, about)
    on_the_day = local(TUESDAY, "10:00")
    scheduling.arrive(appointment=visit_of_ana, by=cast.dina, now=on_the_day)
    scheduling.complete(appointment=visit_of_ana, by=cast.dina, now=on_the_day)


def _has_to_choose(cast: Cast, about: str) -> None:
    visit_of_ana = anas_visit(cast, about)
    closure = Closure.objects.create(
        practitioner=cast.priya, starts_at=local(TUESDAY, "8:00"), ends_at=local(TUESDAY, "12:00")
    )
    scheduling.let_choose(closure=closure, appointment=visit_of_ana, by=cast.dina, now=NOW)


def _waiting(cast: Cast, about: str) -> None:
    """For an earlier time than Thursday's."""
    visit_of_ana = anas_visit(cast, about, day=THURSDAY)
    wish = scheduling.Wish(until=date(2026, 11, 25), practitioner=cast.priya)
    scheduling.wish_for_earlier(appointment=visit_of_ana, wish=wish, now=NOW)


def _offered(cast: Cast, about: str) -> None:
    bens = visit(cast, "9:00", person=BEN)
    _waiting(cast, about)
    scheduling.cancel(appointment=bens, by=cast.dina, now=NOW)
    scheduling.offer_freed_times(now=NOW)


def _proposed(cast: Cast, about: str) -> Course:
    anas_visit(cast, about, day=THURSDAY)
    sessions = [
        Session(cast.priya, cast.riverside, local(day, "9:00")) for day in (TUESDAY, "2026-12-01")
    ]
    return scheduling.propose(
        patient=Patient.objects.get(),
        service=cast.first_visit,
        sessions=sessions,
        minimum_gap_days=7,
        by=cast.dina,
        now=NOW,
    )


def _accepted(cast: Cast, about: str) -> None:
    scheduling.accept_course(course=_proposed(cast, about), by=cast.dina, now=NOW)


def _looked_for(cast: Cast, about: str) -> None:
    anas_visit(cast, about)
    Message.objects.create(
        kind=Kind.FIND_VISIT,
        to="ana@example.com",
        message_id="<find@rowanstreet.example.com>",
        due_at=NOW,
        created_at=NOW,
    )


WAYS: dict[Kind, Callable[[Cast, str], object]] = {
    Kind.CONFIRMATION: anas_visit,
    Kind.MOVED: _moved,
    Kind.CANCELLATION: _cancelled,
    Kind.REMINDER: _reminded,
    Kind.ADDRESS_PROOF: _unproved,
    Kind.REVIEW: _to_review,
    Kind.PLEASE_PHONE: _asked,
    Kind.DECLINED: _declined,
    Kind.AFTERCARE: _completed,
    Kind.WAITING: _waiting,
    Kind.CHOOSE_TIME: _has_to_choose,
    Kind.OFFER: _offered,
    Kind.COURSE: _proposed,
    Kind.COURSE_BOOKED: _accepted,
    Kind.FIND_VISIT: _looked_for,
}
