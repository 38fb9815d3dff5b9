"""Ana answers a proposed course: by keyboard, and without JavaScript."""

from datetime import time, timedelta

from django.utils import timezone
from playwright.sync_api import Page, expect

from booking import scheduling, visit_links
from booking.course_plan import Wish, plan
from booking.models import Appointment, Course, State
from clinic_site.local_time import clinic_zone, local_day
from tests.browser.accessibility import assert_accessible
from tests.browser.keyboard import press
from tests.cast import ANA, Cast
from tests.factories import make_patient

pytest_plugins = ["tests.committed"]

TEN = time(10)


def proposed(cast: Cast) -> tuple[Course, str]:
    """Four weekly sessions from next week on, and the address in the letter about them."""
    now = timezone.now()
    ana = make_patient(ANA)
    wish = Wish(
        service=cast.first_visit,
        practitioner=cast.priya,
        location=cast.riverside,
        first=local_day(now, clinic_zone()) + timedelta(days=7),
        at=TEN,
        sessions=4,
        gap_days=7,
        weekdays=frozenset({1}),
    )
    course = scheduling.propose(
        patient=ana,
        service=cast.first_visit,
        sessions=[each.session for each in plan(wish, patient=ana, now=now)],
        minimum_gap_days=7,
        by=cast.dina,
        now=now,
    )
    token = visit_links.issue(course, expires_at=now + timedelta(days=60), now=now)
    return course, f"/v/{token}"


def states(course: Course) -> list[str]:
    return [each.state for each in Appointment.objects.filter(course=course)]


def test_ana_accepts_by_keyboard_alone(page: Page, cast: Cast) -> None:
    course, address = proposed(cast)
    page.goto(address)

    expect(page.get_by_role("heading", level=1)).to_have_text("Your proposed sessions")
    assert page.url.endswith("/course/")
    assert_accessible(page)
    press(page, "Accept all 4 sessions")

    expect(page.get_by_role("heading", level=1)).to_have_text("Your sessions are booked")
    assert_accessible(page)
    assert states(course) == [State.BOOKED] * 4


def test_ana_accepts_without_javascript(page_without_javascript: Page, cast: Cast) -> None:
    page = page_without_javascript
    course, address = proposed(cast)
    page.goto(address)
    page.get_by_role("button", name="Accept all 4 sessions").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Your sessions are booked")
    assert states(course) == [State.BOOKED] * 4


def test_ana_declines(page: Page, cast: Cast) -> None:
    course, address = proposed(cast)
    page.goto(address)
    page.get_by_role("button", name="Decline").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("You have declined these sessions")
    assert_accessible(page)
    assert states(course) == []


def test_nothing_is_wider_than_a_phone(page: Page, cast: Cast) -> None:
    _, address = proposed(cast)
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(address)

    assert page.evaluate("document.documentElement.scrollWidth") == 360
