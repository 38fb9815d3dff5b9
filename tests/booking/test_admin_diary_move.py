"""Moving a visit on the board: free places, why not elsewhere, and whose wish it was."""

from typing import Any

import pytest
from django.test import Client

from booking import scheduling
from booking.models import Appointment, AppointmentEvent, EventKind
from tests.booking.admin_steps import desk_of, told, words
from tests.booking.diary_steps import BOARD, board, on_board, place
from tests.booking.steps import letters, visit
from tests.cast import BEN, NOW, TUESDAY, Cast, make_staff
from tests.factories import local, make_hours, make_practitioner

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]

CLINIC, PATIENT = "clinic", "patient"


@pytest.fixture
def desk(cast: Cast) -> Client:
    return desk_of(cast.dina)


@pytest.fixture
def anas(cast: Cast) -> Appointment:
    return visit(cast, "10:00")


def page(desk: Client, visit: Appointment, choice: str) -> Any:
    return desk.get(f"{BOARD}visit/{visit.pk}/move/", {"choice": choice})


def move(desk: Client, visit: Appointment, choice: str, wish: str = PATIENT, **typed: str) -> Any:
    asked = {"choice": choice, "wish": wish} | typed
    return desk.post(f"{BOARD}visit/{visit.pk}/move/", asked, follow=True)


def test_the_board_offers_the_free_places_and_names_the_others(
    desk: Client, cast: Cast, anas: Appointment
) -> None:
    visit(cast, "13:00", person=BEN)

    priyas = on_board(board(desk, f"?day={TUESDAY}&moving={anas.pk}"))["Priya Nair"]

    assert [each for each in priyas if each.startswith("move ")] == [
        *("move 9:00 am", "move 9:30 am", "move 10:30 am", "move 11:00 am", "move 11:30 am"),
        *("move 2:30 pm", "move 3:00 pm", "move 3:30 pm", "move 4:00 pm"),
    ]
    assert [each for each in priyas if each.startswith("refused ")] == [
        *("refused 12 noon", "refused 12:30 pm", "refused 1:00 pm", "refused 1:30 pm"),
        "refused 2:00 pm",
    ]


def test_who_does_not_give_the_service_offers_nothing(
    desk: Client, cast: Cast, anas: Appointment
) -> None:
    other = make_practitioner("Zoe Okoro", order=9)
    make_hours(other, cast.riverside)

    assert on_board(board(desk, f"?day={TUESDAY}&moving={anas.pk}"))["Zoe Okoro"] == []


def test_a_free_place_is_checked_and_then_taken(
    desk: Client, cast: Cast, anas: Appointment
) -> None:
    checked = words(page(desk, anas, place(cast, "14:00")))
    moved = move(desk, anas, place(cast, "14:00"), CLINIC)

    anas.refresh_from_db()
    event = AppointmentEvent.objects.get(kind=EventKind.MOVED)
    assert "To Tuesday 24 November 2026, 2:00 pm (Edmonton time), with Priya Nair" in checked
    assert moved.redirect_chain == [(f"{BOARD}?day={TUESDAY}#v{anas.pk}", 302)]
    assert anas.starts_at == local(TUESDAY, "14:00")
    assert (event.user, event.wish) == (cast.dina, AppointmentEvent.Wish.CLINIC)
    assert letters(anas) == [("confirmation", "superseded"), ("moved", "queued")]


def test_looking_at_a_place_moves_nothing(desk: Client, cast: Cast, anas: Appointment) -> None:
    page(desk, anas, place(cast, "14:00"))

    anas.refresh_from_db()
    assert anas.starts_at == local(TUESDAY, "10:00")


def test_whose_wish_it_was_has_to_be_said(desk: Client, cast: Cast, anas: Appointment) -> None:
    answer = move(desk, anas, place(cast, "14:00"), "")

    assert answer.status_code == 400
    assert "Say whether the patient asked or the clinic had to." in words(answer)


