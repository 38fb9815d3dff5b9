"""Working and extra hours, and the catalogue: mistakes are sentences, history is kept."""

from datetime import date, time
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from booking.models import Closure, ExtraHours, WorkingHours
from tests.booking.admin_steps import desk_of, words
from tests.booking.steps import visit
from tests.cast import TUESDAY, Cast, make_staff
from tests.factories import local

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]

HOURS = "/admin/booking/workinghours/"
CLOSURES = "/admin/booking/closure/"
EXTRA = "/admin/booking/extrahours/"


@pytest.fixture
def desk(cast: Cast) -> Client:
    return desk_of(cast.dina)


def errors(answer: Any) -> list[str]:
    found: list[str] = [
        str(error)
        for problems in answer.context["adminform"].form.errors.values()
        for error in problems
    ]
    return found


def window(cast: Cast, **changes: Any) -> dict[str, Any]:
    """Priya on Mondays from five to eight at Hilltop."""
    return {
        "practitioner": cast.priya.pk,
        "location": cast.hilltop.pk,
        "weekday": 0,
        "starts_at": "17:00",
        "ends_at": "20:00",
        "valid_from": "",
        "valid_to": "",
        **changes,
    }


def test_a_second_window_on_a_day_is_fine(desk: Client, cast: Cast) -> None:
    desk.post(f"{HOURS}add/", window(cast))

    added = WorkingHours.objects.get(location=cast.hilltop)
    assert (added.practitioner, added.weekday, added.starts_at) == (cast.priya, 0, time(17))


def test_nobody_works_in_two_places_at_once(desk: Client, cast: Cast) -> None:
    answer = desk.post(f"{HOURS}add/", window(cast, starts_at="16:30"))

    assert (answer.status_code, errors(answer)) == (
        200,
        ["Priya Nair works at Riverside then already: Monday 09:00–17:00."],
    )
    assert WorkingHours.objects.filter(location=cast.hilltop).count() == 0


@pytest.mark.parametrize(
    ("first", "last", "told_of"),
    [
        ("2027-01-01", "", []),
        ("", "2026-11-30", ["Priya Nair works at Riverside then already: Monday 09:00–17:00."]),
        ("2026-12-31", "", ["Priya Nair works at Riverside then already: Monday 09:00–17:00."]),
        ("2026-10-01", "2026-10-31", []),
    ],
)
def test_windows_of_different_times_of_the_year_do_not_meet(
    desk: Client, cast: Cast, first: str, last: str, told_of: list[str]
) -> None:
    WorkingHours.objects.filter(practitioner=cast.priya).update(
        valid_from=date(2026, 11, 1), valid_to=date(2026, 12, 31)
    )

    answer = desk.post(
        f"{HOURS}add/", window(cast, starts_at="10:00", valid_from=first, valid_to=last)
    )

    assert (errors(answer) if answer.status_code == 200 else []) == told_of


def test_a_window_can_be_saved_again_as_it_is(desk: Client, cast: Cast) -> None:
    mine = WorkingHours.objects.filter(practitioner=cast.priya, weekday=0).get()
    typed = window(cast, location=cast.riverside.pk, starts_at="09:00", ends_at="17:00")

    assert desk.post(f"{HOURS}{mine.pk}/change/", typed).status_code == 302


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"starts_at": "20:00", "ends_at": "17:00"}, "The window must start before it ends."),
        (
            {"valid_from": "2027-02-01", "valid_to": "2027-01-01"},
            "“Valid from” must not lie after “valid to”.",
        ),
        ({"valid_from": "9999-12-31"}, "Choose a year from 2000 to 2099."),
        (
            {"weekday": "7"},
            "Select a valid choice. 7 is not one of the available choices.",
        ),
        ({"starts_at": "25:00"}, "Enter a valid time."),
    ],
)
def test_impossible_hours_are_refused_in_a_sentence(
    desk: Client, cast: Cast, typed: dict[str, str], sentence: str
) -> None:
    answer = desk.post(f"{HOURS}add/", window(cast, **typed))

    assert (answer.status_code, errors(answer)) == (200, [sentence])


