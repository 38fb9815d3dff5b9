"""Having a lost link sent again, without telling anybody who is known here."""

from datetime import timedelta

import pytest
import time_machine
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from pytest_django import Settings

from booking import clock, outbox
from booking.models import Message
from tests.booking.pages import text_of
from tests.booking.steps import visit
from tests.cast import NOW, Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]

PAGE = "/find-my-visit/"


def owed() -> list[tuple[str, str, str]]:
    found = Message.objects.filter(kind="find_visit").order_by("pk")
    return [(each.to, each.channel, each.state) for each in found]


@pytest.fixture
def limited(settings: Settings) -> None:
    settings.ATTEMPT_LIMITS_ON = True


def test_the_page_asks_for_the_address_alone(client: Client, cast: Cast) -> None:
    answer = client.get(PAGE)

    assert answer.status_code == 200
    assert list(answer.context["form"].fields) == ["email"]
    assert answer["Cache-Control"] == "no-store, private"


@pytest.mark.parametrize("address", ["ana@example.com", "nobody@example.com"])
def test_known_or_not_one_letter_is_owed_and_the_answer_is_the_same(
    client: Client, cast: Cast, address: str
) -> None:
    visit(cast, "10:00")

    answer = client.post(PAGE, {"email": address})

    assert (answer.status_code, answer["Location"]) == (303, "/find-my-visit/sent/")
    assert owed() == [(address, "email", "queued")]
    assert Message.objects.get(kind="find_visit").due_at == NOW
    page = text_of(client.get("/find-my-visit/sent/"))
    assert "If we know a visit for this address, a letter is on its way." in page
    assert address not in page


def test_the_worker_writes_to_an_address_that_has_a_visit_and_to_no_other(
    client: Client, cast: Cast, mailoutbox: list[EmailMultiAlternatives]
) -> None:
    visit(cast, "10:00")
    client.post(PAGE, {"email": "ben@example.com"})
    client.post(PAGE, {"email": "ana@example.com"})

    while outbox.deliver_next(now=NOW):
        pass

    assert owed() == [
        ("ben@example.com", "email", "superseded"),
        ("ana@example.com", "email", "sent"),
    ]
    subject = "The appointments you asked about"
    assert [each.to for each in mailoutbox if each.subject == subject] == [["ana@example.com"]]


@pytest.mark.parametrize("typed", ["", "ana", "ana@example.com\nBcc: x@example.com"])
def test_what_is_no_address_is_refused(client: Client, cast: Cast, typed: str) -> None:
    answer = client.post(PAGE, {"email": typed})

    assert answer.status_code == 400
    assert not owed()


def test_the_way_there_stands_on_every_page(client: Client, cast: Cast) -> None:
    for path in ("/", "/book/"):
        assert 'href="/find-my-visit/"' in text_of(client.get(path))


def test_of_one_address_three_letters_an_hour_and_then_silently_none(
    client: Client, cast: Cast, limited: None, at_now: time_machine.Traveller
) -> None:
    answers = [client.post(PAGE, {"email": "Ana@example.com"}) for _ in range(2)]
    answers += [client.post(PAGE, {"email": "ana@EXAMPLE.com"}) for _ in range(3)]

    assert {(each.status_code, each["Location"]) for each in answers} == {
        (303, "/find-my-visit/sent/")
    }
    assert len(owed()) == 3
    at_now.move_to(NOW + timedelta(hours=1))
    client.post(PAGE, {"email": "ana@example.com"})
    assert len(owed()) == 4


def test_from_one_network_ten_requests_in_ten_minutes(
    client: Client, cast: Cast, limited: None, at_now: time_machine.Traveller
) -> None:
    for number in range(10):
        assert client.post(PAGE, {"email": f"{number}@example.com"}).status_code == 303
    answer = client.post(PAGE, {"email": "ana@example.com"})

    assert (answer.status_code, answer["Retry-After"]) == (429, "600")
    assert "Please try again in 10 minutes." in text_of(answer)
    assert len(owed()) == 10
    other = client.post(PAGE, {"email": "ana@example.com"}, REMOTE_ADDR="198.51.100.7")
    assert other.status_code == 303
    at_now.move_to(NOW + timedelta(minutes=10))
    assert client.post(PAGE, {"email": "ana@example.com"}).status_code == 303


def test_what_was_asked_for_is_erased_after_a_week(client: Client, cast: Cast) -> None:
    visit(cast, "10:00")
    client.post(PAGE, {"email": "ana@example.com"})
    a_week, later = NOW + timedelta(days=7), NOW + timedelta(days=7, seconds=1)

    clock.tick(now=later)
    assert owed() == [("ana@example.com", "email", "queued")]

    Message.objects.filter(kind="find_visit").update(state="sent", sent_at=NOW)
    clock.tick(now=a_week)
    assert owed() == [("ana@example.com", "email", "sent")]
    clock.tick(now=later)
    assert owed() == []
    assert Message.objects.get().kind == "confirmation"
