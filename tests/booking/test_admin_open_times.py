"""What the booking form proposes before a time is chosen: “when could I come next week?”"""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from booking.models import Appointment, WorkingHours
from tests.booking.admin_steps import BOOK, caller, desk_of, words
from tests.booking.diary_steps import BESIDE
from tests.booking.steps import visit
from tests.cast import BEN, TUESDAY, Cast
from tests.factories import local, make_hours, make_practitioner

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]

NEXT_MONDAY = "2026-11-30"


@pytest.fixture
def desk(cast: Cast) -> Client:
    return desk_of(cast.dina)


def proposed(page: Any) -> list[str]:
    """The buttons below the verdict: whom with, and the time as the form would read it."""
    return [
        f"{choice.practitioner}, {choice.key.rsplit(' ', 2)[0]}"
        for choice in page.context["verdict"].nearest
    ]


def times_within(desk: Client, cast: Cast, **asked: Any) -> list[str]:
    """What is proposed as soon as the desk has changed something."""
    service = {"service": cast.first_visit.pk}
    return proposed(desk.post(f"{BOOK}fitting/", service | asked, headers=BESIDE))


def test_a_week_with_anyone_is_several_times_of_its_first_day_and_one_of_each_other(
    desk: Client, cast: Cast
) -> None:
    assert times_within(desk, cast, date=NEXT_MONDAY) == [
        "Priya Nair, 2026-11-30 09:00",
        "Priya Nair, 2026-11-30 10:00",
        "Priya Nair, 2026-11-30 11:00",
        "Priya Nair, 2026-11-30 12:00",
        "Priya Nair, 2026-11-30 13:00",
        "Priya Nair, 2026-12-01 09:00",
        "Priya Nair, 2026-12-02 09:00",
        "Priya Nair, 2026-12-03 09:00",
        "Priya Nair, 2026-12-04 09:00",
    ]


def test_with_a_time_of_day_nothing_earlier_is_proposed_on_any_day(
    desk: Client, cast: Cast
) -> None:
    with_priya = {"practitioner": cast.priya.pk, "time": "15:15"}

    assert times_within(desk, cast, date=TUESDAY, **with_priya) == [
        "Priya Nair, 2026-11-24 15:30",
        "Priya Nair, 2026-11-25 15:30",
        "Priya Nair, 2026-11-26 15:30",
        "Priya Nair, 2026-11-27 15:30",
        "Priya Nair, 2026-11-30 15:30",
    ]
    assert times_within(desk, cast, **with_priya)[0] == "Priya Nair, 2026-11-23 15:30"


def test_one_of_them_is_booked_by_its_button(desk: Client, cast: Cast) -> None:
    visit(cast, "10:00", person=BEN)

    page = desk.get(BOOK, {"date": TUESDAY, "practitioner": cast.priya.pk})

    times = page.context["verdict"].nearest
    assert [choice.time.start for choice in times[:5]] == [
        local(TUESDAY, wall) for wall in ("11:30", "12:30", "13:30", "14:30", "15:30")
    ]
    desk.post(BOOK, caller(cast, time="", date="", patient="", choice=times[1].key))
    assert Appointment.objects.filter(starts_at=local(TUESDAY, "12:30")).exists()


def test_without_any_free_time_the_page_says_so(desk: Client, cast: Cast) -> None:
    WorkingHours.objects.all().delete()

    page = desk.post(f"{BOOK}fitting/", {"service": cast.first_visit.pk}, headers=BESIDE)

    assert words(page) == "Nothing is free for “First visit”."


def test_without_scripts_a_button_shows_the_times_and_keeps_who_was_chosen(
    desk: Client, cast: Cast
) -> None:
    ana = visit(cast, "10:00").patient
    chosen = {"patient": ana.pk, "name": "", "phone": "", "email": ""}

    page = desk.post(BOOK, caller(cast, time="", date=NEXT_MONDAY, times="1", **chosen))

    assert page.status_code == 200
    assert proposed(page)[0] == "Priya Nair, 2026-11-30 09:00"
    assert f'value="{ana.pk}" checked' in page.content.decode()
    assert page.context["form"]["about"].value() == "Sore shoulder"
    assert Appointment.objects.count() == 1


def test_a_form_sent_without_a_time_is_asked_for_it_and_told_what_is_free(
    desk: Client, cast: Cast
) -> None:
    page = desk.post(BOOK, caller(cast, time=""))

    assert page.status_code == 400
    assert page.context["form"].errors == {"time": ["This field is required."]}
    assert proposed(page)[0] == "Priya Nair, 2026-11-24 09:00"


def test_the_times_of_three_practitioners_take_as_many_queries_as_those_of_two(
    desk: Client, cast: Cast
) -> None:
    desk.get(BOOK)
    with CaptureQueriesContext(connection) as two:
        desk.get(BOOK, {"date": TUESDAY})
    mei = make_practitioner("Mei Lindqvist")
    make_hours(mei, cast.riverside)
    cast.first_visit.practitioners.add(mei)
    visit(cast, "9:00", practitioner=mei)

    with CaptureQueriesContext(connection) as three:
        desk.get(BOOK, {"date": TUESDAY})

    assert len(three) == len(two)
