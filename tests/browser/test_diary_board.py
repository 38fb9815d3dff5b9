"""The desk's day on the board, by keyboard alone: book for a caller, move, arrived, no-show."""

from collections.abc import Iterator
from typing import Literal

import pytest
import time_machine
from django.test import Client
from playwright.sync_api import Page, Route, expect

from booking.models import Appointment, State
from tests.booking.admin_steps import BOOK, LIST
from tests.booking.diary_steps import BOARD
from tests.booking.steps import desk_visit
from tests.browser.accessibility import assert_accessible, assert_fields_have_an_edge
from tests.browser.keyboard import press, tab_to
from tests.cast import ANA, BEN, Cast
from tests.factories import local

pytest_plugins = ["tests.committed"]

TODAY = "2026-11-23"
EARLY, MORNING = local(TODAY, "6:00"), local(TODAY, "10:40")


@pytest.fixture
def clock() -> Iterator[None]:
    with time_machine.travel(MORNING, tick=True):
        yield


@pytest.fixture
def desk(page: Page, cast: Cast, clock: None) -> Page:
    return signed_in(page, cast)


@pytest.fixture
def desk_without_javascript(page_without_javascript: Page, cast: Cast, clock: None) -> Page:
    return signed_in(page_without_javascript, cast)


def signed_in(page: Page, cast: Cast) -> Page:
    client = Client()
    client.force_login(cast.dina)
    session = client.cookies["session"].value
    page.context.add_cookies([{"name": "session", "value": session, "url": "http://localhost"}])
    return page


def at(visit: Appointment) -> str:
    return f"#v{visit.pk}"


def test_a_caller_is_booked_by_keyboard_in_one_screen(desk: Page, cast: Cast) -> None:
    desk_visit(cast, "9:00", day=TODAY, now=EARLY)
    desk.goto(BOARD)
    press(desk, "Book with Priya Nair, 2:00 pm")

    assert_accessible(desk)
    desk.keyboard.type("ana lo")
    expect(desk.get_by_role("radio", name="Ana Lopez")).to_be_visible()
    expect(desk.get_by_text("Free for “First visit”, 60 minutes.")).to_be_visible()
    assert_accessible(desk)
    tab_to(desk, "Somebody new")
    desk.keyboard.press("ArrowUp")
    expect(desk.get_by_role("radio", name="Ana Lopez")).to_be_checked()
    with desk.expect_navigation():
        desk.keyboard.press("Enter")

    booked = Appointment.objects.get(starts_at=local(TODAY, "14:00"))
    assert (booked.state, booked.patient.name) == (State.BOOKED, "Ana Lopez")
    expect(desk.locator(at(booked))).to_be_visible()
    expect(desk.get_by_text(f"Booked: visit {booked.reference} of Ana Lopez")).to_be_visible()


def test_a_caller_who_names_no_time_is_booked_with_sixteen_keys(desk: Page, cast: Cast) -> None:
    """From the board, by Django's way past the header, to a time that is proposed."""
    first = desk_visit(cast, "9:00", day=TODAY, now=EARLY)
    desk.goto(BOARD)
    for key in ("Tab", "Enter", "Tab"):
        desk.keyboard.press(key)
    with desk.expect_navigation():
        desk.keyboard.press("Enter")

    expect(desk.get_by_text("Free for “First visit”, for example:")).to_be_visible()
    assert_accessible(desk)
    desk.keyboard.type("ana lo")
    expect(desk.get_by_role("radio", name="Ana Lopez")).to_be_visible()
    for key in ("Tab", "Tab", "ArrowDown", "Tab", "Tab"):
        desk.keyboard.press(key)
    with desk.expect_navigation():
        desk.keyboard.press("Enter")

    booked = Appointment.objects.exclude(pk=first.pk).get()
    assert (booked.patient, booked.starts_at) == (first.patient, local(TODAY, "13:00"))
    expect(desk.locator(at(booked))).to_be_visible()


