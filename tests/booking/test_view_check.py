from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from booking.models import Appointment, Closure, Consent, Message, Patient, State
from booking.views.details import ANOTHER_TIME
from tests.booking.linked import hidden_in
from tests.booking.pages import book, give_details, press_book, take, text_of
from tests.cast import ANA, NOW, TUESDAY, Cast
from tests.factories import local, make_booking

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]

NINE = local(TUESDAY, "9:00")


def test_the_page_lists_every_answer(client: Client, cast: Cast) -> None:
    take(client, cast.first_visit, NINE, cast.riverside)
    give_details(client)

    assert client.get("/book/check/").context["answers"] == [
        ("Visit for", "Ana Lopez"),
        ("E-mail", "ana@example.com"),
        ("Phone", "(780) 555-0150"),
        ("What it is about", "Sore shoulder since May"),
    ]


def test_it_says_until_when_this_visit_can_be_changed(client: Client, cast: Cast) -> None:
    cast.first_visit.cancel_cutoff_hours = 2
    cast.first_visit.save()
    take(client, cast.first_visit, NINE, cast.riverside)
    give_details(client)

    page = text_of(client.get("/book/check/"))

    assert "online until Tuesday 24 November 2026, 7:00 am (Edmonton time)" in page


def test_without_details_the_page_leads_back_to_them(client: Client, cast: Cast) -> None:
    take(client, cast.first_visit, NINE, cast.riverside)

    for answer in (client.get("/book/check/"), client.post("/book/check/")):
        assert (answer.status_code, answer["Location"]) == (303, "/book/details/")


def test_booking_makes_the_visit_its_consent_and_one_letter(client: Client, cast: Cast) -> None:
    answer = book(client, cast.first_visit, NINE, cast.riverside)

    assert (answer.status_code, answer["Location"]) == (303, "/book/done/")
    visit = Appointment.objects.get()
    assert (visit.state, visit.patient.name, visit.about) == (
        State.BOOKED,
        "Ana Lopez",
        "Sore shoulder since May",
    )
    assert [(consent.text, consent.version) for consent in Consent.objects.all()] == [
        ("privacy_notice", "2026-11-20")
    ]
    assert [(letter.kind, letter.to) for letter in Message.objects.all()] == [
        ("confirmation", "ana@example.com")
    ]


def test_pressing_the_button_twice_books_once(client: Client, cast: Cast) -> None:
    take(client, cast.first_visit, NINE, cast.riverside)
    give_details(client)
    form = hidden_in(client.get("/book/check/"))

    for _ in range(2):
        answer = client.post("/book/check/", form)
        assert (answer.status_code, answer["Location"]) == (303, "/book/done/")

    assert Appointment.objects.count() == 1
    assert Message.objects.count() == 1


def test_what_another_tab_chose_is_shown_before_it_is_booked(client: Client, cast: Cast) -> None:
    take(client, cast.first_visit, NINE, cast.riverside)
    give_details(client)
    first_tab = hidden_in(client.get("/book/check/"))
    take(client, cast.first_visit, local(TUESDAY, "14:00"), cast.riverside)

    page = client.post("/book/check/", first_tab)

    assert page.status_code == 409
    assert "You chose another time meanwhile. Please check it." in text_of(page)
    assert "Tuesday 24 November 2026, 2:00 pm (Edmonton time)" in text_of(page)
    assert [visit.state for visit in Appointment.objects.all()] == [State.HELD]
    client.post("/book/check/", hidden_in(page))
    assert [(visit.state, visit.starts_at) for visit in Appointment.objects.all()] == [
        (State.BOOKED, local(TUESDAY, "14:00"))
    ]


def test_what_another_tab_booked_is_not_booked_again(client: Client, cast: Cast) -> None:
    take(client, cast.first_visit, NINE, cast.riverside)
    give_details(client)
    first_tab = hidden_in(client.get("/book/check/"))
    take(client, cast.first_visit, local(TUESDAY, "14:00"), cast.riverside)
    press_book(client)

    answer = client.post("/book/check/", first_tab)

    assert (answer.status_code, answer["Location"]) == (303, "/book/done/")
    assert [visit.starts_at for visit in Appointment.objects.all()] == [local(TUESDAY, "14:00")]


@pytest.mark.parametrize("form", [{}, {"shown": ""}, {"shown": "\x00"}, {"shown": "x" * 5_000}])
def test_a_form_that_shows_no_time_books_none(
    client: Client, cast: Cast, form: dict[str, str]
) -> None:
    take(client, cast.first_visit, NINE, cast.riverside)
    give_details(client)

    page = client.post("/book/check/", form)

    assert (page.status_code, page.context["problem"]) == (409, ANOTHER_TIME)
    assert [visit.state for visit in Appointment.objects.all()] == [State.HELD]


def test_a_dependant_is_a_patient_whose_letters_go_to_the_adult(client: Client, cast: Cast) -> None:
    take(client, cast.first_visit, NINE, cast.riverside)
    give_details(client, for_whom="other", patient_name="Mia Lopez")
    press_book(client)

    mia = Patient.objects.get(name="Mia Lopez")
    assert Appointment.objects.get().patient == mia
    assert (mia.email, mia.responsible_adult.name) == ("", "Ana Lopez")
    assert Message.objects.get().to == "ana@example.com"


