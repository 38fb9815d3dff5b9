"""Ana books a visit, from the home page to the confirmation."""

import re
from datetime import timedelta

import time_machine
from playwright.sync_api import Page, expect

from booking.models import Appointment, Closure, Message, State
from booking.views.details import ANOTHER_TIME
from clinic_site.local_time import clock, full_time, zone_name
from tests.browser.accessibility import assert_accessible
from tests.browser.keyboard import press, tab_to, type_into
from tests.cast import Cast
from tests.factories import make_hours

pytest_plugins = ["tests.committed"]


def clock_time(page: Page) -> str:
    """How a free time on the page is called."""
    return page.locator("button[name=time]").first.inner_text().split("\n")[0]


def fill_in_details(page: Page) -> None:
    page.get_by_label("Your name").fill("Ana Lopez")
    page.get_by_label("E-mail").fill("ana@example.com")
    page.get_by_label("Phone").fill("780 555 0150")
    page.get_by_label("I have read").check()


def test_ana_books_by_keyboard_alone_and_every_page_is_accessible(page: Page, cast: Cast) -> None:
    page.goto("/")
    assert_accessible(page)
    press(page, "Choose a time")

    expect(page.get_by_role("heading", level=1)).to_have_text("Choose a time")
    assert_accessible(page)
    press(page, clock_time(page))

    expect(page.get_by_role("heading", level=1)).to_have_text("Your details")
    assert_accessible(page)
    press(page, "Continue")
    expect(page).to_have_title("Error: Your details – Rowan Street Physiotherapy")
    assert_accessible(page)

    type_into(page, "Your name", "Ana Lopez")
    type_into(page, "E-mail", "ana@example.com")
    type_into(page, "Phone", "780 555 0150")
    type_into(page, "What is it about?", "Sore shoulder")
    tab_to(page, "I have read")
    page.keyboard.press("Space")
    press(page, "Continue")

    expect(page.get_by_role("heading", level=1)).to_have_text("Check your visit")
    assert_accessible(page)
    press(page, "Book this visit")

    visit = Appointment.objects.get()
    assert (visit.state, visit.patient.name) == (State.BOOKED, "Ana Lopez")
    expect(page.get_by_text(visit.reference).first).to_be_visible()
    assert_accessible(page)
    assert [letter.to for letter in Message.objects.all()] == ["ana@example.com"]


def test_ana_books_without_javascript(page_without_javascript: Page, cast: Cast) -> None:
    page = page_without_javascript
    page.goto("/")
    page.get_by_role("link", name="Choose a time").click()
    page.get_by_label("With").select_option(label="Tomas Costa")
    page.get_by_role("button", name="Show these times").click()
    page.get_by_role("link", name="Later week").first.click()
    page.locator("button[name=time]").first.click()
    page.get_by_label("Your name").fill("Ana")
    page.get_by_role("button", name="Keep my time 10 more minutes").click()
    expect(page).to_have_title(re.compile("^Time kept until .+: Your details"))
    expect(page.get_by_text("What you have typed so far is still here.")).to_be_in_viewport()
    expect(page.get_by_label("Your name")).to_have_value("Ana")
    expect(page.get_by_label("Name of the person you care for")).to_be_hidden()
    page.get_by_label("Someone I care for").check()
    expect(page.get_by_label("Name of the person you care for")).to_be_visible()
    page.get_by_label("Myself").check()
    fill_in_details(page)
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Book this visit").click()

    visit = Appointment.objects.get()
    assert (visit.state, visit.practitioner) == (State.BOOKED, cast.tomas)
    expect(page.get_by_text(visit.reference).first).to_be_visible()


def test_choosing_another_time_gives_the_first_one_back(page: Page, cast: Cast) -> None:
    page.goto("/book/first-visit/")
    page.locator("button[name=time]").first.click()
    page.get_by_label("Your name").fill("Ana Lopez")
    page.get_by_role("link", name="Keep it longer, or choose another time").click()
    page.get_by_role("button", name="Choose another time").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Choose a time")
    assert not Appointment.objects.exists()
    page.locator("button[name=time]").last.click()
    expect(page.get_by_label("Your name")).to_have_value("Ana Lopez")


