"""The day on paper."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from booking import scheduling
from booking.admin.day_sheet import safety_word
from booking.models import Appointment, ScreeningAnswers
from tests.booking.admin_steps import LIST, desk_of, words
from tests.booking.steps import desk_visit, hold, visit
from tests.cast import BEN, NOW, TUESDAY, Cast, make_staff
from tests.factories import make_hours

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]

SHEET = "/admin/diary/sheet/"


def sheet(cast: Cast, **asked: Any) -> Any:
    return desk_of(cast.dina).get(SHEET, {"date": TUESDAY} | asked)


def desks(answer: Any) -> list[tuple[str, str, list[str]]]:
    """Each sheet's practitioner, location and patients."""
    return [
        (each.practitioner.name, each.location.name, [line.patient for line in each.lines])
        for each in answer.context["sheets"]
    ]


def screened(visit: Appointment, outcome: str, decision: str = "") -> None:
    decided = {"decision": decision, "decided_by": None, "decided_at": None}
    answers = ScreeningAnswers(version="1", outcome=outcome, given_at=NOW, patient=visit.patient)
    answers.seal({"numbness": "yes"})
    for name, value in decided.items():
        setattr(answers, name, value)
    answers.save()
    visit.screening = answers
    visit.save(by_scheduling=True)


def test_each_practitioner_and_location_has_a_sheet(cast: Cast) -> None:
    make_hours(cast.priya, cast.hilltop, weekdays=(1,), starts_at="17:30", ends_at="20:00")
    visit(cast, "13:00")
    visit(cast, "10:00", person=BEN)
    visit(cast, "10:00", practitioner=cast.tomas)
    visit(cast, "17:30", location=cast.hilltop)

    assert desks(sheet(cast)) == [
        ("Priya Nair", "Hilltop", ["Ana Lopez"]),
        ("Priya Nair", "Riverside", ["Ben Carter", "Ana Lopez"]),
        ("Tomas Costa", "Riverside", ["Ana Lopez"]),
    ]


def test_a_line_says_what_the_desk_needs(cast: Cast) -> None:
    anas = visit(cast, "10:00")

    page = words(sheet(cast))

    assert "Priya Nair, Riverside Tuesday 24 November 2026 (Edmonton time), 1 visit" in page
    assert (
        f"10:00 am to 11:00 am Ana Lopez {anas.reference} First visit Room 1 (780) 555-0150 "
        "Not asked Booked"
    ) in page
    assert "As the diary stood on Monday 23 November 2026, 7:00 am (Edmonton time)." in page


def test_a_line_says_whether_the_patient_confirmed(cast: Cast) -> None:
    anas = visit(cast, "10:00")
    visit(cast, "12:00", person=BEN)
    scheduling.confirm_attendance(appointment=anas, now=NOW)

    page = words(sheet(cast))

    assert "Booked Patient confirmed 12 noon to 1:00 pm Ben Carter" in page
    assert page.count("Patient confirmed") == 1


def test_it_can_be_asked_for_one_practitioner_or_location(cast: Cast) -> None:
    visit(cast, "10:00")
    visit(cast, "10:00", person=BEN, practitioner=cast.tomas)

    assert desks(sheet(cast, practitioner=cast.tomas.pk)) == [
        ("Tomas Costa", "Riverside", ["Ben Carter"])
    ]
    assert desks(sheet(cast, location=cast.hilltop.pk)) == []


def test_without_a_day_it_is_todays(cast: Cast) -> None:
    desk_visit(cast, "15:00", day="2026-11-23")

    answer = desk_of(cast.dina).get(SHEET)

    assert "Monday 23 November 2026" in words(answer)
    assert len(answer.context["sheets"]) == 1


def test_what_will_not_take_place_is_not_printed(cast: Cast) -> None:
    scheduling.cancel(appointment=visit(cast, "10:00"), by=cast.dina, now=NOW)
    hold(cast, "13:00")

    answer = sheet(cast)

    assert desks(answer) == []
    assert "No visits on Tuesday 24 November 2026." in words(answer)


@pytest.mark.parametrize(
    ("outcome", "word"),
    [("clear", "Cleared"), ("review", "Look first"), ("call_first", "Call first")],
)
def test_of_the_safety_questions_it_says_what_to_do(cast: Cast, outcome: str, word: str) -> None:
    anas = desk_visit(cast, "10:00", about="Numb since the fall")
    screened(anas, outcome)

    answer = sheet(cast)

    (only,) = answer.context["sheets"]
    assert only.lines[0].safety == word
    assert [said for said in ("umb", "fall", "yes") if said in words(answer)] == []


def test_what_a_clinician_approved_is_cleared() -> None:
    answers = ScreeningAnswers(outcome="review", decision="approved")

    assert safety_word(answers) == "Cleared"


def test_rooms_are_listed_by_location_and_clock(cast: Cast) -> None:
    visit(cast, "10:00")
    visit(cast, "10:00", person=BEN, practitioner=cast.tomas)
    visit(cast, "13:00", person=BEN)

    ((location, rooms),) = sheet(cast).context["rooms"].items()

    assert location == cast.riverside
    assert [
        (room.name, [visit.practitioner.name for visit in visits]) for room, visits in rooms.items()
    ] == [("Room 1", ["Priya Nair", "Priya Nair"]), ("Room 2", ["Tomas Costa"])]


@pytest.mark.parametrize("day", ["someday", "1066-10-14", "2026-02-30"])
def test_a_day_that_cannot_be_read_is_refused(cast: Cast, day: str) -> None:
    answer = sheet(cast, date=day)

    assert answer.status_code == 400
    assert "Please correct what is marked above." in words(answer)


def test_who_may_not_see_visits_gets_no_sheet(cast: Cast) -> None:
    editor = make_staff("mei", "Mei", "Lindqvist", group="Editor")

    assert desk_of(editor).get(SHEET).status_code == 403
    assert Client().get(SHEET).status_code == 302


def test_the_list_leads_to_the_sheet_of_its_day(cast: Cast) -> None:
    page = desk_of(cast.dina).get(f"{LIST}?day={TUESDAY}").content.decode()

    assert f'href="{SHEET}?date={TUESDAY}"' in page


def test_a_full_day_asks_no_more_than_an_empty_one_but_for_the_visits(cast: Cast) -> None:
    desk = desk_of(cast.dina)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            desk.get(SHEET, {"date": TUESDAY})
        return len(queries)

    visit(cast, "9:00")
    one = asked()
    for hour in (11, 13, 15):
        visit(cast, f"{hour}:00", person=BEN, practitioner=cast.tomas)

    assert asked() == one <= 12
