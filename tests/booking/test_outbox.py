"""Claiming and delivering what is owed, to a real mail server. The clock is passed in."""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from email.message import EmailMessage

import pytest
from django.core.mail import EmailMessage as Letter
from django.core.mail.backends.base import BaseEmailBackend
from django.test import override_settings
from icalendar import Calendar

from booking import outbox, scheduling, visit_links
from booking.models import Message, Patient, VisitLink, WaitingEntry
from booking.registration import Person
from tests.booking.every_letter import owed
from tests.booking.steps import drain
from tests.booking.test_letters import HEADERS, HOSTILE_NAMES
from tests.cast import ANA, BEN, NOW, TUESDAY, Cast, make_cast
from tests.factories import local, make_booking
from tests.mail_server import Letterbox, free_port, listening, mail_sent_to, mail_server

pytestmark = pytest.mark.django_db

LINK = re.compile(r"/v/([\w-]{43})")
MINUTE = timedelta(minutes=1)
Delivery = Message.Delivery


def book(cast: Cast, wall: str = "9:00", *, person: Person = ANA, now: datetime = NOW) -> Message:
    visit = make_booking(
        cast.first_visit, cast.priya, cast.riverside, local(TUESDAY, wall), person=person, now=now
    )
    return Message.objects.get(appointment=visit)


def part(letter: EmailMessage, content_type: str) -> str:
    (found,) = [each for each in letter.walk() if each.get_content_type() == content_type]
    assert isinstance(found, EmailMessage)
    return str(found.get_content()).replace("\r\n", "\n")


def test_a_confirmation_arrives_with_text_html_and_calendar_file() -> None:
    message = book(make_cast())
    with mail_server() as server:
        assert drain(NOW) == [message]
    (letter,) = server.letters
    assert letter["Message-ID"] == message.message_id
    assert letter["To"] == "ana@example.com"
    assert "9:00 am (Edmonton time)" in part(letter, "text/plain")
    assert "9:00 am (Edmonton time)" in part(letter, "text/html")
    (event,) = Calendar.from_ical(part(letter, "text/calendar")).walk("VEVENT")
    assert event["DTSTART"].dt == message.appointment.starts_at


def test_what_was_sent_and_when_is_written_down() -> None:
    message = book(make_cast())
    with mail_server() as server:
        drain(NOW + MINUTE)
    message.refresh_from_db()
    assert message.state == Delivery.SENT
    assert message.sent_at == NOW + MINUTE
    assert message.attempts == 1
    sent = part(server.letters[0], "text/plain").strip()
    (token,) = LINK.findall(sent)
    assert message.sent_text.strip() == sent.replace(token, "…")
    assert message.last_error == ""


def test_a_letter_is_sent_once() -> None:
    book(make_cast())
    with mail_server() as server:
        drain(NOW)
        assert drain(NOW + timedelta(days=1)) == []
    assert len(server.letters) == 1


def test_nothing_leaves_before_it_is_due() -> None:
    message = book(make_cast())
    Message.objects.update(due_at=NOW + MINUTE)
    with mail_server() as server:
        assert drain(NOW + MINUTE - timedelta(seconds=1)) == []
        assert server.letters == []
        assert drain(NOW + MINUTE) == [message]


def test_what_has_been_due_longest_leaves_first() -> None:
    cast = make_cast()
    ana, ben = book(cast, "9:00"), book(cast, "11:00", person=BEN)
    Message.objects.filter(pk=ben.pk).update(due_at=NOW - MINUTE)
    with mail_server() as server:
        drain(NOW)
    assert server.message_ids == [ben.message_id, ana.message_id]


@pytest.mark.parametrize(
    ("step", "error"),
    [
        ("MAIL", "SMTPSenderRefused 451"),
        ("RCPT", "SMTPRecipientsRefused 451"),
        ("DATA", "SMTPDataError 451"),
    ],
)
def test_a_server_that_asks_to_come_back_later_is_asked_again(step: str, error: str) -> None:
    message = book(make_cast())
    with mail_server() as server:
        server.answers_to[step] = ["451 Later, ana@example.com"]
        drain(NOW)
        message.refresh_from_db()
        assert (message.state, message.attempts) == (Delivery.QUEUED, 1)
        assert message.last_error == error
        assert message.due_at == NOW + MINUTE
        assert server.letters == []

        drain(NOW + MINUTE)
    message.refresh_from_db()
    assert (message.state, message.attempts) == (Delivery.SENT, 2)
    assert message.last_error == ""
    assert server.message_ids == [message.message_id]


@pytest.mark.parametrize(
    ("step", "error"), [("RCPT", "SMTPRecipientsRefused 550"), ("DATA", "SMTPDataError 550")]
)
def test_a_letter_that_is_refused_for_good_fails_at_once_and_holds_up_nobody(
    step: str, error: str
) -> None:
    cast = make_cast()
    ana, ben = book(cast, "9:00"), book(cast, "11:00", person=BEN)
    with mail_server() as server:
        server.answers_to[step] = ["550 No such person: ana@example.com"]
        drain(NOW)
    ana.refresh_from_db()
    assert (ana.state, ana.last_error) == (Delivery.FAILED, error)
    assert ana.sent_at is None
    assert server.message_ids == [ben.message_id]


