"""Twenty desks and fifty patients at work on one diary: nothing doubled, nothing lost, no 500.

`make prove` goes on for a minute, `make test` for a few seconds. Everybody does what comes to their
mind, at random but from a fixed seed: the desks book for callers, mark, move and cancel; patients
take a time, book it, or go away.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from itertools import islice
from time import monotonic

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import prefetch_related_objects
from django.test import Client
from django.utils import timezone

from booking import scheduling
from booking.models import AppointmentEvent, EventKind
from booking.registration import Person
from content.models import Practitioner
from tests.booking.whole_diary import (
    every_history_leads_to_where_its_appointment_is,
    nobody_and_no_room_is_in_two_places,
    rows,
)
from tests.cast import Cast, make_cast, make_staff
from tests.factories import local, make_booking, make_hours, make_practitioner
from tests.race.clients import Answer, Browser, all_at_once
from tests.race.test_races import key, weekdays

pytest_plugins = ["tests.committed"]
pytestmark = [pytest.mark.prove, pytest.mark.usefixtures("committed")]

SECONDS = 60 if settings.PROVE else 6
DESKS, PATIENTS = 20, 50
EVERYTHING = {"held", "booked", "moved", "cancelled", "arrived", "no_show", "undone"}
BOOK = "/admin/diary/book/"
WALLS = [f"{hour}:{minute}" for hour in range(9, 16) for minute in ("00", "30")]


@dataclass
class AtWork:
    """Somebody with a browser, who does one thing after the other until the day is over."""

    browser: Browser
    cast: Cast
    days: list[date]
    practitioners: list[Practitioner]
    chance: random.Random
    visits: list[int] = field(default_factory=list)
    today: list[int] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    booked: int = 0

    @property
    def day(self) -> date:
        return self.chance.choice(self.days)

    def work(self, act: Callable[[AtWork], Answer]) -> AtWork:
        end = monotonic() + SECONDS
        while monotonic() < end:
            answer = act(self)
            self.statuses[answer.status] += 1
        return self


def at_the_desk(desk: AtWork) -> Answer:
    act = desk.chance.choice([book_for_a_caller, mark_somebody, move_somebody, cancel_somebody])
    return act(desk)


def book_for_a_caller(desk: AtWork) -> Answer:
    cast = desk.cast
    practitioner = desk.chance.choice(desk.practitioners)
    answer = desk.browser.post(
        BOOK,
        service=str(cast.first_visit.pk),
        practitioner=str(practitioner.pk),
        location=str(cast.riverside.pk),
        date=f"{desk.day:%Y-%m-%d}",
        time=desk.chance.choice(WALLS),
        name=f"Caller {desk.chance.randrange(10**6)}",
        phone="780 555 0150",
    )
    desk.booked += answer.status == 302
    return answer


def mark_somebody(desk: AtWork) -> Answer:
    slug = desk.chance.choice(["arrived", "undo", "did-not-come", "undo"])
    visit = desk.chance.choice(desk.today)
    return desk.browser.post(f"/admin/booking/appointment/{visit}/mark/{slug}/")


def move_somebody(desk: AtWork) -> Answer:
    practitioner = desk.chance.choice(desk.practitioners)
    where = f"{practitioner.pk} {desk.cast.riverside.pk}"
    choice = f"{desk.day:%Y-%m-%d} {desk.chance.choice(WALLS):0>5} {where}"
    visit = desk.chance.choice(desk.visits)
    return desk.browser.post(f"/admin/diary/visit/{visit}/move/", choice=choice, wish="clinic")


def cancel_somebody(desk: AtWork) -> Answer:
    """One of the first two: the others are there to be moved all day."""
    visit = desk.chance.choice(desk.visits[:2])
    return desk.browser.post(
        f"/admin/booking/appointment/{visit}/cancel/", reason="No time", wish="patient"
    )


def at_home(patient: AtWork) -> Answer:
    """A free time is taken, and booked or left."""
    start = local(patient.day, patient.chance.choice(WALLS))
    held = patient.browser.post("/book/first-visit/", time=key(patient.cast, start))
    if held.location != "/book/details/" or patient.chance.random() < 0.3:
        return held
    number = patient.chance.randrange(10**6)
    patient.browser.post(
        "/book/details/",
        for_whom="self",
        name=f"Patient {number}",
        email=f"patient{number}@example.com",
        phone="780 555 0150",
        privacy_notice="2026-11-20",
        privacy_acknowledged="on",
    )
    patient.browser.get("/book/check/")
    return patient.browser.post("/book/check/")


def test_a_busy_day_leaves_the_diary_whole(site: int, capsys: pytest.CaptureFixture[str]):
    cast, days = make_cast(), list(islice(weekdays(), 5))
    for number in range(3, 6):
        practitioner = make_practitioner(f"Practitioner {number}", order=number)
        cast.first_visit.practitioners.add(practitioner)
        make_hours(practitioner, cast.riverside)
    # A desk's thread that asked the database would keep its connection past the last test.
    prefetch_related_objects([cast.first_visit], "practitioners")
    treating = list(cast.first_visit.practitioners.all())
    visits, today = visits_ahead(cast, days[0]), visits_now(cast)
    staff = [
        make_staff(f"desk{number}", "Desk", str(number), group="Front desk")
        for number in range(DESKS)
    ]
    workers = [
        AtWork(signed_in(site, user), cast, days, treating, random.Random(user.pk), visits, today)
        for user in staff
    ]
    visitors = [
        AtWork(visitor(site), cast, days, treating, random.Random(-n)) for n in range(PATIENTS)
    ]
    done = all_at_once(
        [partial(each.work, at_the_desk) for each in workers]
        + [partial(each.work, at_home) for each in visitors]
    )
    statuses = sum((each.statuses for each in done), Counter[int]())
    with capsys.disabled():
        print(f"\n{SECONDS} s: {sum(statuses.values())} answers, {dict(sorted(statuses.items()))}")
    assert max(statuses) < 500
    there = rows()
    nobody_and_no_room_is_in_two_places(there)
    every_history_leads_to_where_its_appointment_is(there)
    for user, worker in zip(staff, workers, strict=True):
        by_them = AppointmentEvent.objects.filter(user=user, kind=EventKind.BOOKED)
        assert by_them.count() == worker.booked
    happened = set(AppointmentEvent.objects.values_list("kind", flat=True))
    assert happened >= (EVERYTHING if settings.PROVE else {"booked"})


def visits_ahead(cast: Cast, day: date) -> list[int]:
    """One with each practitioner, for the desks to move and cancel."""
    return [
        make_booking(
            cast.first_visit,
            practitioner,
            cast.riverside,
            local(day, wall),
            person=person(practitioner.name),
            now=timezone.now(),
        ).pk
        for practitioner, wall in zip(
            cast.first_visit.practitioners.order_by("order"), WALLS[::3], strict=False
        )
    ]


def visits_now(cast: Cast) -> list[int]:
    """Two visits that have just begun, whatever the hour, for the desks to mark."""
    begun = timezone.now().replace(second=0, microsecond=0)
    return [
        scheduling.book_for_caller(
            service=cast.first_visit,
            practitioner=practitioner,
            location=cast.riverside,
            start=begun,
            person=person(f"{practitioner.name} today"),
            by=cast.dina,
            now=begun - timedelta(days=2),
            overbooking_reason="At any hour",
        ).pk
        for practitioner in (cast.priya, cast.tomas)
    ]


def person(name: str) -> Person:
    return Person(name=f"Patient of {name}", email=f"{len(name)}@example.com", phone="")


def signed_in(site: int, user: User) -> Browser:
    login = Client()
    login.force_login(user)
    browser = Browser(site, **{name: cookie.value for name, cookie in login.cookies.items()})
    assert browser.get(BOOK).status == 200
    return browser


def visitor(site: int) -> Browser:
    browser = Browser(site)
    assert browser.get("/book/first-visit/").status == 200
    return browser
