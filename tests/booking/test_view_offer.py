"""/waiting-list/offer/: a freed time is looked at, taken or declined."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from booking import scheduling, visit_links
from booking.absences import Place
from booking.models import Appointment, Closure, HouseRules, SlotOffer, State
from tests.booking.linked import hidden_in, link_to, shows
from tests.booking.pages import text_of
from tests.booking.steps import visit
from tests.booking.wishes import MORNING, TEN, free, offered, wait, wait_for_earlier
from tests.cast import ANA, TUESDAY, Cast
from tests.factories import local

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_the_morning")]

OFFER = "/waiting-list/offer/"
YES, NO = {"answer": "yes"}, {"answer": "no"}


@pytest.fixture
def in_the_morning(at_now: time_machine.Traveller) -> None:
    at_now.move_to(MORNING)


@pytest.fixture
def anas(cast: Cast) -> Appointment:
    """A visit on Tuesday at two, for which an earlier time is wished."""
    booked = visit(cast, "14:00")
    wait_for_earlier(booked)
    return booked


def browser_with(offer: SlotOffer) -> Client:
    """The link in the letter has been opened."""
    token = visit_links.issue(offer, expires_at=offer.expires_at, now=MORNING)
    browser = Client()
    answer = browser.get(f"/v/{token}")
    assert answer["Location"] == OFFER
    return browser


def say(browser: Client, answer: dict[str, str]) -> Any:
    """Press a button of the page of the one offer there is."""
    return browser.post(OFFER, shows(SlotOffer.objects.get()) | answer)


def test_it_shows_the_new_time_beside_the_present_one(cast: Cast, anas: Appointment) -> None:
    page = text_of(browser_with(offered(cast)).get(OFFER))

    assert "Tuesday 24 November 2026, 10:00 am (Edmonton time)" in page
    assert "Tuesday 24 November 2026, 2:00 pm (Edmonton time)" in page
    assert "until <strong>Monday 23 November 2026, 9:30 am (Edmonton time)</strong>" in page
    assert "ana@example.com" not in page


def test_accepting_moves_the_visit(cast: Cast, anas: Appointment) -> None:
    browser = browser_with(offered(cast))

    for _ in range(2):
        answer = say(browser, YES)
        assert (answer.status_code, answer["Location"]) == (303, OFFER)

    anas.refresh_from_db()
    assert anas.starts_at == TEN
    assert "<h1>Your visit has moved</h1>" in text_of(browser.get(OFFER))
    assert anas.reference in text_of(browser.get("/visit/"))


def test_an_offer_that_was_accepted_gives_no_further_right_to_the_visit(
    cast: Cast, anas: Appointment
) -> None:
    offer = offered(cast)
    patient, other = browser_with(offer), browser_with(offer)
    say(patient, YES)

    assert say(other, YES)["Location"] == OFFER

    assert patient.get("/visit/").status_code == 200
    assert other.get("/visit/").status_code == 404


def test_a_move_can_be_taken_back_from_the_page_of_the_visit(cast: Cast, anas: Appointment) -> None:
    browser = browser_with(offered(cast))
    say(browser, YES)

    browser.post("/visit/undo/", shows(anas))

    anas.refresh_from_db()
    assert anas.starts_at == local(TUESDAY, "14:00")
    page = text_of(browser.get(OFFER))
    assert "Your visit stays as it is." in page
    assert "You are still on the list" in page


def test_accepting_books_a_first_visit(cast: Cast) -> None:
    wait(cast)
    browser = browser_with(offered(cast))
    assert "135 CAD" in text_of(browser.get(OFFER))

    say(browser, YES)

    assert Appointment.objects.get(state=State.BOOKED).starts_at == TEN
    assert "<h1>Your visit is booked</h1>" in text_of(browser.get(OFFER))


def test_accepting_without_answers_to_the_questions_says_that_somebody_looks_first(
    cast: Cast,
) -> None:
    cast.first_visit.asks_safety_questions = True
    cast.first_visit.save()
    wait(cast)
    browser = browser_with(offered(cast))

    say(browser, YES)

    page = text_of(browser.get(OFFER))
    assert "A physiotherapist first checks that the visit is right for you" in page


def test_a_visit_that_was_cancelled_later_is_not_shown_as_booked(cast: Cast) -> None:
    wait(cast)
    browser = browser_with(offered(cast))
    say(browser, YES)
    booked = Appointment.objects.get(state=State.BOOKED)
    scheduling.cancel(appointment=booked, by=cast.dina, now=MORNING, reason="phoned")

    assert "<h1>You took this time</h1>" in text_of(browser.get(OFFER))


def test_declining(cast: Cast, anas: Appointment) -> None:
    offer = offered(cast)
    browser = browser_with(offer)

    for _ in range(2):
        answer = say(browser, NO)
        assert (answer.status_code, answer["Location"]) == (303, OFFER)

    offer.refresh_from_db()
    anas.refresh_from_db()
    assert (offer.answer, anas.starts_at) == ("declined", local(TUESDAY, "14:00"))
    page = text_of(browser.get(OFFER))
    assert "<h1>You have said no to this time</h1>" in page
    assert "You are still on the list" in page
    assert "look at all free times" not in page


def test_who_declines_and_has_no_visit_is_led_to_all_free_times(cast: Cast) -> None:
    wait(cast)
    browser = browser_with(offered(cast))
    say(browser, NO)

    page = text_of(browser.get(OFFER))

    assert "You are still on the list" in page
    assert '<a href="/book/">look at all free times</a>' in page


@pytest.mark.parametrize("second", [YES, NO])
def test_after_the_first_answer_another_one_is_refused(
    cast: Cast, anas: Appointment, second: dict[str, str]
) -> None:
    first = NO if second == YES else YES
    browser = browser_with(offered(cast))
    say(browser, first)

    answer = say(browser, second)

    assert answer.status_code == 409
    said_no = "You have said no to this time" in text_of(answer)
    assert said_no is (first == NO)


@pytest.mark.parametrize("words", [YES, NO])
def test_an_answer_to_one_offer_is_none_to_another_that_was_opened_since(
    cast: Cast, anas: Appointment, words: dict[str, str]
) -> None:
    first = offered(cast)
    browser = browser_with(first)
    first_tab = hidden_in(browser.get(OFFER))
    leos = wait(cast, person=replace(ANA, dependant="Leo Lopez"))
    free(cast, "12:00")
    scheduling.offer_freed_times(now=MORNING)
    second = SlotOffer.objects.get(entry=leos)
    browser.get(link_to(second, now=MORNING, expires_at=second.expires_at))

    answer = browser.post(OFFER, first_tab | words)

    assert answer.status_code == 409
    assert "You opened another offer meanwhile: this one. Nothing was changed." in text_of(answer)
    assert "12 noon" in text_of(answer)
    assert [each.answer for each in SlotOffer.objects.all()] == ["open"] * 2
    browser.post(OFFER, hidden_in(browser.get(OFFER)) | NO)
    answers = [each.answer for each in SlotOffer.objects.order_by("pk")]
    assert answers == ["open", "declined"]


def test_an_answer_that_cannot_be_read_changes_nothing(cast: Cast, anas: Appointment) -> None:
    offer = offered(cast)

    answer = say(browser_with(offer), {"answer": "perhaps"})

    assert answer.status_code == 400
    assert "Please choose one of the two buttons." in text_of(answer)
    offer.refresh_from_db()
    assert offer.answer == "open"


def test_a_closure_since_is_said(cast: Cast, anas: Appointment) -> None:
    browser = browser_with(offered(cast))
    Closure.objects.create(starts_at=TEN, ends_at=TEN + timedelta(hours=1), reason="Flood")

    answer = say(browser, YES)

    assert answer.status_code == 409
    assert "This time is no longer free" in text_of(answer)
    assert "Flood" not in text_of(answer)


def test_above_a_limit_it_asks_to_call_and_never_says_why(cast: Cast) -> None:
    HouseRules.objects.create(pk=1, open_visits_at_most=1)
    visit(cast, "14:00")
    wait(cast)
    offer = offered(cast)

    answer = say(browser_with(offer), YES)

    assert answer.status_code == 409
    assert "Please call us and we book it with you." in text_of(answer)
    assert "(780) 555-0140" in text_of(answer)
    offer.refresh_from_db()
    assert offer.answer == "open"


def test_a_visit_that_was_cancelled_meanwhile_cannot_move(cast: Cast, anas: Appointment) -> None:
    browser = browser_with(offered(cast))
    scheduling.cancel(appointment=anas, by=None, now=MORNING)

    answer = say(browser, YES)

    assert answer.status_code == 409
    assert "has changed meanwhile" in text_of(answer)


def test_when_its_time_is_over_the_page_says_so(
    cast: Cast, anas: Appointment, at_now: time_machine.Traveller
) -> None:
    offer = offered(cast)
    browser = browser_with(offer)
    at_now.move_to(offer.expires_at)

    for answer in (browser.get(OFFER), say(browser, YES)):
        assert answer.status_code == 410
        assert "<h1>This time is not kept any more</h1>" in text_of(answer)
    anas.refresh_from_db()
    assert anas.starts_at == local(TUESDAY, "14:00")


def test_without_the_link_nothing_is_shown_or_changed(
    client: Client, cast: Cast, anas: Appointment
) -> None:
    offer = offered(cast)

    assert client.get(OFFER).status_code == 404
    assert client.post(OFFER, YES).status_code == 404
    offer.refresh_from_db()
    assert offer.answer == "open"


def test_a_link_that_was_revoked_opens_nothing(cast: Cast, anas: Appointment) -> None:
    offer = offered(cast)
    browser = browser_with(offer)
    visit_links.revoke(offer, now=MORNING)

    assert browser.get(OFFER).status_code == 404


@pytest.fixture
def instead(cast: Cast, anas: Appointment) -> SlotOffer:
    """Priya is away on Tuesday afternoon: Tomas could see Ana at ten."""
    away = Closure.objects.create(
        practitioner=cast.priya,
        starts_at=TEN + timedelta(hours=2),
        ends_at=TEN + timedelta(hours=8),
    )
    place = Place(cast.tomas, cast.riverside, TEN)
    asked = scheduling.offer_instead(
        closure=away, appointment=anas, instead=place, by=cast.dina, now=MORNING
    )
    return SlotOffer.objects.get(rearrangement=asked)


def test_a_visit_that_the_clinic_cannot_keep_is_not_said_to_stay(instead: SlotOffer) -> None:
    browser = browser_with(instead)

    say(browser, NO)

    page = text_of(browser.get(OFFER))
    assert "We phone you to find another time." in page
    assert "stays as it is" not in page


def test_nor_is_it_when_its_patient_answers_too_late(
    instead: SlotOffer, at_now: time_machine.Traveller
) -> None:
    browser = browser_with(instead)
    at_now.move_to(instead.expires_at)

    page = browser.get(OFFER)

    assert page.status_code == 410
    assert "Your visit cannot take place as planned" in text_of(page)
    assert "stays as it is" not in text_of(page)


def test_looking_changes_nothing(cast: Cast, anas: Appointment) -> None:
    browser = browser_with(offered(cast))
    before: list[Any] = [*SlotOffer.objects.values(), *Appointment.objects.values()]

    assert browser.get(OFFER).status_code == browser.head(OFFER).status_code == 200

    assert [*SlotOffer.objects.values(), *Appointment.objects.values()] == before


def test_the_page_for_a_child_s_adult_says_for_whom_it_is(cast: Cast) -> None:
    free(cast)
    wait(cast, person=replace(ANA, dependant="Leo Lopez"))
    scheduling.offer_freed_times(now=MORNING)

    page = text_of(browser_with(SlotOffer.objects.get()).get(OFFER))

    assert "A time is free for the person in your care" in page


def test_it_says_until_when_a_visit_that_is_booked_by_it_can_be_changed(cast: Cast) -> None:
    wait(cast)

    page = text_of(browser_with(offered(cast)).get(OFFER))

    assert "online until Monday 23 November 2026, 10:00 am (Edmonton time)" in page