def test_who_types_on_is_answered_twice_and_keeps_the_place_in_the_list(
    desk: Page, cast: Cast
) -> None:
    desk_visit(cast, "9:00", day=TODAY, now=EARLY)
    searches: list[Route] = []

    def make_it_wait(search: Route) -> None:
        searches.append(search)

    desk.route("**/patients/", make_it_wait)
    desk.clock.install(time=MORNING)
    desk.goto(BOARD)
    press(desk, "Book with Priya Nair, 2:00 pm")
    with desk.expect_request("**/patients/"):
        desk.keyboard.type("ana")
        desk.clock.run_for(300)
    desk.keyboard.type(" lo")
    desk.clock.run_for(300)

    with desk.expect_request("**/patients/"):
        searches.pop().continue_()
    ana = desk.get_by_role("radio", name="Ana Lopez")
    expect(ana).to_be_visible()
    tab_to(desk, "Somebody new")
    desk.evaluate("document.activeElement.dataset.answer = 'the first'")
    searches.pop().continue_()

    expect(desk.locator("[data-answer]")).to_have_count(0)
    expect(ana).to_be_visible()
    expect(desk.get_by_role("radio", name="Somebody new")).to_be_focused()


def test_somebody_new_is_booked_without_javascript(
    desk_without_javascript: Page, cast: Cast
) -> None:
    page = desk_without_javascript
    page.goto(BOARD)
    page.get_by_role("link", name="Book with Tomas Costa, 1:00 pm").click()
    find = page.get_by_label("Find the patient")
    expect(find).to_be_focused()
    find.fill("ana")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_text("Nobody on file is called or reached like this.")).to_be_visible()
    expect(find).to_be_focused()
    page.get_by_label("Caller’s name").fill("Ana Lopez")
    page.get_by_label("Phone").fill("780 555 0150")
    page.get_by_role("button", name="Book this visit").last.click()

    booked = Appointment.objects.get()
    assert (booked.practitioner, booked.starts_at) == (cast.tomas, local(TODAY, "13:00"))
    page.locator(at(booked)).click()
    page.get_by_role("button", name="Mark arrived").click()
    booked.refresh_from_db()
    assert booked.state == State.ARRIVED


def test_a_visit_is_marked_arrived_and_taken_back_by_keyboard(desk: Page, cast: Cast) -> None:
    anas = desk_visit(cast, "9:00", day=TODAY, now=EARLY)
    desk.goto(BOARD)
    assert_accessible(desk)
    tab_to(desk, "Ana Lopez")
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("heading", name="Ana Lopez")).to_be_focused()
    assert_accessible(desk)

    tab_to(desk, "Mark arrived")
    desk.keyboard.press("Enter")
    arrived = f"Visit {anas.reference} is now “Arrived”."
    expect(desk.get_by_text(arrived)).to_be_visible()
    heard = desk.get_by_role("heading", name="Ana Lopez")
    expect(heard).to_be_focused()
    expect(heard).to_have_accessible_description(arrived)
    expect(desk.locator(at(anas))).to_contain_text("Arrived")
    tab_to(desk, "Undo")
    desk.keyboard.press("Enter")
    expect(desk.locator(at(anas))).to_contain_text("Booked")

    tab_to(desk, "Mark as did not come")
    desk.keyboard.press("Enter")
    expect(desk.locator(at(anas))).to_contain_text("Did not come")
    tab_to(desk, "Undo")
    desk.keyboard.press("Enter")
    expect(desk.locator(at(anas))).to_contain_text("Arrived")
    desk.keyboard.press("Escape")
    expect(desk.locator(at(anas))).to_be_focused()
    anas.refresh_from_db()
    assert anas.state == State.ARRIVED


