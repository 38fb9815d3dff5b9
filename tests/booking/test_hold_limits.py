"""Nobody keeps more times than one household needs."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from booking.models import Appointment, State
from tests.booking.pages import book, give_details, press_book, take, text_of
from tests.cast import NOW, TUESDAY, Cast
from tests.factories import local

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]

WALLS = ["9:00", "10:30", "12:00", "13:30", "15:00"]


@pytest.fixture(autouse=True)
def _limited(settings: Settings) -> None:
    settings.ATTEMPT_LIMITS_ON = True


def take_each(cast: Cast, walls: list[str], **extra: str) -> list[int]:
    """Each of them in a browser of its own."""
    return [
        take(Client(**extra), cast.first_visit, local(TUESDAY, wall), cast.riverside).status_code
        for wall in walls
    ]


def test_one_network_keeps_three_times_at_once(cast: Cast) -> None:
    assert take_each(cast, WALLS) == [303, 303, 303, 429, 429]
    assert take_each(cast, WALLS[3:], REMOTE_ADDR="198.51.100.7") == [303, 303]
    assert Appointment.objects.filter(state=State.HELD).count() == 5


def test_the_page_says_what_to_do(cast: Cast) -> None:
    take_each(cast, WALLS[:3])

    answer = take(Client(), cast.first_visit, local(TUESDAY, "15:00"), cast.riverside)

    assert "You, or others on your network, keep several times already." in text_of(answer)
    assert answer["Retry-After"] == "600"


def test_choosing_another_time_gives_the_own_one_back_first(cast: Cast) -> None:
    take_each(cast, WALLS[:2])
    browser = Client()

    for wall in ("12:00", "13:30", "15:00"):
        answer = take(browser, cast.first_visit, local(TUESDAY, wall), cast.riverside)
        assert answer.status_code == 303
    assert Appointment.objects.filter(state=State.HELD).count() == 3


def test_a_time_that_ran_out_or_was_booked_does_not_count(
    cast: Cast, at_now: time_machine.Traveller
) -> None:
    assert book(Client(), cast.first_visit, local(TUESDAY, "9:00"), cast.riverside).status_code in {
        302,
        303,
    }
    assert take_each(cast, WALLS[1:]) == [303, 303, 303, 429]
    at_now.move_to(NOW + timedelta(minutes=10))
    assert take_each(cast, ["15:00"]) == [303]


def test_thirty_times_an_hour(cast: Cast, at_now: time_machine.Traveller) -> None:
    browser = Client()
    starts = [local(TUESDAY, wall) for wall in ("9:00", "10:30")] * 16
    statuses = [
        take(browser, cast.first_visit, start, cast.riverside).status_code for start in starts
    ]

    assert statuses == [303] * 30 + [429] * 2
    at_now.move_to(NOW + timedelta(hours=1))
    assert take(browser, cast.first_visit, starts[0], cast.riverside).status_code == 303


def test_sessions_begun_on_another_network_count_where_they_are_now(cast: Cast) -> None:
    browsers = [Client() for _ in WALLS]
    for number, (browser, wall) in enumerate(zip(browsers, WALLS, strict=True)):
        browser.defaults["REMOTE_ADDR"] = f"198.51.100.{number}"
        take(browser, cast.first_visit, local("2026-11-25", wall), cast.riverside)
        browser.defaults["REMOTE_ADDR"] = "203.0.113.9"

    answers = [
        take(browser, cast.first_visit, local(TUESDAY, wall), cast.riverside).status_code
        for browser, wall in zip(browsers, WALLS, strict=True)
    ]

    assert answers == [303, 303, 303, 429, 429]
    held = Appointment.objects.filter(state=State.HELD)
    assert held.filter(starts_at__lt=local("2026-11-25", "0:00")).count() == 3
    assert held.count() == 5, "what the first three held elsewhere is given back"


def test_sessions_begun_yesterday_count_today(cast: Cast, at_now: time_machine.Traveller) -> None:
    browsers = [Client() for _ in WALLS]
    for browser in browsers:
        take(browser, cast.first_visit, local("2026-11-26", "9:00"), cast.riverside)
        at_now.shift(timedelta(minutes=11))
    at_now.move_to(NOW + timedelta(days=1))

    answers = [
        take(browser, cast.first_visit, local("2026-11-26", wall), cast.riverside).status_code
        for browser, wall in zip(browsers, WALLS, strict=True)
    ]

    assert answers == [303, 303, 303, 429, 429]


def test_a_booking_that_was_begun_elsewhere_goes_on(cast: Cast) -> None:
    browser = Client(REMOTE_ADDR="198.51.100.7")
    take(browser, cast.first_visit, local(TUESDAY, "9:00"), cast.riverside)
    browser.defaults["REMOTE_ADDR"] = "203.0.113.9"

    give_details(browser)

    assert press_book(browser)["Location"] == "/book/done/"


def test_no_row_tells_where_a_visitor_came_from(cast: Cast) -> None:
    take_each(cast, WALLS[:1], REMOTE_ADDR="198.51.100.7")
    held = Appointment.objects.get().held_by

    assert "198.51.100" not in held
    mark = held.split(".")[0]
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        take_each(cast, WALLS[1:2], REMOTE_ADDR="198.51.100.7")
    # The first one ran out and is gone by now.
    assert Appointment.objects.get().held_by.split(".")[0] != mark
