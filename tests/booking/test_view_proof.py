"""Proof of the e-mail address before a time is firm, from the booking page to the desk's list."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from booking import scheduling, visit_links
from booking.models import Appointment, HouseRules, Message, Patient, State
from booking.scheduling import WrongState
from tests.booking.admin_steps import LIST, desk_of, words
from tests.booking.pages import book, text_of
from tests.booking.steps import desk_visit, hold
from tests.cast import BEN, NOW, TUESDAY, Cast
from tests.factories import local

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]

NINE = local(TUESDAY, "9:00")
HALF_AN_HOUR = timedelta(minutes=30)


@pytest.fixture
def rules(cast: Cast) -> HouseRules:
    return HouseRules.objects.create(pk=1, address_proof="everyone")


@pytest.fixture
def unproved(client: Client, cast: Cast, rules: HouseRules) -> Appointment:
    """Ana's booking, up to the page that asks her to open the letter."""
    book(client, cast.first_visit, NINE, cast.riverside)
    return Appointment.objects.get()


def letters() -> list[str]:
    return [letter.kind for letter in Message.objects.exclude(state="superseded").order_by("pk")]


def test_the_page_asks_to_open_the_letter_and_until_when(
    client: Client, unproved: Appointment
) -> None:
    page = text_of(client.get("/book/done/"))

    assert "Please open the letter and confirm within half an hour." in page
    assert "<strong>Monday 23 November 2026, 7:30 am (Edmonton time)</strong>" in page
    assert "Your visit is booked" not in page
    assert (unproved.state, unproved.hold_expires_at) == (State.UNPROVED, NOW + HALF_AN_HOUR)
    assert letters() == ["address_proof"]


def test_the_proof_books_once_however_often_it_is_given(unproved: Appointment) -> None:
    for minutes in (1, 2):
        scheduling.prove_address(appointment=unproved, now=NOW + timedelta(minutes=minutes))

    unproved.refresh_from_db()
    assert (unproved.state, unproved.hold_expires_at) == (State.BOOKED, None)
    assert [kind for kind in letters() if kind == "confirmation"] == ["confirmation"]
    assert Patient.objects.get().email_proved_at == NOW + timedelta(minutes=1)


def test_after_the_proof_the_page_says_booked(client: Client, unproved: Appointment) -> None:
    scheduling.prove_address(appointment=unproved, now=NOW)

    assert "Your visit is booked" in text_of(client.get("/book/done/"))


def test_unproved_for_half_an_hour_it_gives_way(cast: Cast, unproved: Appointment) -> None:
    bens = desk_visit(cast, "9:00", person=BEN, now=NOW + HALF_AN_HOUR)

    unproved.refresh_from_db()
    assert (unproved.state, bens.state) == (State.LAPSED, State.BOOKED)


def test_until_then_nobody_else_has_the_time(cast: Cast, unproved: Appointment) -> None:
    with pytest.raises(scheduling.SlotTaken):
        hold(cast, "9:00", now=NOW + HALF_AN_HOUR - timedelta(seconds=1))


def test_a_proof_that_comes_too_late_books_nothing(cast: Cast, unproved: Appointment) -> None:
    desk_visit(cast, "9:00", person=BEN, now=NOW + HALF_AN_HOUR)

    with pytest.raises(WrongState):
        scheduling.prove_address(appointment=unproved, now=NOW + HALF_AN_HOUR)

    assert Appointment.objects.get(state=State.BOOKED).patient.name == "Ben Carter"


def test_too_late_the_page_says_what_to_do(
    client: Client, cast: Cast, unproved: Appointment, at_now: time_machine.Traveller
) -> None:
    desk_visit(cast, "9:00", person=BEN, now=NOW + HALF_AN_HOUR)
    at_now.move_to(NOW + HALF_AN_HOUR)

    page = text_of(client.get("/book/done/"))

    assert "This time is not kept any more" in page
    assert "nothing is booked" in page
    assert 'href="/book/first-visit/"' in page


def test_too_late_the_link_of_the_letter_opens_nothing(
    cast: Cast, unproved: Appointment, at_now: time_machine.Traveller
) -> None:
    token = visit_links.issue(unproved, expires_at=NINE, now=NOW)
    desk_visit(cast, "9:00", person=BEN, now=NOW + HALF_AN_HOUR)
    at_now.move_to(NOW + HALF_AN_HOUR)

    assert Client().get(f"/v/{token}").status_code == 404


@pytest.mark.parametrize(
    ("asked", "first", "second"),
    [
        ("off", State.BOOKED, State.BOOKED),
        ("new", State.UNPROVED, State.BOOKED),
        ("everyone", State.UNPROVED, State.UNPROVED),
    ],
)
def test_who_has_to_prove(
    cast: Cast, rules: HouseRules, asked: str, first: State, second: State
) -> None:
    rules.address_proof = asked
    rules.save()
    browser = Client()
    book(browser, cast.first_visit, NINE, cast.riverside)
    booked = Appointment.objects.get()
    scheduling.prove_address(appointment=booked, now=NOW)
    book(browser, cast.first_visit, local(TUESDAY, "14:00"), cast.riverside)

    again = Appointment.objects.exclude(pk=booked.pk).get()
    # The first one is booked by now; how it began stands in its first event.
    assert (booked.events.filter(kind="booked").get().to_state, again.state) == (first, second)


def test_the_desks_list_shows_that_the_e_mail_is_not_confirmed(
    cast: Cast, unproved: Appointment
) -> None:
    page = words(desk_of(cast.dina).get(f"{LIST}?day={TUESDAY}"))

    assert "E-mail not confirmed yet, kept until 7:30 am" in page