def test_a_visit_is_moved_on_the_board_by_keyboard(desk: Page, cast: Cast) -> None:
    anas = desk_visit(cast, "13:00", day=TODAY, now=EARLY)
    desk_visit(cast, "15:00", day=TODAY, now=EARLY, person=BEN)
    desk.goto(BOARD)
    tab_to(desk, "Ana Lopez")
    desk.keyboard.press("Enter")
    press(desk, "Move")
    assert_accessible(desk)

    press(desk, "Why not 3:00 pm")
    expect(desk.get_by_text("the practitioner has another visit or its buffer")).to_be_visible()
    assert_accessible(desk)
    press(desk, "Choose another time")
    press(desk, "Move to 1:30 pm")
    tab_to(desk, "The patient asked for it")
    desk.keyboard.press("Space")
    press(desk, "")

    anas.refresh_from_db()
    assert anas.starts_at == local(TODAY, "13:30")
    expect(desk.locator(at(anas))).to_contain_text("1:30 to 2:30 pm")


def test_the_board_shows_what_another_desk_did_and_keeps_the_focus(desk: Page, cast: Cast) -> None:
    anas = desk_visit(cast, "13:00", day=TODAY, now=EARLY)
    desk.goto(BOARD)
    tab_to(desk, "Ana Lopez")
    bens = desk_visit(cast, "15:00", day=TODAY, now=EARLY, person=BEN)

    desk.evaluate("htmx.trigger(document.body, 'diary-changed')")

    expect(desk.locator(at(bens))).to_be_visible()
    expect(desk.locator(at(anas))).to_be_focused()


def test_who_is_signed_out_is_asked_to_sign_in(desk: Page, cast: Cast) -> None:
    desk.goto(BOARD)
    desk.context.clear_cookies()

    with desk.expect_navigation():
        desk.evaluate("htmx.trigger(document.body, 'diary-changed')")

    expect(desk.get_by_label("Username")).to_be_visible()


@pytest.mark.parametrize(
    ("width", "height", "scheme"),
    [(1280, 800, "light"), (1920, 1000, "dark"), (768, 1024, "light")],
)
def test_the_board_fits_the_screen_in_light_and_dark(
    desk: Page, cast: Cast, width: int, height: int, scheme: Literal["light", "dark"]
) -> None:
    """Colours are the same on every screen."""
    desk_visit(cast, "9:00", day=TODAY, now=EARLY)
    desk_visit(cast, "9:00", day=TODAY, now=EARLY, person=BEN, overbooking_reason="In great pain")
    desk.emulate_media(color_scheme=scheme)
    desk.set_viewport_size({"width": width, "height": height})

    for query in ("", f"?week_of={cast.priya.pk}", "?by=room"):
        desk.goto(f"{BOARD}{query}")
        assert_accessible(desk)
        page_width = desk.evaluate("document.documentElement.scrollWidth")
        assert page_width <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_field_of_the_desk_has_an_edge_that_can_be_seen(
    desk: Page, cast: Cast, scheme: str
) -> None:
    anas = desk_visit(cast, "13:00", day=TODAY, now=EARLY)
    desk.emulate_media(color_scheme="dark" if scheme == "dark" else "light")

    for path in (
        *(BOARD, f"{BOARD}why/", BOOK, f"{LIST}?day={TODAY}", f"{LIST}{anas.pk}/cancel/"),
        *("/admin/booking/closure/absence/", f"/admin/booking/patient/{anas.patient_id}/change/"),
    ):
        desk.goto(path)
        assert_fields_have_an_edge(desk)


def test_a_visit_stands_on_the_scale_where_its_time_is(desk: Page, cast: Cast) -> None:
    anas = desk_visit(cast, "10:00", day=TODAY, now=EARLY, person=ANA)
    desk.goto(BOARD)

    hour = desk.locator(".ruler span").nth(1).bounding_box()
    visit = desk.locator(at(anas)).bounding_box()

    assert hour
    assert visit
    assert abs(visit["y"] - hour["y"]) < 1
    assert abs(visit["height"] - 60 * 1.6) < 1
