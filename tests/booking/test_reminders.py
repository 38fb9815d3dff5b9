"""Which letters are still worth sending when their time has come."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from booking import scheduling
from booking.absences import Place
from booking.letters import is_still_true
from booking.models import (
    Appointment,
    Closure,
    Course,
    Message,
    Patient,
    SlotOffer,
    WaitingEntry,
)
from tests.booking.every_letter import owed
from tests.booking.steps import drain, visit
from tests.cast import NOW, TUESDAY, Cast, make_cast
from tests.factories import local
from tests.mail_server import free_port, mail_sent_to, mail_server

pytestmark = pytest.mark.django_db

Kind = Message.Kind
Delivery = Message.Delivery
MINUTE = timedelta(minutes=1)
THREE_DAYS_BEFORE, DAY_BEFORE = local("2026-11-24", "9:00"), local("2026-11-26", "9:00")
FRIDAY, ON_FRIDAY = "2026-11-27", local("2026-11-27", "9:00")


@pytest.fixture
def clinic() -> Cast:
    """Reminds three days and one day before."""
    cast = make_cast()
    cast.first_visit.reminder_hours = [24, 72]
    cast.first_visit.save()
    return cast


def reminders() -> list[tuple[datetime, str]]:
    owed = Message.objects.filter(kind=Kind.REMINDER).order_by("pk")
    return [(message.due_at, message.state) for message in owed]


def test_two_reminders_are_owed_and_each_leaves_at_its_time(clinic: Cast) -> None:
    visit(clinic, "9:00", day=FRIDAY)
    assert reminders() == [(THREE_DAYS_BEFORE, "queued"), (DAY_BEFORE, "queued")]
    with mail_server():
        drain(THREE_DAYS_BEFORE - MINUTE)
        assert [state for _due, state in reminders()] == ["queued", "queued"]
        drain(THREE_DAYS_BEFORE)
        assert [state for _due, state in reminders()] == ["sent", "queued"]
        drain(DAY_BEFORE)
    assert [state for _due, state in reminders()] == ["sent", "sent"]


def test_when_the_visit_moves_the_old_reminders_give_way_to_new_ones(clinic: Cast) -> None:
    booked = visit(clinic, "9:00", day=FRIDAY)
    scheduling.move(
        appointment=booked,
        practitioner=clinic.priya,
        location=clinic.riverside,
        start=ON_FRIDAY + timedelta(hours=2),
        by=clinic.dina,
        now=NOW,
    )
    two_hours = timedelta(hours=2)
    assert reminders() == [
        (THREE_DAYS_BEFORE, "superseded"),
        (DAY_BEFORE, "superseded"),
        (THREE_DAYS_BEFORE + two_hours, "queued"),
        (DAY_BEFORE + two_hours, "queued"),
    ]


def test_nobody_is_reminded_of_a_visit_that_is_off(clinic: Cast) -> None:
    booked = visit(clinic, "9:00", day=FRIDAY)
    scheduling.cancel(appointment=booked, by=clinic.dina, now=NOW)
    assert [state for _due, state in reminders()] == ["superseded", "superseded"]


def test_nobody_is_reminded_of_a_visit_that_is_off_even_if_the_reminder_was_in_other_hands(
    clinic: Cast,
) -> None:
    booked = visit(clinic, "9:00", day=FRIDAY)
    scheduling.cancel(appointment=booked, by=clinic.dina, now=NOW)
    Message.objects.filter(kind=Kind.REMINDER).update(state=Delivery.QUEUED)
    with mail_server() as server:
        drain(DAY_BEFORE)
    assert [str(letter["Subject"])[-9:] for letter in server.letters] == ["cancelled"]


def test_who_wants_no_reminders_gets_none_that_is_owed_already(clinic: Cast) -> None:
    visit(clinic, "9:00", day=FRIDAY)
    Patient.objects.update(reminders=False)
    with mail_server() as server:
        drain(DAY_BEFORE)
    assert len(server.letters) == 1
    assert [state for _due, state in reminders()] == ["superseded", "superseded"]


@pytest.mark.parametrize("tried", [True, False])
def test_one_that_waits_for_the_mail_server_outlives_another_wish(
    clinic: Cast,
    tried: bool,  # noqa: FBT001
) -> None:
    ana = visit(clinic, "9:00", day=FRIDAY).patient
    assert ana
    with mail_server():
        drain(NOW)
    if tried:
        with mail_sent_to(free_port()):
            drain(THREE_DAYS_BEFORE)

    scheduling.renew_reminders(ana, now=THREE_DAYS_BEFORE + MINUTE / 2)

    assert [state for _due, state in reminders()] == ["queued", "superseded", "queued"]
    assert reminders()[-1] == (DAY_BEFORE, "queued")
    with mail_server() as server:
        drain(THREE_DAYS_BEFORE + 2 * MINUTE)
    assert len(server.letters) == 1

    Patient.objects.update(reminders=False)
    ana.refresh_from_db()
    scheduling.renew_reminders(ana, now=THREE_DAYS_BEFORE + 3 * MINUTE)
    assert [state for _due, state in reminders()] == ["sent", "superseded", "superseded"]


def test_who_wants_no_reminders_is_owed_none(clinic: Cast) -> None:
    booked = visit(clinic, "9:00", day=FRIDAY)
    Patient.objects.update(reminders=False)
    scheduling.move(
        appointment=booked,
        practitioner=clinic.priya,
        location=clinic.riverside,
        start=ON_FRIDAY + timedelta(hours=2),
        by=clinic.dina,
        now=NOW,
    )
    assert [state for _due, state in reminders()] == ["superseded", "superseded"]


def test_a_reminder_that_could_not_leave_before_the_visit_never_leaves(clinic: Cast) -> None:
    visit(clinic, "9:00", day=FRIDAY)
    with mail_sent_to(free_port()):
        for hours in range(50):
            drain(THREE_DAYS_BEFORE + timedelta(hours=hours))
    with mail_server() as server:
        drain(ON_FRIDAY)
    assert server.letters == []
    assert [state for _due, state in reminders()] == ["superseded", "superseded"]


def test_of_two_reminders_that_had_to_wait_one_leaves(clinic: Cast) -> None:
    visit(clinic, "9:00", day=FRIDAY)
    with mail_server():
        drain(NOW)
    with mail_sent_to(free_port()):
        for hours in range(48):
            drain(THREE_DAYS_BEFORE + timedelta(hours=hours))
    with mail_server() as server:
        drain(DAY_BEFORE + timedelta(hours=1))
    assert len(server.letters) == 1
    assert [state for _due, state in reminders()] == ["superseded", "sent"]


def test_nobody_is_reminded_of_a_time_that_the_clinic_asked_them_to_give_up(clinic: Cast) -> None:
    booked = visit(clinic, "9:00", day=FRIDAY)
    closure = Closure.objects.create(
        practitioner=clinic.priya,
        starts_at=local(FRIDAY, "8:00"),
        ends_at=local(FRIDAY, "12:00"),
    )
    with mail_server():
        drain(NOW)
        drain(THREE_DAYS_BEFORE)
        scheduling.let_choose(
            closure=closure, appointment=booked, by=clinic.dina, now=THREE_DAYS_BEFORE
        )
        drain(DAY_BEFORE)
    assert [state for _due, state in reminders()] == ["sent", "superseded"]


def test_who_comes_at_the_same_time_to_a_colleague_is_reminded(clinic: Cast) -> None:
    booked = visit(clinic, "9:00", day=FRIDAY)
    closure = Closure.objects.create(
        practitioner=clinic.priya,
        starts_at=local(FRIDAY, "8:00"),
        ends_at=local(FRIDAY, "12:00"),
    )
    asked = scheduling.offer_instead(
        closure=closure,
        appointment=booked,
        instead=Place(clinic.tomas, clinic.riverside, ON_FRIDAY),
        by=clinic.dina,
        now=NOW,
    )
    assert asked.offer
    scheduling.accept_offer(offer=asked.offer, by=None, now=NOW)
    with mail_server():
        drain(THREE_DAYS_BEFORE)
        drain(DAY_BEFORE)
    assert [state for _due, state in reminders()[-2:]] == ["sent", "sent"]


TEN = local(TUESDAY, "10:00")


def cancel(message: Message, cast: Cast) -> None:
    scheduling.cancel(appointment=message.appointment, by=cast.dina, now=NOW)


def arrive(message: Message, cast: Cast) -> None:
    scheduling.arrive(appointment=message.appointment, by=cast.dina, now=TEN)


def answer_offer(_message: Message, _cast: Cast) -> None:
    SlotOffer.objects.update(answer="declined", answered_at=NOW)


def answer_course(_message: Message, _cast: Cast) -> None:
    Course.objects.update(answer="declined", answered_at=NOW)


def leave(_message: Message, _cast: Cast) -> None:
    WaitingEntry.objects.update(state="withdrawn")


def approve(message: Message, cast: Cast) -> None:
    scheduling.approve(appointment=message.appointment, by=cast.dina, now=NOW)


def prove(message: Message, _cast: Cast) -> None:
    scheduling.prove_address(appointment=message.appointment, now=NOW)


def cancel_sessions(message: Message, cast: Cast) -> None:
    for session in Appointment.objects.filter(course=message.course):
        scheduling.cancel(appointment=session, by=cast.dina, now=NOW)


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        (Kind.CONFIRMATION, cancel),
        (Kind.CONFIRMATION, arrive),
        (Kind.MOVED, cancel),
        (Kind.MOVED, arrive),
        (Kind.REMINDER, cancel),
        (Kind.REMINDER, arrive),
        (Kind.ADDRESS_PROOF, prove),
        (Kind.ADDRESS_PROOF, cancel),
        (Kind.REVIEW, approve),
        (Kind.REVIEW, cancel),
        (Kind.PLEASE_PHONE, approve),
        (Kind.CHOOSE_TIME, cancel),
        (Kind.WAITING, leave),
        (Kind.OFFER, answer_offer),
        (Kind.COURSE, answer_course),
        (Kind.COURSE_BOOKED, cancel_sessions),
    ],
)
def test_what_is_no_longer_so_is_not_sent(
    kind: Kind, change: Callable[[Message, Cast], None]
) -> None:
    cast = make_cast()
    message = owed(kind, cast)
    assert is_still_true(message, now=NOW)
    change(message, cast)
    assert not is_still_true(message, now=NOW)


def end_of(message: Message) -> datetime:
    """When time alone makes the letter pointless."""
    if message.kind == Kind.ADDRESS_PROOF:
        return NOW + timedelta(minutes=30)
    if message.offer:
        return message.offer.expires_at
    if message.kind == Kind.COURSE:
        return message.course.answer_by
    if message.kind == Kind.COURSE_BOOKED:
        return local("2026-12-01", "9:00")
    if message.kind == Kind.FIND_VISIT:
        return Appointment.objects.get().ends_at
    return message.appointment.starts_at


FOR_EVER = {Kind.CANCELLATION, Kind.DECLINED, Kind.AFTERCARE, Kind.WAITING}


@pytest.mark.parametrize("kind", sorted(set(Kind) - FOR_EVER))
def test_what_time_has_overtaken_is_not_sent(kind: Kind) -> None:
    message = owed(kind, make_cast())
    assert is_still_true(message, now=end_of(message) - MINUTE)
    assert not is_still_true(message, now=end_of(message))


@pytest.mark.parametrize("kind", sorted(FOR_EVER))
def test_what_stays_true_is_sent_late_rather_than_never(kind: Kind) -> None:
    message = owed(kind, make_cast())
    assert is_still_true(message, now=local("2026-12-24", "9:00"))


def test_a_reminder_leads_to_the_visit_of_a_child_in_the_adult_s_name(clinic: Cast) -> None:
    """Reminders are the adult's to want: the child's own row does not say."""
    booked = visit(clinic, "9:00", day=FRIDAY)
    patient = booked.patient
    assert patient is not None
    child = Patient.objects.create(
        name="Leo Lopez", responsible_adult=patient, reminders=False, created_at=NOW
    )
    message = Message.objects.filter(kind=Kind.REMINDER).first()
    assert message is not None
    booked.patient = child
    booked.save(by_scheduling=True)
    assert is_still_true(message, now=NOW)