def test_a_server_that_refuses_the_clinic_itself_is_asked_again() -> None:
    """A wrong setting must not turn every letter into one that failed."""
    message = book(make_cast())
    with mail_server() as server:
        server.answers_to["MAIL"] = ["550 Sender not allowed"]
        drain(NOW)
        message.refresh_from_db()
        assert (message.state, message.last_error) == (Delivery.QUEUED, "SMTPSenderRefused 550")
        drain(NOW + MINUTE)
    assert server.message_ids == [message.message_id]


def test_letters_wait_while_no_server_listens_and_leave_once_each_when_it_does() -> None:
    cast = make_cast()
    messages = [book(cast, wall) for wall in ("9:00", "10:30", "12:00", "13:30")]
    port, letterbox = free_port(), Letterbox()
    with mail_sent_to(port):
        drain(NOW)
        assert {m.last_error for m in Message.objects.all()} == {"ConnectionRefusedError"}
        with listening(letterbox, port):
            assert drain(NOW) == []
            drain(NOW + MINUTE)
    assert sorted(letterbox.message_ids) == sorted(message.message_id for message in messages)
    assert set(Message.objects.values_list("state", flat=True)) == {Delivery.SENT}


def test_a_server_that_takes_the_letter_but_never_answers_gets_it_again_under_the_same_id() -> None:
    message = book(make_cast())
    with mail_server() as server:
        server.takes_seconds = 2
        with override_settings(EMAIL_TIMEOUT=0.3):
            drain(NOW)
        message.refresh_from_db()
        assert message.state == Delivery.QUEUED
        server.takes_seconds = 0
        drain(NOW + MINUTE)
    assert server.message_ids == [message.message_id] * 2


def test_waits_double_up_to_half_an_hour() -> None:
    waits = [outbox.wait_after(attempts) / MINUTE for attempts in range(1, 9)]
    assert waits == [1, 2, 4, 8, 16, 30, 30, 30]
    assert outbox.wait_after(10_000) == 30 * MINUTE


def test_it_takes_three_days_of_trouble_until_a_letter_fails() -> None:
    waits = [outbox.wait_after(attempts) for attempts in range(1, outbox.ATTEMPTS)]
    assert sum(waits, timedelta()) >= timedelta(days=3)
    assert sum(waits[:-1], timedelta()) < timedelta(days=3)


def test_a_letter_fails_with_the_last_attempt_and_not_before() -> None:
    message = book(make_cast())
    Message.objects.update(attempts=outbox.ATTEMPTS - 2)
    with mail_sent_to(free_port()):
        drain(NOW)
        message.refresh_from_db()
        assert message.state == Delivery.QUEUED
        drain(NOW + 30 * MINUTE)
    message.refresh_from_db()
    assert message.state == Delivery.FAILED
    assert message.attempts == outbox.ATTEMPTS


@pytest.mark.parametrize(
    ("kind", "email", "error"),
    [
        ("unheard-of", "ana@example.com", "KeyError"),
        ("confirmation", "ana@example.com\nBcc: eve@evil.example", "ValueError"),
    ],
)
def test_a_letter_that_cannot_be_written_waits_and_holds_up_nobody(
    kind: str, email: str, error: str
) -> None:
    cast = make_cast()
    ana, ben = book(cast, "9:00"), book(cast, "11:00", person=BEN)
    Message.objects.filter(pk=ana.pk).update(kind=kind)
    Patient.objects.filter(name=ANA.name).update(email=email)
    with mail_server() as server:
        drain(NOW)
    ana.refresh_from_db()
    assert (ana.state, ana.last_error, ana.due_at) == (Delivery.QUEUED, error, NOW + MINUTE)
    assert server.message_ids == [ben.message_id]


class SendsNothing(BaseEmailBackend):
    def send_messages(self, email_messages: Sequence[Letter]) -> int:
        return 0


@override_settings(EMAIL_BACKEND=f"{__name__}.SendsNothing")
def test_a_letter_that_the_mail_backend_did_not_send_waits() -> None:
    message = book(make_cast())
    drain(NOW)
    message.refresh_from_db()
    assert (message.state, message.last_error) == (Delivery.QUEUED, "NothingSent")


def test_a_letter_whose_reader_has_no_address_any_more_is_not_needed() -> None:
    message = book(make_cast())
    Patient.objects.update(email="")
    with mail_server() as server:
        drain(NOW)
    message.refresh_from_db()
    assert (server.letters, message.state) == ([], Delivery.SUPERSEDED)


def test_whatever_people_call_themselves_one_letter_arrives_with_the_usual_headers() -> None:
    message = book(make_cast())
    patient = message.appointment.patient
    assert patient is not None
    with mail_server() as server:
        for name in HOSTILE_NAMES:
            patient.name = name
            patient.save()
            Message.objects.update(state=Delivery.QUEUED, sent_at=None)
            assert drain(NOW)[0].state == Delivery.SENT
    assert len(server.letters) == len(HOSTILE_NAMES)
    for letter in server.letters:
        # Of its own the test server adds who sent it.
        assert set(letter.keys()) - {"X-Peer", "X-MailFrom", "X-RcptTo"} == HEADERS
        assert letter["To"] == "ana@example.com"
        (event,) = Calendar.from_ical(part(letter, "text/calendar")).walk("VEVENT")
        assert (event["SUMMARY"], event.subcomponents) == ("Appointment", [])


