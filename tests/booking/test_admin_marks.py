"""The buttons of a visit: when they are offered, what they do, who was first."""

from collections.abc import Callable
from datetime import datetime

import pytest
import time_machine
from django.test import Client

from booking import scheduling
from booking.admin.marks import in_words
from booking.models import STANDING_STATES, Appointment, AppointmentEvent, State
from tests.booking.admin_steps import LIST, buttons, desk_of, mark, page_of, told
from tests.booking.steps import desk_visit, hold, visit
from tests.cast import BEN, NOW, TUESDAY, Cast, make_staff
from tests.factories import local

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]

TODAY = "2026-11-23"
TEN = local(TODAY, "10:00")
EVENING = local(TODAY, "20:00")
DAY_BEFORE, NEXT_DAY = local("2026-11-22", "8:00"), local(TUESDAY, "8:00")


@pytest.fixture
def desk(cast: Cast) -> Client:
    return desk_of(cast.dina)


def bring_to(state: State, cast: Cast) -> Appointment:
    """A visit of today at ten, brought to `state` by Dina on that day."""
    booked = visit(cast, "10:00", day=TODAY)
    acts: dict[State, list[Callable[..., Appointment]]] = {
        State.BOOKED: [],
        State.CANCELLED: [scheduling.cancel],
        State.ARRIVED: [scheduling.arrive],
        State.COMPLETED: [scheduling.arrive, scheduling.complete],
        State.LEFT_UNSEEN: [scheduling.arrive, scheduling.left_unseen],
        State.NO_SHOW: [scheduling.no_show],
    }
    for act in acts[state]:
        act(appointment=booked, by=cast.dina, now=TEN)
    booked.refresh_from_db()
    return booked


def test_a_hold_has_a_page_without_a_name_or_a_button(desk: Client, cast: Cast) -> None:
    held = hold(cast, "10:00", day=TODAY)

    page = desk.get(page_of(held))

    assert dict(page.context["facts"])["Patient"] == "A visitor of the website"
    assert buttons(page) == []


@pytest.mark.parametrize(
    ("state", "now", "offered"),
    [
        (State.BOOKED, NOW, ["Mark arrived", "Cancel this visit"]),
        (State.BOOKED, TEN, ["Mark arrived", "Mark as did not come", "Cancel this visit"]),
        (State.BOOKED, DAY_BEFORE, ["Cancel this visit"]),
        (State.BOOKED, NEXT_DAY, ["Mark arrived", "Mark as did not come", "Cancel this visit"]),
        (State.ARRIVED, TEN, ["Mark completed", "Left unseen", "Undo"]),
        (State.ARRIVED, NEXT_DAY, ["Mark completed", "Left unseen"]),
        (State.NO_SHOW, EVENING, ["Undo"]),
        (State.NO_SHOW, NEXT_DAY, []),
        (State.COMPLETED, TEN, []),
        (State.LEFT_UNSEEN, TEN, []),
        (State.CANCELLED, TEN, []),
    ],
)
def test_a_button_is_offered_when_its_command_would_do_it(
    cast: Cast,
    at_now: time_machine.Traveller,
    state: State,
    now: datetime,
    offered: list[str],
) -> None:
    booked = bring_to(state, cast)
    at_now.move_to(now)
    desk = desk_of(cast.dina)

    assert buttons(desk.get(page_of(booked))) == offered

    done = {
        "Mark arrived": ("arrived", State.ARRIVED),
        "Mark completed": ("completed", State.COMPLETED),
        "Mark as did not come": ("did-not-come", State.NO_SHOW),
        "Left unseen": ("left-unseen", State.LEFT_UNSEEN),
        "Undo": ("undo", State.BOOKED if state == State.ARRIVED else State.ARRIVED),
    }
    works = {label for label, (slug, _) in done.items() if _succeeds(desk, booked, slug)}
    assert works == set(offered) - {"Cancel this visit"}


@pytest.mark.parametrize("state", STANDING_STATES)
def test_whatever_stands_in_the_diary_can_be_cancelled(
    desk: Client, cast: Cast, state: State
) -> None:
    standing = visit(cast, "10:00", day=TODAY)
    standing.state = state
    standing.hold_expires_at = EVENING if state == State.UNPROVED else None
    standing.save(by_scheduling=True)
    assert "Cancel this visit" in buttons(desk.get(page_of(standing)))

    scheduling.cancel(appointment=standing, by=cast.dina, now=NOW)

    assert buttons(desk.get(page_of(standing))) == []


def _succeeds(desk: Client, booked: Appointment, slug: str) -> bool:
    """Whether the button changes the state; the state is put back."""
    before = Appointment.objects.get(pk=booked.pk)
    mark(desk, booked, slug)
    after = Appointment.objects.get(pk=booked.pk)
    before.save(by_scheduling=True)
    return after.state != before.state


def test_marking_a_patient_arrived_says_so_and_who_did(desk: Client, cast: Cast) -> None:
    booked = visit(cast, "10:00", day=TODAY)

    page = mark(desk, booked, "arrived")

    booked.refresh_from_db()
    assert booked.state == State.ARRIVED
    assert told(page) == [f"Visit {booked.reference} is now “Arrived”."]
    assert page.context["events"][-1] == (
        "Mon 23 Nov 2026, 7:00 am",
        "Arrived",
        "Booked",
        "Arrived",
        "Dina Farouk",
        "–",
    )


def test_the_second_of_two_desks_is_told_who_was_first(desk: Client, cast: Cast) -> None:
    booked = visit(cast, "10:00", day=TODAY)
    other_desk = desk_of(make_staff("omar", "Omar", "Haddad", group="Front desk"))
    mark(desk, booked, "arrived")

    page = mark(other_desk, booked, "arrived")

    assert page.status_code == 200
    assert told(page) == [f"Visit {booked.reference} is “Arrived” already: arrived by Dina Farouk."]
    assert AppointmentEvent.objects.filter(kind="arrived").count() == 1


def test_a_no_show_whose_place_is_given_away_cannot_be_undone(
    desk: Client, cast: Cast, at_now: time_machine.Traveller
) -> None:
    booked = visit(cast, "10:00", day=TODAY)
    at_now.move_to(TEN)
    mark(desk, booked, "did-not-come")
    desk_visit(cast, "10:30", day=TODAY, person=BEN, now=TEN, overbooking_reason="Walked in")

    page = mark(desk, booked, "undo")

    assert told(page) == [
        "The place of this visit has been given to somebody else. Nothing was changed."
    ]


def test_a_busy_diary_is_a_sentence() -> None:
    """The lock itself is proved in test_diary_lock; here only what the desk reads of it."""
    assert in_words(scheduling.DiaryBusy()) == (
        "Others are changing the diary at this moment. Nothing was changed: try again."
    )
    assert in_words(scheduling.TooLate()) == (
        "It is too late to cancel this visit. Nothing was changed."
    )


def test_a_get_changes_nothing(desk: Client, cast: Cast) -> None:
    booked = visit(cast, "10:00", day=TODAY)

    assert desk.get(f"{LIST}{booked.pk}/mark/arrived/").status_code == 405
    desk.get(f"{LIST}{booked.pk}/cancel/")
    assert Appointment.objects.get().state == State.BOOKED
