"""Booking for a caller: the rules say no in sentences, and nothing typed is lost."""

from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from booking.models import Appointment, Patient, Room
from tests.booking.admin_steps import BOOK, caller, desk_of, problems, told, words
from tests.booking.diary_steps import BOARD
from tests.booking.steps import hold, visit
from tests.cast import ANA, BEN, TUESDAY, Cast
from tests.factories import local

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]

TEN = local(TUESDAY, "10:00")
AT_TEN = "Tuesday 24 November 2026, 10:00 am (Edmonton time) with Priya Nair at Riverside"


@pytest.fixture
def desk(cast: Cast) -> Client:
    return desk_of(cast.dina)


def choices(answer: Any) -> list[str]:
    """The buttons of the nearest open times."""
    return [
        f"{choice.practitioner} {choice.key.rpartition(' ')[0].rpartition(' ')[0]}"
        for choice in answer.context["refused"].nearest
    ]


def test_a_caller_is_booked_and_the_visit_is_shown_on_the_board(desk: Client, cast: Cast) -> None:
    page = desk.post(BOOK, caller(cast), follow=True)

    booked = Appointment.objects.get()
    assert page.redirect_chain == [(f"{BOARD}?day={TUESDAY}#v{booked.pk}", 302)]
    assert told(page) == [
        (
            f"Booked: visit {booked.reference} of Ana Lopez, Tuesday 24 November 2026, 10:00 am "
            "(Edmonton time), with Priya Nair at Riverside. A confirmation goes to ana@example.com."
        )
    ]
    assert (booked.starts_at, booked.source, booked.about, booked.contact_phone.as_e164) == (
        TEN,
        "desk",
        "Sore shoulder",
        "+17805550150",
    )
    assert booked.events.get().user == cast.dina


def test_without_an_address_the_desk_is_told_that_no_letter_goes_out(
    desk: Client, cast: Cast
) -> None:
    page = desk.post(BOOK, caller(cast, email=""), follow=True)

    assert told(page)[0].endswith("No e-mail address, so no letter.")
    assert Appointment.objects.get().messages.count() == 0


def test_a_visit_for_somebody_in_the_callers_care(desk: Client, cast: Cast) -> None:
    page = desk.post(BOOK, caller(cast, dependant="Leo Lopez"), follow=True)

    assert "Leo Lopez (with Ana Lopez)" in told(page)[0]


def test_a_taken_time_is_a_sentence_with_the_visit_in_the_way_and_other_times(
    desk: Client, cast: Cast
) -> None:
    bens = visit(cast, "10:00", person=BEN)

    answer = desk.post(BOOK, caller(cast))

    assert answer.status_code == 409
    assert problems(answer) == {
        "time": [
            f"{AT_TEN} cannot be booked: the practitioner has another visit or its buffer then."
        ]
    }
    assert f"Look at {bens.reference}" in words(answer)
    assert choices(answer) == [
        "Tomas Costa 2026-11-24 09:00",
        "Tomas Costa 2026-11-24 09:30",
        "Tomas Costa 2026-11-24 10:00",
        "Tomas Costa 2026-11-24 10:30",
        "Priya Nair 2026-11-24 11:30",
        "Priya Nair 2026-11-24 12:00",
        "Priya Nair 2026-11-24 12:30",
        "Priya Nair 2026-11-24 13:00",
    ]


def test_what_was_typed_is_kept(desk: Client, cast: Cast) -> None:
    visit(cast, "10:00", person=BEN)
    typed = caller(cast, dependant="Leo Lopez", about="Ankle", phone="(780) 555-0150")

    form = desk.post(BOOK, typed).context["form"]

    assert {name: form[name].value() for name in typed} == {
        name: str(value) for name, value in typed.items()
    }


def test_one_click_on_another_time_books_it_for_who_was_typed(desk: Client, cast: Cast) -> None:
    visit(cast, "10:00", person=BEN)
    refused = desk.post(BOOK, caller(cast)).context["refused"]
    other = next(each for each in refused.nearest if each.practitioner == cast.tomas)

    desk.post(BOOK, caller(cast, choice=other.key))

    booked = Appointment.objects.get(patient__name="Ana Lopez")
    assert (booked.practitioner, booked.starts_at) == (cast.tomas, other.time.start)


def test_enter_books_the_time_typed_and_not_a_proposed_one(desk: Client, cast: Cast) -> None:
    """Enter presses a form's first button, so the proposals must not come before it."""
    visit(cast, "10:00", person=BEN)

    html = desk.post(BOOK, caller(cast)).content.decode()

    form = html[html.index('id="desk-booking"') :]
    assert 'name="choice"' in form
    assert form[form.index("<button") :].partition("</button>")[0].endswith(">Book this visit")


def test_a_time_on_hold_is_taken(desk: Client, cast: Cast) -> None:
    held = hold(cast, "10:00")

    answer = desk.post(BOOK, caller(cast))

    assert (answer.status_code, answer.context["refused"].in_the_way) == (409, held.reference)


def test_rooms_that_are_all_taken_are_a_taken_time(desk: Client, cast: Cast) -> None:
    Room.objects.filter(location=cast.riverside, name="Room 2").update(in_use=False)
    visit(cast, "10:00", practitioner=cast.tomas, person=BEN)

    answer = desk.post(BOOK, caller(cast))

    assert (answer.status_code, problems(answer)) == (
        409,
        {"time": [f"{AT_TEN} cannot be booked: every room of the location is taken then."]},
    )


def test_a_patient_with_another_visit_then_is_named(desk: Client, cast: Cast) -> None:
    other = visit(cast, "10:00", practitioner=cast.tomas)

    answer = desk.post(BOOK, caller(cast))

    assert (answer.status_code, problems(answer)) == (
        409,
        {
            "time": [
                (
                    "Tuesday 24 November 2026, 10:00 am (Edmonton time): "
                    "Ana Lopez has another visit then."
                )
            ]
        },
    )
    assert f"Look at {other.reference}" in words(answer)


def test_a_child_with_another_visit_then_is_named(desk: Client, cast: Cast) -> None:
    visit(cast, "10:00", practitioner=cast.tomas, person=replace(ANA, dependant="Leo Lopez"))

    answer = desk.post(BOOK, caller(cast, dependant="leo lopez"))

    assert answer.status_code == 409
    assert problems(answer)["time"][0].endswith("Leo Lopez has another visit then.")


def test_sending_the_form_twice_books_once(desk: Client, cast: Cast) -> None:
    desk.post(BOOK, caller(cast))

    again = desk.post(BOOK, caller(cast))

    booked = Appointment.objects.get()
    assert (again.status_code, again.context["refused"].in_the_way) == (409, booked.reference)


@pytest.mark.parametrize("dependant", ["", "Leo Lopez"])
def test_sending_it_twice_with_a_reason_books_somebody_new_without_an_address_once(
    desk: Client, cast: Cast, dependant: str
) -> None:
    typed = caller(
        cast, patient="", email="", dependant=dependant, overbooking_reason="In great pain"
    )
    desk.post(BOOK, typed)
    patients = Patient.objects.count()

    again = desk.post(BOOK, typed)

    booked = Appointment.objects.get()
    assert (again.status_code, again.context["refused"].in_the_way) == (409, booked.reference)
    assert problems(again)["time"][0].endswith(
        f"{dependant or 'Ana Lopez'} has another visit then."
    )
    assert Patient.objects.count() == patients


def test_the_list_of_appointments_leads_to_this_form(desk: Client) -> None:
    page = desk.get("/admin/booking/appointment/").content.decode()

    assert f'<a href="{BOOK}" class="addlink">Book for a caller</a>' in page