def test_a_visit_cancelled_before_its_confirmation_left_is_only_said_to_be_cancelled() -> None:
    confirmation = book(make_cast())
    scheduling.cancel(appointment=confirmation.appointment, by=None, now=NOW)
    with mail_server() as server:
        drain(NOW + scheduling.TAKE_BACK_WITHIN)
    (letter,) = server.letters
    assert letter["Subject"] == "Your appointment on Tuesday 24 November is cancelled"


def test_a_confirmation_that_was_on_its_way_when_the_visit_was_cancelled_is_not_tried_again() -> (
    None
):
    confirmation = book(make_cast())
    scheduling.cancel(appointment=confirmation.appointment, by=None, now=NOW)
    Message.objects.filter(pk=confirmation.pk).update(state=Delivery.QUEUED)
    with mail_server() as server:
        drain(NOW + scheduling.TAKE_BACK_WITHIN)
    confirmation.refresh_from_db()
    assert confirmation.state == Delivery.SUPERSEDED
    assert len(server.letters) == 1


def token_in(letter: EmailMessage) -> str:
    tokens = {*LINK.findall(part(letter, "text/plain")), *LINK.findall(part(letter, "text/html"))}
    (token,) = tokens
    return str(token)


def test_the_link_in_the_letter_opens_the_visit_and_only_its_hash_is_kept() -> None:
    message = book(make_cast())
    with mail_server() as server:
        drain(NOW)
    token = token_in(server.letters[0])
    link = visit_links.find(token, now=NOW)
    assert link is not None
    assert link.appointment == message.appointment
    assert everything_kept().count(visit_links.hash_of(token)) == 1
    assert token not in everything_kept()


def everything_kept() -> str:
    """All that the outbox and the links have in the database."""
    return str([*Message.objects.values_list(), *VisitLink.objects.values_list()])


@pytest.mark.parametrize(
    ("step", "answer"), [("RCPT", "451 Later"), ("DATA", "451 Later"), ("DATA", "550 Never")]
)
def test_a_letter_that_was_surely_not_taken_leaves_no_link_behind(step: str, answer: str) -> None:
    book(make_cast())
    with mail_server() as server:
        server.answers_to[step] = [answer]
        drain(NOW)
    assert VisitLink.objects.count() == 0


def test_a_day_without_a_mail_server_leaves_one_link() -> None:
    book(make_cast())
    with mail_sent_to(free_port()):
        for half_hour in range(4):
            drain(NOW + half_hour * 30 * MINUTE)
    assert VisitLink.objects.count() == 0
    with mail_server() as server:
        drain(NOW + 120 * MINUTE)
    assert VisitLink.objects.count() == len(server.letters) == 1


def test_a_letter_that_the_server_may_have_taken_keeps_its_link_alive() -> None:
    book(make_cast())
    with mail_server() as server:
        server.takes_seconds = 2
        with override_settings(EMAIL_TIMEOUT=0.3):
            drain(NOW)
        server.takes_seconds = 0
        drain(NOW + MINUTE)
    first, second = (token_in(letter) for letter in server.letters)
    assert first != second
    assert visit_links.find(first, now=NOW) is not None
    assert visit_links.find(second, now=NOW) is not None


def test_letters_about_one_visit_leave_in_order_also_after_trouble() -> None:
    cast = make_cast()
    cast.first_visit.reminder_hours = [24]
    cast.first_visit.save()
    visit = make_booking(
        cast.first_visit, cast.priya, cast.riverside, local(TUESDAY, "10:00"), person=ANA, now=NOW
    )
    reminder_due = local("2026-11-23", "10:00")
    with mail_sent_to(free_port()):
        drain(reminder_due - MINUTE)
    with mail_server() as server:
        # The confirmation waits a minute more than the reminder would have to.
        Message.objects.filter(kind=Message.Kind.CONFIRMATION).update(due_at=reminder_due + MINUTE)
        drain(reminder_due)
        assert server.letters == []
        drain(reminder_due + MINUTE)
    both = Message.objects.filter(appointment=visit).order_by("pk")
    assert server.message_ids == [message.message_id for message in both]
    assert len(both) == 2


def test_a_letter_whose_links_cannot_be_made_waits_and_holds_up_nobody() -> None:
    cast = make_cast()
    ana = owed(Message.Kind.WAITING, cast)
    # No calendar has the days after which its link would end.
    WaitingEntry.objects.update(until=date.max)
    ben = book(cast, "11:00", person=BEN)
    with mail_server() as server:
        drain(NOW)
    ana.refresh_from_db()
    assert (ana.state, ana.last_error) == (Delivery.QUEUED, "OverflowError")
    assert ana.due_at == NOW + MINUTE
    assert ben.message_id in server.message_ids
    assert ana.message_id not in server.message_ids
