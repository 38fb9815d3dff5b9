"""Many at once for one place, over real HTTP against gunicorn: one gets it, the others are told.

`make prove` sends 200 clients in 20 rounds, `make test` 40 in 3. The last test is the control: with
locks and exclusion constraints out of the way the same race must book one place twice, or the
suite could not see that it happens.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import connection
from django.test import Client
from django.utils import timezone

from booking.models import Appointment, AppointmentEvent, Message, Patient, Room, Source, State
from booking.openings import OpenTime
from content.models import Practitioner
from tests.cast import Cast, make_cast
from tests.factories import EDMONTON, local, make_hours, make_practitioner
from tests.race.clients import Answer, Browser, Figures, all_at_once, one_by_one, server

pytest_plugins = ["tests.committed"]
pytestmark = [pytest.mark.prove, pytest.mark.usefixtures("committed")]

CLIENTS, ROUNDS = (200, 20) if settings.PROVE else (40, 2)
TIMES = "/book/first-visit/"
DESK = "/admin/diary/book/"
UNLOCKED = "tests.race.unlocked_settings"


def weekdays() -> Iterator[date]:
    """Days on which the cast works, from next week on by the real clock, which the site goes by."""
    day = timezone.now().astimezone(EDMONTON).date()
    day += timedelta(days=7 - day.weekday())
    while True:
        if day.weekday() < 5:
            yield day
        day += timedelta(days=1)


def one_practitioner() -> Cast:
    """Priya alone gives the service."""
    cast = make_cast()
    cast.first_visit.practitioners.set([cast.priya])
    return cast


def key(cast: Cast, start: datetime) -> str:
    return OpenTime(start.astimezone(UTC), cast.riverside, ()).key


def visitors(site: int, count: int, path: str = TIMES) -> list[Browser]:
    """Fresh browsers that have the page of times open."""
    browsers = [Browser(site) for _ in range(count)]
    pages = one_by_one([partial(browser.get, path) for browser in browsers])
    assert {page.status for page in pages} == {200}
    return browsers


def standing() -> list[Appointment]:
    return list(Appointment.objects.blocking())


def clear_the_diary() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE booking_appointment, booking_appointmentevent, booking_patient CASCADE"
        )


def test_of_all_who_want_one_time_one_gets_it(site: int, figures: Figures):
    cast = one_practitioner()
    nine = key(cast, local(next(weekdays()), "9:00"))
    browsers = visitors(site, CLIENTS)
    for _ in range(ROUNDS):
        answers = all_at_once([partial(each.post, TIMES, time=nine) for each in browsers])
        figures.add(len(standing()), answers)
        assert AppointmentEvent.objects.count() == 1
        clear_the_diary()
    assert figures.rows == {1: ROUNDS}
    assert figures.statuses == {303: ROUNDS, 409: ROUNDS * (CLIENTS - 1)}


def test_of_all_who_want_times_that_overlap_in_part_one_gets_theirs(site: int, figures: Figures):
    cast = one_practitioner()
    day = next(weekdays())
    # An hour and its buffer from nine reaches past ten.
    keys = [key(cast, local(day, wall)) for wall in ("9:00", "9:30", "10:00")]
    browsers = visitors(site, CLIENTS)
    for _ in range(ROUNDS):
        answers = all_at_once(
            [
                partial(each.post, TIMES, time=keys[number % 3])
                for number, each in enumerate(browsers)
            ]
        )
        figures.add(len(standing()), answers)
        clear_the_diary()
    assert figures.rows == {1: ROUNDS}
    assert figures.statuses == {303: ROUNDS, 409: ROUNDS * (CLIENTS - 1)}


def test_three_practitioners_in_two_rooms_see_two_of_all_who_want_one_time(
    site: int, figures: Figures
):
    cast = make_cast()
    mei = make_practitioner("Mei Lindqvist")
    make_hours(mei, cast.riverside)
    cast.first_visit.practitioners.add(mei)
    assert Room.objects.filter(location=cast.riverside).count() == 2
    nine = key(cast, local(next(weekdays()), "9:00"))
    browsers = visitors(site, CLIENTS)
    for _ in range(ROUNDS):
        answers = all_at_once([partial(each.post, TIMES, time=nine) for each in browsers])
        figures.add(len(standing()), answers)
        assert len({visit.room_id for visit in standing()}) == 2
        clear_the_diary()
    assert figures.rows == {2: ROUNDS}
    assert figures.statuses == {303: 2 * ROUNDS, 409: ROUNDS * (CLIENTS - 2)}


def desks(site: int, cast: Cast, count: int) -> list[Browser]:
    """Browsers in which Dina is logged in and has the booking form open."""
    browsers = []
    for _ in range(count):
        login = Client()
        login.force_login(cast.dina)
        browsers.append(
            Browser(site, **{name: cookie.value for name, cookie in login.cookies.items()})
        )
    pages = one_by_one([partial(browser.get, DESK) for browser in browsers])
    assert {page.status for page in pages} == {200}
    return browsers


def caller(cast: Cast, start: datetime) -> dict[str, str]:
    """What the desk sends for somebody who phones and wants this time."""
    return {
        "service": str(cast.first_visit.pk),
        "practitioner": str(cast.priya.pk),
        "location": str(cast.riverside.pk),
        "date": f"{start:%Y-%m-%d}",
        "time": f"{start:%H:%M}",
        "phone": "780 555 0150",
    }


def test_of_patients_and_desks_who_want_one_time_one_gets_it(site: int, figures: Figures):
    cast = one_practitioner()
    start = local(next(weekdays()), "9:00")
    form = caller(cast, start)
    won_by: set[str] = set()
    at_the_desk = desks(site, cast, CLIENTS // 4)
    patients = visitors(site, CLIENTS - len(at_the_desk))
    asks = [
        partial(each.post, DESK, name=f"Caller {number}", **form)
        for number, each in enumerate(at_the_desk)
    ]
    asks += [partial(each.post, TIMES, time=key(cast, start)) for each in patients]
    for _ in range(ROUNDS):
        answers = all_at_once(asks)
        figures.add(len(standing()), answers)
        won_by |= {visit.source for visit in standing()}
        clear_the_diary()
    assert figures.rows == {1: ROUNDS}
    won = figures.statuses[302] + figures.statuses[303]
    assert (won, figures.statuses[409]) == (ROUNDS, ROUNDS * (CLIENTS - 1))
    assert won_by <= {Source.DESK, Source.ONLINE}


@dataclass
class Pair:
    """One patient with two browsers, each of which holds another practitioner at one time."""

    number: int
    browsers: tuple[Browser, Browser]

    def take_and_fill_in(
        self, time: str, practitioners: tuple[Practitioner, Practitioner]
    ) -> Answer:
        """Up to the page on which the answers are checked, in both; the last answer."""
        details = {
            "for_whom": "self",
            "name": f"Patient {self.number}",
            "email": f"patient{self.number}@example.com",
            "phone": "780 555 0150",
            "privacy_notice": "2026-11-20",
            "privacy_acknowledged": "on",
        }
        for browser, practitioner in zip(self.browsers, practitioners, strict=True):
            path = f"{TIMES}?practitioner={practitioner.slug}"
            held = browser.post(path, time=time)
            assert (held.status, held.location) == (303, "/book/details/")
            answer = browser.post("/book/details/", **details)
            browser.get(answer.location)
        return answer


def test_of_one_patient_in_two_browsers_one_books(site: int, figures: Figures):
    cast = make_cast()
    days = weekdays()
    starts = [
        local(day, wall)
        for day in (next(days) for _ in range(CLIENTS // 10))
        for wall in ("9:00", "10:30", "12:00", "13:30", "15:00")
    ]
    for _ in range(ROUNDS):
        browsers = visitors(site, CLIENTS)
        pairs = [
            Pair(number, (browsers[2 * number], browsers[2 * number + 1]))
            for number in range(CLIENTS // 2)
        ]
        ready = one_by_one(
            [
                partial(pair.take_and_fill_in, key(cast, start), (cast.priya, cast.tomas))
                for pair, start in zip(pairs, starts, strict=True)
            ]
        )
        assert {answer.location for answer in ready} == {"/book/check/"}
        assert Appointment.objects.filter(state=State.HELD).count() == CLIENTS
        answers = all_at_once([partial(each.post, "/book/check/") for each in browsers])
        booked = Appointment.objects.filter(state=State.BOOKED)
        assert booked.values("patient").distinct().count() == booked.count()
        assert Message.objects.count() == booked.count()
        figures.add(booked.count(), answers)
        clear_the_diary()
    assert figures.rows == {CLIENTS // 2: ROUNDS}
    assert figures.statuses == {303: ROUNDS * CLIENTS // 2, 409: ROUNDS * CLIENTS // 2}


def test_a_form_that_is_sent_many_times_at_once_books_once(site: int, figures: Figures):
    cast = one_practitioner()
    nine = key(cast, local(next(weekdays()), "9:00"))
    for number in range(ROUNDS):
        (browser,) = visitors(site, 1)
        pair = Pair(number, (browser, browser))
        pair.take_and_fill_in(nine, (cast.priya, cast.priya))
        answers = all_at_once([partial(browser.post, "/book/check/") for _ in range(20)])
        figures.add(len(standing()), answers)
        assert {answer.location for answer in answers} == {"/book/done/"}
        assert Message.objects.count() == 1
        clear_the_diary()
    assert figures.rows == {1: ROUNDS}
    assert figures.statuses == {303: ROUNDS * 20}


def test_a_press_at_the_desk_that_is_sent_many_times_at_once_books_once(
    site: int, figures: Figures
):
    """With a reason nothing refuses the time, and without an address nobody is recognised."""
    cast = one_practitioner()
    start = local(next(weekdays()), "9:00")
    form = caller(cast, start) | {"name": "Ana Lopez", "overbooking_reason": "In great pain"}
    (desk,) = desks(site, cast, 1)
    for _ in range(ROUNDS):
        answers = all_at_once([partial(desk.post, DESK, **form) for _ in range(20)])
        figures.add(len(standing()), answers)
        assert Patient.objects.count() == 1
        clear_the_diary()
    assert figures.rows == {1: ROUNDS}
    assert figures.statuses == {302: ROUNDS, 409: ROUNDS * 19}


def test_the_site_works_read_committed(site: int):
    """The locks rely on it: a second look must see what was committed while one waited."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW default_transaction_isolation")
        assert cursor.fetchone() == ("read committed",)
    assert "isolation_level" not in settings.DATABASES["default"]["OPTIONS"]
    assert Browser(site).get("/readyz").status == 200


@contextmanager
def no_exclusion_constraints() -> Iterator[None]:
    excluding = [
        constraint
        for constraint in Appointment._meta.constraints
        if isinstance(constraint, ExclusionConstraint)
    ]
    assert len(excluding) == 3
    with connection.schema_editor() as editor:
        for constraint in excluding:
            editor.remove_constraint(Appointment, constraint)
    try:
        yield
    finally:
        clear_the_diary()
        with connection.schema_editor() as editor:
            for constraint in excluding:
                editor.add_constraint(Appointment, constraint)


def test_without_locks_and_constraints_one_time_is_given_twice(figures: Figures, tmp_path: Path):
    cast = one_practitioner()
    nine = key(cast, local(next(weekdays()), "9:00"))
    with no_exclusion_constraints(), server(UNLOCKED, tmp_path / "log") as unlocked:
        browsers = visitors(unlocked, CLIENTS)
        for _ in range(ROUNDS):
            answers = all_at_once([partial(each.post, TIMES, time=nine) for each in browsers])
            figures.add(len(standing()), answers)
            clear_the_diary()
    assert max(figures.rows) >= 2