def test_a_refused_place_says_why_and_where_that_is_changed(
    desk: Client, cast: Cast, anas: Appointment
) -> None:
    bens = visit(cast, "13:00", person=BEN)

    answer = page(desk, anas, place(cast, "13:00"))

    assert "is not open: the practitioner has another visit or its buffer then." in words(answer)
    assert f"Look at {bens.reference}" in words(answer)
    assert "/admin/diary/why/?service=" in answer.content.decode()


def test_with_a_reason_the_desk_moves_it_against_the_rule(
    desk: Client, cast: Cast, anas: Appointment
) -> None:
    visit(cast, "13:00", person=BEN)

    without = move(desk, anas, place(cast, "13:00"))
    move(desk, anas, place(cast, "13:00"), overbooking_reason="Only time she can")

    anas.refresh_from_db()
    assert without.status_code == 400
    assert (anas.starts_at, anas.overbooked) == (local(TUESDAY, "13:00"), True)


def test_who_may_not_overbook_is_shown_the_way_back(cast: Cast, anas: Appointment) -> None:
    visit(cast, "13:00", person=BEN)
    priya = desk_of(make_staff("priya", "Priya", "Nair", group="Practitioner"))

    answer = page(priya, anas, place(cast, "13:00"))
    moved = move(priya, anas, place(cast, "13:00"), overbooking_reason="I may not")

    anas.refresh_from_db()
    assert "Move this visit" not in answer.content.decode()
    assert moved.status_code == 409
    assert anas.starts_at == local(TUESDAY, "10:00")


def test_the_past_refuses_for_everybody(desk: Client, cast: Cast, anas: Appointment) -> None:
    answer = move(desk, anas, place(cast, "6:00", "2026-11-23"), overbooking_reason="Please")

    assert answer.status_code == 409
    assert "it lies in the past" in words(answer)


def test_a_place_taken_in_between_is_told_and_nothing_is_moved(
    desk: Client, cast: Cast, anas: Appointment
) -> None:
    page(desk, anas, place(cast, "14:00"))
    visit(cast, "14:00", person=BEN)

    answer = move(desk, anas, place(cast, "14:00"))

    anas.refresh_from_db()
    assert answer.status_code == 400
    assert "is not open: the practitioner has another visit" in words(answer)
    assert anas.starts_at == local(TUESDAY, "10:00")


def test_the_patients_own_other_visit_refuses(desk: Client, cast: Cast, anas: Appointment) -> None:
    visit(cast, "13:00", practitioner=cast.tomas)

    answer = move(desk, anas, place(cast, "13:00"))

    assert told(answer)[0].startswith("Nothing was moved. The patient has another visit")


def test_the_second_of_two_desks_is_told_that_the_visit_is_off(
    desk: Client, cast: Cast, anas: Appointment
) -> None:
    scheduling.cancel(appointment=anas, by=cast.dina, now=NOW)

    answer = move(desk, anas, place(cast, "14:00"))

    already = f"Visit {anas.reference} is “Cancelled” already: cancelled by Dina Farouk."
    assert told(answer) == [f"{already} It cannot be moved."]


@pytest.mark.parametrize("choice", ["", "nonsense", "2026-11-24 10:00 x y", "1 2 3 4"])
def test_a_place_that_cannot_be_read_leads_back_to_the_board(
    desk: Client, anas: Appointment, choice: str
) -> None:
    answer = desk.get(f"{BOARD}visit/{anas.pk}/move/", {"choice": choice})

    assert (answer.status_code, answer["Location"]) == (
        302,
        f"{BOARD}?day={TUESDAY}&moving={anas.pk}#v{anas.pk}",
    )


def test_cancelling_asks_whose_wish_it_was_and_keeps_it(
    desk: Client, cast: Cast, anas: Appointment
) -> None:
    address = f"/admin/booking/appointment/{anas.pk}/cancel/"

    without = desk.post(address, {"reason": "Priya is ill"})
    desk.post(address, {"reason": "Priya is ill", "wish": CLINIC})

    event = AppointmentEvent.objects.get(kind=EventKind.CANCELLED)
    assert without.status_code == 400
    assert (event.wish, event.reason) == (AppointmentEvent.Wish.CLINIC, "Priya is ill")
