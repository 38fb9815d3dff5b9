"""The list of appointments: which day it shows, how a caller's visit is found, what it costs."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from booking import scheduling
from booking.registration import Person
from tests.booking.admin_steps import LIST, desk_of, listed, mark, page_of, told, words
from tests.booking.steps import desk_visit, hold, visit
from tests.cast import BEN, NOW, TUESDAY, Cast, make_staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]

MONDAY = "2026-11-23"


@pytest.fixture
def desk(cast: Cast) -> Client:
    return desk_of(cast.dina)


def test_the_list_opens_on_today_in_the_order_of_the_clock(desk: Client, cast: Cast) -> None:
    later = visit(cast, "14:00", day=MONDAY)
    sooner = visit(cast, "10:00", day=MONDAY, person=BEN)
    visit(cast, "10:00")

    page = desk.get(LIST)

    assert listed(page) == [sooner.reference, later.reference]
    assert "Appointments: Today, Monday 23 November 2026 (Edmonton time)" in words(page)


def test_the_other_days_are_one_link_away(desk: Client, cast: Cast) -> None:
    today = visit(cast, "10:00", day=MONDAY)
    tomorrow = visit(cast, "10:00")
    next_monday = visit(cast, "10:00", day="2026-11-30")
    in_two_weeks = visit(cast, "10:00", day="2026-12-07")
    by_word = {word: query for word, query, _ in desk.get(LIST).context["cl"].ways}

    assert {word: listed(desk.get(f"{LIST}{query}")) for word, query in by_word.items()} == {
        "Day before": [],
        "Day after": [tomorrow.reference],
        "Today": [today.reference],
        "Tomorrow": [tomorrow.reference],
        "Next 7 days": [tomorrow.reference, next_monday.reference],
        "Past": [],
        "All days": [each.reference for each in (in_two_weeks, next_monday, tomorrow, today)],
        "To review (0)": [],
    }


def test_past_visits_are_listed_latest_first(desk: Client, cast: Cast, at_now: object) -> None:
    long_ago = visit(cast, "10:00", day="2026-11-18", now=NOW - timedelta(days=7))
    yesterday = visit(cast, "10:00", day="2026-11-20", now=NOW - timedelta(days=7))

    page = desk.get(LIST, query_params={"day": "past"})

    assert listed(page) == [yesterday.reference, long_ago.reference]


def test_a_day_lasts_from_midnight_to_midnight_at_the_clinic(desk: Client, cast: Cast) -> None:
    """Late on Monday in Edmonton it is Tuesday in UTC already."""
    evening = desk_visit(cast, "23:00", day=MONDAY, overbooking_reason="Emergency")

    assert listed(desk.get(LIST, query_params={"day": MONDAY})) == [evening.reference]
    assert listed(desk.get(LIST, query_params={"day": TUESDAY})) == []


def test_turning_to_a_month_shows_its_days(desk: Client, cast: Cast) -> None:
    visit(cast, "10:00")
    december = visit(cast, "10:00", day="2026-12-07")

    page = desk.get(LIST, query_params={"starts_at__year": "2026", "starts_at__month": "12"})

    assert listed(page) == [december.reference]
    assert "Appointments: December 2026" in words(page)


def test_a_drop_down_list_left_at_any_asks_for_nothing(desk: Client, cast: Cast) -> None:
    typed = {"day": TUESDAY, "practitioner__id__exact": "", "state__exact": "", "q": " "}

    answer = desk.get(LIST, query_params=typed)

    assert (answer.status_code, answer["Location"]) == (302, f"{LIST}?day={TUESDAY}")


def test_the_list_is_narrowed_by_practitioner_location_state_and_source(
    desk: Client, cast: Cast
) -> None:
    by_phone = desk_visit(cast, "10:00")
    online = visit(cast, "10:00", person=BEN, practitioner=cast.tomas)
    scheduling.cancel(appointment=online, by=cast.dina, now=NOW)

    def found(**asked: object) -> list[str]:
        return listed(desk.get(LIST, query_params={"day": TUESDAY, **asked}))

    assert found(practitioner__id__exact=cast.tomas.pk) == [online.reference]
    assert found(location__id__exact=cast.hilltop.pk) == []
    assert found(state__exact="booked") == [by_phone.reference]
    assert found(source__exact="online") == [online.reference]


def test_the_list_is_narrowed_to_who_confirmed_and_who_did_not(desk: Client, cast: Cast) -> None:
    anas, bens = visit(cast, "10:00"), visit(cast, "12:00", person=BEN)
    off = visit(cast, "15:00", person=BEN)
    scheduling.confirm_attendance(appointment=anas, now=NOW)
    scheduling.cancel(appointment=off, by=cast.dina, now=NOW)

    def found(confirmed: str) -> list[str]:
        return listed(desk.get(LIST, query_params={"day": TUESDAY, "confirmed": confirmed}))

    assert found("yes") == [anas.reference]
    assert found("no") == [bens.reference]
    assert found("nonsense") == [anas.reference, bens.reference, off.reference]


def test_a_row_says_that_the_patient_confirmed_as_long_as_it_matters(
    desk: Client, cast: Cast
) -> None:
    anas = visit(cast, "10:00")
    visit(cast, "12:00", person=BEN)

    def said() -> int:
        page = desk.get(LIST, query_params={"day": TUESDAY})
        return page.content.decode().count("Patient confirmed")

    assert said() == 0
    scheduling.confirm_attendance(appointment=anas, now=NOW)
    assert said() == 1
    scheduling.cancel(appointment=anas, by=cast.dina, now=NOW)
    assert said() == 0


def test_each_row_says_when_who_where_and_what(desk: Client, cast: Cast) -> None:
    booked = visit(cast, "12:00")

    row = words(desk.get(LIST, query_params={"day": TUESDAY}))

    assert (
        "Tue 24 Nov 2026, 12 noon Ana Lopez (780) 555-0150 Priya Nair Room 1, Riverside "
        f"First visit {booked.reference} Booked"
    ) in row.replace("(780) 555-0150Priya", "(780) 555-0150 Priya")


def test_a_hold_shows_until_when_and_nobodys_name(desk: Client, cast: Cast) -> None:
    held = hold(cast, "10:00")

    page = words(desk.get(LIST, query_params={"day": TUESDAY}))

    assert "Held until 7:10 am" in page
    assert held.held_by not in page


def test_a_hold_that_ran_out_is_not_listed(desk: Client, cast: Cast, at_now: object) -> None:
    hold(cast, "10:00", now=NOW - timedelta(minutes=10))

    assert listed(desk.get(LIST, query_params={"day": TUESDAY})) == []


def test_the_day_is_run_from_the_list(desk: Client, cast: Cast) -> None:
    booked = visit(cast, "10:00", day=MONDAY)

    page = mark(desk, booked, "arrived", list="day=today&source__exact=online")

    assert page.redirect_chain == [(f"{LIST}?day=today&source__exact=online", 302)]
    assert told(page) == [f"Visit {booked.reference} is now “Arrived”."]
    assert "Mark completed : Ana Lopez" in words(page)


def test_the_way_back_to_the_list_leads_nowhere_else(desk: Client, cast: Cast) -> None:
    booked = visit(cast, "10:00", day=MONDAY)

    page = mark(desk, booked, "arrived", list="//elsewhere.example.com/?x=1")

    assert page.request["PATH_INFO"] == LIST


def test_who_may_only_look_sees_no_buttons(cast: Cast) -> None:
    visit(cast, "10:00", day=MONDAY)
    onlooker = make_staff("omar", "Omar", "Haddad", group="Editor")
    onlooker.user_permissions.add(Permission.objects.get(codename="view_appointment"))

    page = words(desk_of(onlooker).get(LIST))

    assert "Ana Lopez" in page
    assert "Mark arrived" not in page
    assert "Book for a caller" not in page


def test_the_list_takes_as_many_queries_for_three_visits_as_for_one(
    desk: Client, cast: Cast
) -> None:
    visit(cast, "9:00")
    desk.get(LIST)
    with CaptureQueriesContext(connection) as one:
        desk.get(LIST, query_params={"day": TUESDAY})
    child = Person(
        name="Ben Carter", email="ben@example.com", phone="+17805550151", dependant="Kim"
    )
    visit(cast, "9:00", person=BEN, practitioner=cast.tomas)
    visit(cast, "12:00", person=child)

    with CaptureQueriesContext(connection) as three:
        page = desk.get(LIST, query_params={"day": TUESDAY})

    assert len(listed(page)) == 3
    assert len(three) == len(one)


def test_a_hostile_name_is_shown_and_not_run(desk: Client, cast: Cast) -> None:
    mallory = Person(
        name="<script>alert(1)</script>",
        email="m@example.com",
        phone="+17805550153",
        dependant="<img src=x onerror=alert(2)>",
    )
    hostile = visit(
        cast,
        "10:00",
        day=MONDAY,
        person=mallory,
    )
    patient = hostile.patient
    assert patient
    assert patient.responsible_adult

    for address in (
        LIST,
        f"{LIST}?q=%3Cscript%3E",
        page_of(hostile),
        f"{LIST}{hostile.pk}/cancel/",
        "/admin/booking/patient/",
        f"/admin/booking/patient/{patient.pk}/change/",
        f"/admin/booking/patient/{patient.responsible_adult.pk}/change/",
        f"/admin/booking/patient/{patient.pk}/history/",
        "/admin/booking/message/",
        f"/admin/booking/message/{hostile.messages.get().pk}/change/",
    ):
        page = desk.get(address, follow=True)
        html = page.content.decode()
        assert page.status_code == 200
        assert "<script>alert" not in html
        assert "<img src=x" not in html