def test_a_closure_in_the_meantime_answers_409_and_keeps_what_was_typed(
    client: Client, cast: Cast
) -> None:
    take(client, cast.first_visit, NINE, cast.riverside)
    give_details(client)
    Closure.objects.create(
        location=cast.riverside, starts_at=NINE, ends_at=NINE + timedelta(hours=3), reason="Flood"
    )

    answer = press_book(client)

    assert answer.status_code == 409
    assert "What you typed is kept." in text_of(answer)
    assert "Flood" not in text_of(answer)


def test_a_hold_given_away_answers_409_with_other_times(
    client: Client, cast: Cast, at_now: time_machine.Traveller
) -> None:
    take(client, cast.first_visit, NINE, cast.riverside)
    give_details(client)
    form = hidden_in(client.get("/book/check/"))
    at_now.move_to(NOW + timedelta(minutes=11))
    for _ in range(2):
        take(Client(), cast.first_visit, NINE, cast.riverside)

    answer = client.post("/book/check/", form)

    assert answer.status_code == 409
    assert len(answer.context["nearest"]) == 4
    assert not Appointment.objects.filter(state=State.BOOKED).exists()


def test_the_other_times_are_those_of_the_chosen_practitioner(
    client: Client, cast: Cast, at_now: time_machine.Traveller
) -> None:
    take(client, cast.first_visit, NINE, cast.riverside, "?practitioner=priya-nair")
    give_details(client)
    form = hidden_in(client.get("/book/check/"))
    at_now.move_to(NOW + timedelta(minutes=11))
    take(Client(), cast.first_visit, NINE, cast.riverside, "?practitioner=priya-nair")

    answer = client.post("/book/check/", form)

    assert answer.status_code == 409
    assert {time.practitioners for time in answer.context["nearest"]} == {(cast.priya,)}
    assert 'action="/book/first-visit/?practitioner=priya-nair"' in text_of(answer)


def test_nobody_learns_that_a_patient_has_another_visit(client: Client, cast: Cast) -> None:
    make_booking(cast.first_visit, cast.priya, cast.riverside, NINE, person=ANA, now=NOW)
    stranger = client
    answer = book(stranger, cast.first_visit, NINE, cast.riverside)

    assert answer.status_code == 409
    assert "9:00 am (Edmonton time) cannot be booked any more" in text_of(answer)
    assert Appointment.objects.filter(state=State.BOOKED).count() == 1


def test_keeping_the_time_longer_stays_on_the_page_and_says_so(
    client: Client, cast: Cast, at_now: time_machine.Traveller
) -> None:
    take(client, cast.first_visit, NINE, cast.riverside)
    give_details(client)
    at_now.move_to(NOW + timedelta(minutes=8))

    page = press_book(client, extend="more")

    assert page.status_code == 200
    assert "<h1>Check your visit</h1>" in text_of(page)
    assert "We keep your time until 7:18 am (Edmonton time)." in text_of(page)
    assert [(visit.state, visit.hold_expires_at) for visit in Appointment.objects.all()] == [
        (State.HELD, NOW + timedelta(minutes=18))
    ]
    assert client.post("/book/check/", hidden_in(page))["Location"] == "/book/done/"


def test_choosing_another_time_gives_the_place_back(client: Client, cast: Cast) -> None:
    take(client, cast.first_visit, NINE, cast.riverside)
    give_details(client)

    answer = press_book(client, release="time")

    assert (answer.status_code, answer["Location"]) == (303, "/book/first-visit/")
    assert not Appointment.objects.exists()


@pytest.mark.parametrize("button", ["extend", "release"])
def test_the_buttons_of_a_page_that_shows_another_time_change_nothing(
    client: Client, cast: Cast, button: str
) -> None:
    take(client, cast.first_visit, NINE, cast.riverside)
    give_details(client)
    first_tab = hidden_in(client.get("/book/check/"))
    take(client, cast.first_visit, local(TUESDAY, "14:00"), cast.riverside)

    page = client.post("/book/check/", first_tab | {button: "now"})

    assert (page.status_code, page.context["problem"]) == (409, ANOTHER_TIME)
    assert [(visit.state, visit.starts_at) for visit in Appointment.objects.all()] == [
        (State.HELD, local(TUESDAY, "14:00"))
    ]


@pytest.mark.parametrize("button", ["extend", "release"])
def test_the_buttons_leave_a_booked_visit_alone(client: Client, cast: Cast, button: str) -> None:
    take(client, cast.first_visit, NINE, cast.riverside)
    give_details(client)
    form = hidden_in(client.get("/book/check/"))
    client.post("/book/check/", form)

    answer = client.post("/book/check/", form | {button: "now"})

    assert (answer.status_code, answer["Location"]) == (303, "/book/done/")
    assert [visit.state for visit in Appointment.objects.all()] == [State.BOOKED]


def test_what_was_typed_is_forgotten_once_booked(client: Client, cast: Cast) -> None:
    book(client, cast.first_visit, NINE, cast.riverside)

    assert set(client.session.keys()) == {"visitor", "booked"}
