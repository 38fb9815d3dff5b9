"""Cancelling one's own visit, and taking that back."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from booking import scheduling
from booking.models import Appointment, AppointmentEvent, HouseRules, Patient, State
from tests.booking.linked import browser_with, hidden_in, link_to, shows
from tests.booking.pages import text_of
from tests.booking.steps import letters, visit
from tests.cast import NOW, Cast
from tests.content.pages import parsed
from tests.factories import local

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]

CANCEL = "/visit/cancel/"


@pytest.fixture
def anas(cast: Cast) -> Appointment:
    return visit(cast, "10:00")


@pytest.fixture
def browser(anas: Appointment) -> Client:
    return browser_with(anas)


def state_of(anas: Appointment) -> str:
    anas.refresh_from_db()
    return anas.state


def test_the_check_page_cancels_nothing(browser: Client, anas: Appointment) -> None:
    answer = browser.get(CANCEL)

    assert answer.status_code == 200
    assert "Cancel this visit?" in text_of(answer)
    assert state_of(anas) == State.BOOKED


def test_the_button_cancels_and_the_page_after_it_says_what_happens(
    browser: Client, anas: Appointment
) -> None:
    answer = browser.post(CANCEL, shows(anas))

    assert (answer.status_code, answer["Location"]) == (303, "/visit/changed/")
    assert state_of(anas) == State.CANCELLED
    page = text_of(browser.get("/visit/changed/"))
    assert "Your visit is cancelled" in page
    assert "It was on Tuesday 24 November 2026, 10:00 am (Edmonton time)" in page
    written = "We write to a…@e… about this on Monday 23 November 2026, 7:03 am (Edmonton time)."
    assert written in page
    assert "Until then you can undo it here." in page
    assert ("cancellation", "queued") in letters(anas)


def test_without_an_address_it_says_until_when_it_can_be_undone(
    browser: Client, anas: Appointment
) -> None:
    Patient.objects.update(email="")
    browser.post(CANCEL, shows(anas))

    words = parsed(browser.get("/visit/changed/")).words

    assert "We have no e-mail address of yours" in words
    assert ("Until Monday 23 November 2026, 7:03 am (Edmonton time) you can undo it here.") in words


def test_a_form_from_elsewhere_cancels_nothing(anas: Appointment) -> None:
    browser = browser_with(anas)
    browser.handler.enforce_csrf_checks = True

    assert browser.post(CANCEL, shows(anas)).status_code == 403
    assert state_of(anas) == State.BOOKED


def test_pressed_twice_it_cancels_once(browser: Client, anas: Appointment) -> None:
    answers = [browser.post(CANCEL, shows(anas)) for _ in range(2)]

    assert {(each.status_code, each["Location"]) for each in answers} == {(303, "/visit/changed/")}
    assert AppointmentEvent.objects.filter(appointment=anas, kind="cancelled").count() == 1


def test_it_is_undone_within_three_minutes(
    browser: Client, anas: Appointment, at_now: time_machine.Traveller
) -> None:
    browser.post(CANCEL, shows(anas))
    assert "This visit is cancelled." in text_of(browser.get("/visit/"))
    page = parsed(browser.get("/visit/")).words
    assert "Undo my last change Until Monday 23 November 2026, 7:03 am (Edmonton time)" in page
    at_now.move_to(NOW + timedelta(minutes=2, seconds=59))

    answer = browser.post("/visit/undo/", shows(anas))

    assert (answer.status_code, answer["Location"]) == (303, "/visit/")
    assert state_of(anas) == State.BOOKED
    at_now.move_to(NOW + timedelta(minutes=30))
    assert browser.get("/visit/").status_code == 200


def test_after_three_minutes_the_right_has_ended(
    browser: Client, anas: Appointment, at_now: time_machine.Traveller
) -> None:
    browser.post(CANCEL, shows(anas))
    at_now.move_to(NOW + timedelta(minutes=3))

    assert browser.post("/visit/undo/", shows(anas)).status_code == 404
    assert browser.get("/visit/").status_code == 404
    assert state_of(anas) == State.CANCELLED


def test_after_the_cut_off_one_is_asked_to_call(
    browser: Client, anas: Appointment, at_now: time_machine.Traveller
) -> None:
    at_now.move_to(local("2026-11-23", "10:01"))

    for answer in (browser.get(CANCEL), browser.post(CANCEL, shows(anas))):
        assert answer.status_code == 409
        assert "Please call us." in text_of(answer)
        assert "(780) 555-0141" in text_of(answer)
    assert state_of(anas) == State.BOOKED


def test_a_button_of_one_visit_does_not_cancel_another_that_was_opened_since(
    browser: Client, anas: Appointment, cast: Cast
) -> None:
    another = visit(cast, "14:00")
    first_tab = hidden_in(browser.get(CANCEL))
    browser.get(link_to(another))

    answer = browser.post(CANCEL, first_tab)

    assert answer.status_code == 409
    assert "You opened another visit meanwhile: this one. Nothing was changed." in text_of(answer)
    assert (another.reference in text_of(answer), anas.reference in text_of(answer)) == (
        True,
        False,
    )
    assert (state_of(anas), state_of(another)) == (State.BOOKED, State.BOOKED)
    browser.post(CANCEL, hidden_in(browser.get(CANCEL)))
    assert (state_of(anas), state_of(another)) == (State.BOOKED, State.CANCELLED)


def test_a_form_that_does_not_say_what_it_shows_cancels_nothing(
    browser: Client, anas: Appointment
) -> None:
    answer = browser.post(CANCEL)

    assert answer.status_code == 409
    assert "Nothing was changed." in text_of(answer)
    assert state_of(anas) == State.BOOKED


@pytest.mark.parametrize("page", ["/visit/", "/visit/changed/"])
def test_a_button_of_one_visit_takes_nothing_back_of_another(
    browser: Client, anas: Appointment, cast: Cast, page: str
) -> None:
    another = visit(cast, "14:00")
    browser.post(CANCEL, shows(anas))
    first_tab = hidden_in(browser.get(page))
    browser.get(link_to(another))
    browser.post(CANCEL, shows(another))

    answer = browser.post("/visit/undo/", first_tab)

    assert answer.status_code == 409
    assert "You opened another visit meanwhile" in text_of(answer)
    assert (state_of(anas), state_of(another)) == (State.CANCELLED, State.CANCELLED)
    browser.post("/visit/undo/", hidden_in(browser.get(page)))
    assert (state_of(anas), state_of(another)) == (State.CANCELLED, State.BOOKED)


def test_a_visit_that_is_cancelled_already_says_so(anas: Appointment, cast: Cast) -> None:
    scheduling.cancel(appointment=anas, by=cast.dina, now=NOW)
    browser = browser_with(anas)

    assert browser.get(CANCEL).status_code == 409
    answer = browser.post(CANCEL, shows(anas), follow=True)
    assert answer.redirect_chain == [("/visit/changed/", 303), ("/visit/", 303)]
    assert "This visit is cancelled." in text_of(answer)


def test_a_booking_that_was_not_proved_can_be_given_up(cast: Cast) -> None:
    HouseRules.objects.create(pk=1, address_proof=HouseRules.AddressProof.EVERYONE)
    anas = visit(cast, "10:00")
    browser = browser_with(anas)
    assert "Move it instead" not in text_of(browser.get(CANCEL))

    answer = browser.post(CANCEL, shows(anas), follow=True)

    assert state_of(anas) == State.CANCELLED
    assert "This visit is cancelled." in text_of(answer)
    assert "Undo" not in text_of(answer)
