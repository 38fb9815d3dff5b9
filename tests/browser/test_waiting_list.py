"""Waiting for an earlier time: joining the list, and taking what is offered."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from booking import scheduling, visit_links
from booking.models import Appointment, SlotOffer, State, WaitingEntry
from booking.openings import Openings
from booking.registration import Person
from tests.browser.accessibility import assert_accessible
from tests.browser.keyboard import press, tab_to, type_into
from tests.cast import ANA, BEN, Cast
from tests.factories import make_booking

pytest_plugins = ["tests.committed"]


def book(cast: Cast, person: Person, *, after: timedelta) -> Appointment:
    """The first free time with Priya from so long on."""
    now = timezone.now()
    openings = Openings(cast.first_visit, now=now)
    start: datetime = openings.nearest(now + after)[-1].start
    return make_booking(cast.first_visit, cast.priya, cast.riverside, start, person=person, now=now)


def link(page: Page, thing: visit_links.Opened) -> None:
    """As from the letter."""
    now = timezone.now()
    token = visit_links.issue(thing, expires_at=now + timedelta(hours=1), now=now)
    page.goto(f"/v/{token}")


def offer_earlier(cast: Cast, anas: Appointment) -> SlotOffer:
    now = timezone.now()
    bens = book(cast, BEN, after=timedelta(days=7))
    wish = scheduling.Wish(until=anas.starts_at.date(), practitioner=cast.priya)
    scheduling.wish_for_earlier(appointment=anas, wish=wish, now=now)
    scheduling.cancel(appointment=bens, by=cast.dina, now=now, reason="phoned")
    assert scheduling.offer_freed_times(now=now) == 1
    return SlotOffer.objects.get()


@pytest.fixture
def anas(cast: Cast) -> Appointment:
    """Two weeks ahead."""
    return book(cast, ANA, after=timedelta(days=14))


def test_joining_by_keyboard_when_nothing_suits(page: Page, cast: Cast) -> None:
    page.goto("/book/first-visit/")
    press(page, "We write to you when a time becomes free")

    expect(page.get_by_role("heading", level=1)).to_have_text("Tell me when a time becomes free")
    assert_accessible(page)
    press(page, "Put me on the list")
    expect(page).to_have_title(
        "Error: Tell me when a time becomes free – Rowan Street Physiotherapy"
    )
    assert_accessible(page)

    tab_to(page, "Tuesday")
    page.keyboard.press("Space")
    type_into(page, "Your name", "Ana Lopez")
    type_into(page, "E-mail", "ana@example.com")
    type_into(page, "Phone", "780 555 0150")
    tab_to(page, "I have read")
    page.keyboard.press("Space")
    press(page, "Put me on the list")

    expect(page.get_by_role("heading", level=1)).to_have_text("You are on the list")
    assert_accessible(page)
    entry = WaitingEntry.objects.get()
    assert (entry.patient.name, entry.weekdays) == ("Ana Lopez", [1])


def test_joining_from_a_visit_and_leaving_without_javascript(
    page_without_javascript: Page, anas: Appointment
) -> None:
    page = page_without_javascript
    link(page, anas)
    page.get_by_role("link", name="Tell me if an earlier time becomes free").click()
    page.get_by_label("With").select_option(label="Priya Nair")
    page.get_by_label("Thursday").check()
    page.get_by_label("The visit can start from").fill("09:30")
    page.get_by_role("button", name="Put me on the list").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("You are on the list")
    entry = WaitingEntry.objects.get()
    assert (entry.appointment, entry.weekdays, f"{entry.earliest:%H:%M}") == (anas, [3], "09:30")

    link(page, entry)
    expect(page.get_by_text("From 9:30 am (Edmonton time)")).to_be_visible()
    page.get_by_role("button", name="Take me off the list").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are off the list")
    entry.refresh_from_db()
    assert entry.state == WaitingEntry.State.WITHDRAWN


def test_accepting_an_offer_by_keyboard(page: Page, cast: Cast, anas: Appointment) -> None:
    offer = offer_earlier(cast, anas)
    link(page, offer)

    expect(page.get_by_role("heading", level=1)).to_have_text("A time is free for you")
    assert_accessible(page)
    press(page, "Accept this time")

    expect(page.get_by_role("heading", level=1)).to_have_text("Your visit has moved")
    assert_accessible(page)
    anas.refresh_from_db()
    assert anas.starts_at == offer.starts_at
    press(page, "See your visit")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your visit")


def test_answering_without_javascript(
    page_without_javascript: Page, cast: Cast, anas: Appointment
) -> None:
    page = page_without_javascript
    link(page, offer_earlier(cast, anas))

    page.get_by_role("button", name="Decline").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("You have said no to this time")
    assert SlotOffer.objects.get().answer == SlotOffer.Answer.DECLINED


def test_every_other_page_is_accessible(page: Page, cast: Cast, anas: Appointment) -> None:
    offer = offer_earlier(cast, anas)
    entry = offer.entry
    link(page, entry)
    expect(page.get_by_role("heading", level=1)).to_have_text("You are on the list")
    assert_accessible(page)

    link(page, offer)
    scheduling.decline_offer(offer=offer, by=None, now=timezone.now())
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("You have said no to this time")
    assert_accessible(page)

    scheduling.leave_list(entry=entry, by=None, now=timezone.now())
    page.goto("/waiting-list/mine/")
    expect(page.get_by_role("heading", level=1)).to_have_text("You are off the list")
    assert_accessible(page)
    assert Appointment.objects.get(pk=anas.pk).state == State.BOOKED
