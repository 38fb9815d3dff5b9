"""The look-up beside the booking form: open times, and why another is not among them."""

from typing import Any

import pytest
from django.test import Client

from tests.booking.admin_steps import BOOK, desk_of, words
from tests.booking.steps import visit
from tests.cast import BEN, TUESDAY, Cast
from tests.factories import local, make_service

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]

TEN = local(TUESDAY, "10:00")


@pytest.fixture
def desk(cast: Cast) -> Client:
    return desk_of(cast.dina)


def look_up(desk: Client, cast: Cast, **asked: Any) -> Any:
    return desk.get(BOOK, query_params={"service": cast.first_visit.pk, **asked})


def test_the_look_up_opens_on_the_first_free_day(desk: Client, cast: Cast) -> None:
    page = look_up(desk, cast)

    assert [
        (day.date.isoformat(), day.count, day.is_asked_for) for day in page.context["days"]
    ] == [
        ("2026-11-23", 15, True),
        ("2026-11-24", 15, False),
        ("2026-11-25", 15, False),
        ("2026-11-26", 15, False),
        ("2026-11-27", 15, False),
        ("2026-11-28", 0, False),
        ("2026-11-29", 0, False),
    ]


def test_an_open_time_fills_in_the_form(desk: Client, cast: Cast) -> None:
    day = look_up(desk, cast, practitioner=cast.tomas.pk, date=TUESDAY).context["days"][1]
    choice, address = day.times[cast.tomas, cast.riverside][2]

    form = desk.get(f"{BOOK}{address}").context["form"]

    assert choice.time.start == TEN
    filled = {"service", "practitioner", "location", "date", "time"}
    assert {name: str(form[name].value()) for name in filled} == {
        "service": str(cast.first_visit.pk),
        "practitioner": str(cast.tomas.pk),
        "location": str(cast.riverside.pk),
        "date": TUESDAY,
        "time": "10:00",
    }


def test_the_week_before_and_after_are_one_link_away(desk: Client, cast: Cast) -> None:
    here = look_up(desk, cast, date=TUESDAY).context

    assert desk.get(f"{BOOK}{here['later']}").context["monday"].isoformat() == "2026-11-30"
    assert desk.get(f"{BOOK}{here['earlier']}").context["monday"].isoformat() == "2026-11-16"


def test_why_not_names_the_rule_for_each_practitioner_and_location(
    desk: Client, cast: Cast
) -> None:
    bens = visit(cast, "10:00", person=BEN)

    page = look_up(desk, cast, date=TUESDAY, time="10:00")

    assert "Tuesday 24 November 2026, 10:00 am (Edmonton time)" in words(page)
    assert [
        (str(each.choice.practitioner), str(each.choice.time.location), each.rule, each.in_the_way)
        for each in page.context["verdicts"]
    ] == [
        ("Tomas Costa", "Riverside", "", ""),
        (
            "Priya Nair",
            "Riverside",
            "the practitioner has another visit or its buffer then",
            bens.reference,
        ),
    ]


def test_why_not_tells_of_a_practitioner_who_does_not_give_the_service(
    desk: Client, cast: Cast
) -> None:
    massage = make_service(cast.tomas, slug="massage", name="Massage")
    asked = {"service": massage.pk, "practitioner": cast.priya.pk, "location": cast.riverside.pk}

    page = desk.get(BOOK, query_params={**asked, "date": TUESDAY, "time": "10:00"})

    assert [each.rule for each in page.context["verdicts"]] == [
        "the practitioner does not work there then"
    ]


def test_a_time_without_its_day_is_asked_for_the_day(desk: Client, cast: Cast) -> None:
    page = look_up(desk, cast, time="10:00")

    assert page.status_code == 400
    assert page.context["look_up"].errors == {
        "date": ["Choose the day of the time that you ask about."]
    }