def test_the_card_says_when_the_time_is_about_to_run_out_and_when_it_has(
    page: Page, cast: Cast
) -> None:
    page.goto("/book/first-visit/")
    page.locator("button[name=time]").first.click()
    card = page.locator("[data-expires]")
    expect(card).to_contain_text("We keep it for you until")
    ends_at = Appointment.objects.get().hold_expires_at
    assert ends_at

    with time_machine.travel(ends_at - timedelta(seconds=90)):
        page.reload()
    expect(card.get_by_role("status")).to_have_text(
        f"We keep your time only until {clock(ends_at)} ({zone_name()}). "
        "If you need longer, keep it 10 more minutes."
    )
    assert_accessible(page)

    with time_machine.travel(ends_at - timedelta(seconds=2)):
        page.reload()
    expect(card.get_by_role("alert")).to_contain_text("We no longer keep this time for you.")
    expect(page.get_by_text("We keep it for you until")).to_be_hidden()
    assert_accessible(page)

    with time_machine.travel(ends_at):
        page.reload()
    expect(page.get_by_text("We no longer keep this time for you.")).to_be_visible()
    expect(card).to_have_count(0)
    assert_accessible(page)


def test_enter_in_a_field_goes_on_and_keeps_no_time_longer(page: Page, cast: Cast) -> None:
    page.goto("/book/first-visit/")
    page.locator("button[name=time]").first.click()
    fill_in_details(page)
    page.get_by_label("Your name").press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Check your visit")


def test_another_week_comes_without_loading_the_page_anew(page: Page, cast: Cast) -> None:
    page.goto("/book/first-visit/")
    page.evaluate("window.isTheSamePage = true")
    week = page.locator("#week h2").inner_text()
    page.get_by_role("link", name="Later week").first.click()

    expect(page.locator("#week h2")).not_to_have_text(week)
    assert page.evaluate("window.isTheSamePage")
    assert "from=" in page.url
    assert_accessible(page)


def test_a_filter_says_how_many_free_times_are_left(page: Page, cast: Cast) -> None:
    make_hours(cast.priya, cast.hilltop, weekdays=range(7), starts_at="9:00", ends_at="10:00")
    page.goto("/book/first-visit/")
    page.evaluate("window.isTheSamePage = true")
    page.get_by_label("At").select_option(label="Hilltop")

    expect(page.get_by_role("status")).to_have_text(re.compile(": 7 free times$"))
    expect(
        page.get_by_role("link", name="We write to you when a time becomes free")
    ).to_have_attribute("href", "/waiting-list/?service=first-visit&location=hilltop")
    assert page.evaluate("window.isTheSamePage")
    assert_accessible(page)


def test_at_the_last_and_the_first_week_the_focus_goes_to_the_weeks_dates(
    page: Page, cast: Cast
) -> None:
    cast.first_visit.horizon_days = 10
    cast.first_visit.save()
    page.goto("/book/first-visit/")
    dates = page.locator("#week h2")

    tab_to(page, "Later week")
    for left in ("earlier", "later"):
        week = dates.inner_text()
        page.keyboard.press("Enter")
        expect(dates).not_to_have_text(week)
        expect(dates).to_be_focused()
        assert dates.evaluate("heading => getComputedStyle(heading).outlineStyle") == "none"
        assert_accessible(page)
        page.keyboard.press("Tab")
        expect(page.locator(f"#{left}")).to_be_focused()


def test_where_the_link_is_still_there_it_keeps_the_focus(page: Page, cast: Cast) -> None:
    page.goto("/book/first-visit/")
    week = page.locator("#week h2").inner_text()
    tab_to(page, "Later week")
    page.keyboard.press("Enter")

    expect(page.locator("#week h2")).not_to_have_text(week)
    expect(page.locator("#later")).to_be_focused()


def test_a_lost_time_is_explained_on_an_accessible_page(page: Page, cast: Cast) -> None:
    page.goto("/book/first-visit/")
    page.locator("button[name=time]").first.click()
    Closure.objects.create(
        starts_at=Appointment.objects.get().starts_at,
        ends_at=Appointment.objects.get().ends_at,
        reason="Flood",
    )
    fill_in_details(page)
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Book this visit").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Choose another time")
    assert_accessible(page)
    page.locator("button[name=time]").first.click()
    expect(page.get_by_label("Your name")).to_have_value("Ana Lopez")


def test_what_another_tab_chose_is_shown_before_it_is_booked(page: Page, cast: Cast) -> None:
    page.goto("/book/first-visit/")
    page.locator("button[name=time]").first.click()
    fill_in_details(page)
    page.get_by_role("button", name="Continue").click()
    other_tab = page.context.new_page()
    other_tab.goto("/book/first-visit/")
    other_tab.locator("button[name=time]").last.click()
    chosen = Appointment.objects.get().starts_at

    page.get_by_role("button", name="Book this visit").click()

    expect(page.locator("[data-error-summary]")).to_be_focused()
    expect(page.locator("[data-error-summary]")).to_have_text(ANOTHER_TIME)
    expect(page.locator("[data-expires]")).to_contain_text(full_time(chosen))
    assert_accessible(page)
    page.get_by_role("button", name="Book this visit").click()
    expect(page).to_have_url(re.compile("/book/done/$"))
    assert [visit.starts_at for visit in Appointment.objects.all()] == [chosen]
