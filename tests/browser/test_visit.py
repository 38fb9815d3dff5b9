"""Ana comes by the link in her letter: she moves her visit, cancels it, takes that back, and has a
lost link sent again."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from booking import visit_links
from booking.models import Appointment, Message, State
from tests.browser.accessibility import assert_accessible
from tests.browser.keyboard import press, tab_to, type_into
from tests.cast import ANA, Cast
from tests.factories import EDMONTON, make_booking

pytest_plugins = ["tests.committed"]


def heading(page: Page):
    return expect(page.get_by_role("heading", level=1))


@pytest.fixture
def anas(cast: Cast) -> Appointment:
    """At ten on a weekday of next week."""
    now = timezone.now()
    today = now.astimezone(EDMONTON).date()
    day = today + timedelta(days=8 - today.weekday())
    ten = datetime(day.year, day.month, day.day, 10, tzinfo=EDMONTON)
    return make_booking(cast.first_visit, cast.priya, cast.riverside, ten, person=ANA, now=now)


@pytest.fixture
def link(anas: Appointment) -> str:
    now = timezone.now()
    return f"/v/{visit_links.issue(anas, expires_at=anas.ends_at, now=now)}"


def state_of(anas: Appointment) -> tuple[str, datetime]:
    current = Appointment.objects.get(pk=anas.pk)
    return (current.state, current.starts_at)


def test_ana_moves_by_keyboard_alone_and_every_page_is_accessible(
    page: Page, anas: Appointment, link: str
) -> None:
    page.goto(link)
    assert page.url.endswith("/visit/")
    heading(page).to_have_text("Your visit")
    assert_accessible(page)
    press(page, "I’ll be there")
    expect(page.get_by_text("You told us that you will be there.")).to_be_visible()

    press(page, "Move this visit")
    heading(page).to_have_text("Choose another time")
    assert_accessible(page)
    week = page.locator("#week h2").inner_text()
    tab_to(page, "Later week")
    page.keyboard.press("Enter")
    expect(page.locator("#week h2")).not_to_have_text(week)
    press(page, page.locator("button[name=time]").first.inner_text().split("\n")[0])
    heading(page).to_have_text("Check the new time")
    assert_accessible(page)
    press(page, "Move my visit")
    heading(page).to_have_text("Your visit has moved")
    assert_accessible(page)
    state, moved_to = state_of(anas)
    assert (state, moved_to != anas.starts_at) == (State.BOOKED, True)


def test_ana_cancels_by_keyboard_alone_and_every_page_is_accessible(
    page: Page, anas: Appointment, link: str
) -> None:
    page.goto(link)
    press(page, "Cancel this visit")
    heading(page).to_have_text("Cancel this visit?")
    assert_accessible(page)
    press(page, "Cancel my visit")
    heading(page).to_have_text("Your visit is cancelled")
    assert_accessible(page)
    assert state_of(anas)[0] == State.CANCELLED
    press(page, "Undo")
    heading(page).to_have_text("Your visit")
    assert state_of(anas) == (State.BOOKED, anas.starts_at)


def test_two_visits_in_two_tabs_are_not_mixed_up(page: Page, cast: Cast, anas: Appointment) -> None:
    now = timezone.now()
    later = anas.starts_at + timedelta(days=1)
    another = make_booking(cast.first_visit, cast.priya, cast.riverside, later, person=ANA, now=now)
    first, second = (
        f"/v/{visit_links.issue(each, expires_at=each.ends_at, now=now)}"
        for each in (anas, another)
    )
    page.goto(first)
    page.get_by_role("link", name="Cancel this visit").click()
    page.context.new_page().goto(second)

    page.get_by_role("button", name="Cancel my visit").click()

    heading(page).to_have_text("Your visit")
    expect(page.get_by_role("alert")).to_have_text(
        "You opened another visit meanwhile: this one. Nothing was changed."
    )
    expect(page.get_by_text(another.reference)).to_be_visible()
    assert_accessible(page)
    assert [state_of(each)[0] for each in (anas, another)] == [State.BOOKED, State.BOOKED]


def test_ana_moves_cancels_and_undoes_without_javascript(
    page_without_javascript: Page, cast: Cast, anas: Appointment, link: str
) -> None:
    page = page_without_javascript
    page.goto(link)
    page.get_by_role("link", name="Move this visit").click()
    page.get_by_label("With").select_option(label="Tomas Costa")
    page.get_by_role("button", name="Show these times").click()
    page.get_by_role("link", name="Later week").first.click()
    page.locator("button[name=time]").first.click()
    page.get_by_role("button", name="Move my visit").click()
    heading(page).to_have_text("Your visit has moved")
    assert Appointment.objects.get().practitioner == cast.tomas
    page.get_by_role("button", name="Undo").click()
    assert state_of(anas) == (State.BOOKED, anas.starts_at)

    page.get_by_role("link", name="Cancel this visit").click()
    page.get_by_role("button", name="Cancel my visit").click()
    heading(page).to_have_text("Your visit is cancelled")
    page.get_by_role("button", name="Undo").click()
    assert state_of(anas) == (State.BOOKED, anas.starts_at)


def test_a_lost_link_is_found_again_by_keyboard(page: Page, cast: Cast) -> None:
    page.goto("/book/")
    press(page, "Find my visit")
    heading(page).to_have_text("Find my visit")
    assert_accessible(page)
    press(page, "Send me the link")
    expect(page).to_have_title("Error: Find my visit – Rowan Street Physiotherapy")
    assert_accessible(page)
    type_into(page, "E-mail", "ana@example.com")
    press(page, "Send me the link")

    heading(page).to_have_text("Check your e-mail")
    assert_accessible(page)
    assert [(each.kind, each.to) for each in Message.objects.all()] == [
        ("find_visit", "ana@example.com")
    ]


def test_a_lost_link_is_found_again_without_javascript(
    page_without_javascript: Page, cast: Cast
) -> None:
    page = page_without_javascript
    page.goto("/find-my-visit/")
    page.get_by_label("E-mail").fill("ana@example.com")
    page.get_by_role("button", name="Send me the link").click()

    heading(page).to_have_text("Check your e-mail")
    assert Message.objects.get().to == "ana@example.com"


def test_a_link_that_does_not_work_says_what_to_do(page: Page, cast: Cast) -> None:
    page.goto("/v/nothing")

    heading(page).to_have_text("This link does not open a visit")
    assert_accessible(page)
    page.get_by_role("link", name="Have a new link sent").click()
    heading(page).to_have_text("Find my visit")