def extra(cast: Cast, **changes: Any) -> dict[str, Any]:
    """Priya on a Saturday morning at Hilltop."""
    return {
        "practitioner": cast.priya.pk,
        "location": cast.hilltop.pk,
        "starts_at_0": "2026-11-28",
        "starts_at_1": "09:00",
        "ends_at_0": "2026-11-28",
        "ends_at_1": "12:00",
        **changes,
    }


def test_extra_hours_in_two_places_at_once_are_refused(desk: Client, cast: Cast) -> None:
    desk.post(f"{EXTRA}add/", extra(cast))

    answer = desk.post(f"{EXTRA}add/", extra(cast, location=cast.riverside.pk))

    assert errors(answer) == [
        (
            "Priya Nair has extra hours at Hilltop then already, from Sat 28 Nov 2026, 9:00 am "
            "to Sat 28 Nov 2026, 12 noon."
        )
    ]
    assert ExtraHours.objects.count() == 1


def test_lists_of_hours_say_weekday_and_zone(desk: Client, cast: Cast) -> None:
    Closure.objects.create(
        starts_at=local(TUESDAY, "8:00"), ends_at=local(TUESDAY, "12:00"), reason="Fire drill"
    )
    desk.post(f"{EXTRA}add/", extra(cast))

    assert "Tue 24 Nov 2026, 8:00 am Tue 24 Nov 2026, 12 noon Whole clinic Fire drill" in words(
        desk.get(CLOSURES)
    )
    assert "Sat 28 Nov 2026, 9:00 am" in words(desk.get(EXTRA))
    for page in (CLOSURES, EXTRA, HOURS):
        assert "(Edmonton time)" in words(desk.get(page))


@pytest.mark.parametrize("kind", ["practitioner", "location", "room", "service"])
def test_what_visits_depend_on_is_not_deleted(cast: Cast, kind: str) -> None:
    booked = visit(cast, "10:00")
    row = getattr(booked, kind)
    app = "content" if kind in {"practitioner", "location"} else "booking"
    superuser = desk_of(User.objects.create_superuser("root"))

    answer = superuser.post(f"/admin/{app}/{kind}/{row.pk}/delete/", {"post": "yes"})

    assert answer.status_code == 200
    assert booked.reference in words(answer)
    assert type(row).objects.filter(pk=row.pk).count() == 1


def test_a_service_keeps_its_booked_visits_as_they_were(desk: Client, cast: Cast) -> None:
    booked = visit(cast, "10:00")
    superuser = desk_of(User.objects.create_superuser("root"))
    typed = {
        "name": "Long first visit",
        "slug": "first-visit",
        "summary": "For a new problem.",
        "visit": "first",
        "price": "150",
        "length_minutes": "90",
        "buffer_before_minutes": "0",
        "buffer_after_minutes": "10",
        "start_every_minutes": "30",
        "notice_hours": "2",
        "horizon_days": "60",
        "cancel_cutoff_hours": "24",
        "reminder_hours": "48, 24",
        "asks_safety_questions": "on",
        "practitioners": [cast.priya.pk],
        "online": "on",
        "is_offered": "on",
        "order": "0",
    }

    superuser.post(f"/admin/booking/service/{cast.first_visit.pk}/change/", typed)

    booked.refresh_from_db()
    cast.first_visit.refresh_from_db()
    assert (cast.first_visit.name, cast.first_visit.length_minutes) == ("Long first visit", 90)
    assert (booked.service_name, booked.length_minutes) == ("First visit", 60)
    assert cast.first_visit.reminder_hours == [48, 24]
    assert cast.first_visit.asks_safety_questions


def test_an_editor_does_not_decide_whether_the_safety_questions_are_asked(cast: Cast) -> None:
    cast.first_visit.asks_safety_questions = True
    cast.first_visit.save()
    editor = desk_of(make_staff("eve", "Eve", "Moreau", group="Editor"))
    page = f"/admin/booking/service/{cast.first_visit.pk}/change/"
    form = editor.get(page).context["adminform"].form
    typed = {field.html_name: field.value() for field in form if field.value() is not None}

    editor.post(page, typed | {"name": "First hour", "practitioners": [cast.priya.pk]})

    cast.first_visit.refresh_from_db()
    assert (cast.first_visit.name, cast.first_visit.asks_safety_questions) == ("First hour", True)
