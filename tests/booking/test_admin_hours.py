"""Working hours, closures and extra hours: mistakes are sentences, and no visit is hidden."""

from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from booking import scheduling
from booking.models import Closure, ExtraHours, WorkingHours
from tests.booking.admin_steps import desk_of, page_of, told, words
from tests.booking.steps import desk_visit, hold, visit
from tests.cast import BEN, NOW, TUESDAY, Cast
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


def closure(**changes: Any) -> dict[str, Any]:
    """The whole clinic on Tuesday morning."""
    return {
        "practitioner": "",
        "location": "",
        "starts_at_0": TUESDAY,
        "starts_at_1": "08:00",
        "ends_at_0": TUESDAY,
        "ends_at_1": "12:00",
        "reason": "Fire drill",
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


def test_a_closure_is_saved_in_the_clinics_time(desk: Client, cast: Cast) -> None:
    page = desk.post(f"{CLOSURES}add/", closure(), follow=True)

    saved = Closure.objects.get()
    assert (saved.starts_at, saved.ends_at) == (local(TUESDAY, "8:00"), local(TUESDAY, "12:00"))
    assert "The closure “ Whole clinic closed: Fire drill ” was added." in words(page)
    assert "uccessfully" not in words(page)


def test_a_closure_over_standing_visits_names_them(desk: Client, cast: Cast) -> None:
    anas = visit(cast, "10:00")
    bens = visit(cast, "11:30", person=BEN, practitioner=cast.tomas)
    visit(cast, "14:00")

    page = desk.post(f"{CLOSURES}add/", closure(), follow=True)

    warning, _saved = told(page)
    assert warning == (
        "2 visits are booked in this time. The closure does not cancel them: phone the patients."
        "Tue 24 Nov 2026, 10:00 am, Ana Lopez, with Priya Nair"
        "Tue 24 Nov 2026, 11:30 am, Ben Carter, with Tomas Costa"
    )
    html = page.content.decode()
    assert [page_of(each) in html for each in (anas, bens)] == [True, True]


def test_a_long_list_of_visits_goes_on_at_the_closures_page(desk: Client, cast: Cast) -> None:
    walls = ("9:00", "10:30", "12:00", "13:30", "15:00", "16:00")
    for practitioner in (cast.priya, cast.tomas):
        for wall in walls:
            guest = replace(BEN, name=f"Guest {practitioner.pk} {wall}")
            desk_visit(
                cast, wall, person=guest, practitioner=practitioner, overbooking_reason="Storm"
            )

    page = desk.post(f"{CLOSURES}add/", closure(ends_at_1="20:00"), follow=True)

    warning = told(page)[0]
    assert warning.startswith("12 visits are booked in this time.")
    assert warning.count("Guest") == 10
    assert warning.endswith("The closure’s page lists these and 2 more.")
    address = f"{CLOSURES}{Closure.objects.get().pk}/change/"
    assert f'<a href="{address}">' in str(next(iter(page.context["messages"])))
    assert words(desk.get(address)).count("Guest") == 12


def test_a_closures_page_goes_on_naming_them(desk: Client, cast: Cast) -> None:
    visit(cast, "10:00")
    desk.post(f"{CLOSURES}add/", closure())

    page = words(desk.get(f"{CLOSURES}{Closure.objects.get().pk}/change/"))

    assert "Still booked: Tue 24 Nov 2026, 10:00 am , Ana Lopez, with Priya Nair" in page


def test_only_visits_that_stand_and_are_concerned_are_named(desk: Client, cast: Cast) -> None:
    cancelled = visit(cast, "9:00")
    scheduling.cancel(appointment=cancelled, by=cast.dina, now=NOW)
    visit(cast, "10:30", person=BEN, practitioner=cast.tomas)
    hold(cast, "10:00")

    page = desk.post(f"{CLOSURES}add/", closure(practitioner=cast.priya.pk), follow=True)

    assert [message for message in told(page) if "booked in this time" in message] == []


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"ends_at_1": "08:00"}, "The closure must start before it ends."),
        ({"starts_at_0": "9999-12-31", "ends_at_0": "9999-12-31"}, None),
        ({"starts_at_0": "0001-01-01"}, "Choose a year from 2000 to 2099."),
        ({"reason": ""}, "This field is required."),
        ({"reason": "x\x00"}, "Null characters are not allowed."),
        ({"starts_at_0": "2027-03-14", "starts_at_1": "02:30", "ends_at_0": "2027-03-15"}, None),
    ],
)
def test_an_impossible_closure_is_refused_in_a_sentence(
    desk: Client, cast: Cast, typed: dict[str, str], sentence: str | None
) -> None:
    answer = desk.post(f"{CLOSURES}add/", closure(**typed))

    assert answer.status_code == 200
    assert Closure.objects.count() == 0
    if sentence:
        assert errors(answer) == [sentence]
    else:
        assert errors(answer) != []


def test_a_closure_is_of_a_practitioner_or_a_location(desk: Client, cast: Cast) -> None:
    typed = closure(practitioner=cast.priya.pk, location=cast.riverside.pk)

    answer = desk.post(f"{CLOSURES}add/", typed)

    assert errors(answer) == [
        "Choose a practitioner or a location, not both. Leave both empty to close the whole clinic."
    ]


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
    desk.post(f"{CLOSURES}add/", closure())
    desk.post(f"{EXTRA}add/", extra(cast))

    assert "Tue 24 Nov 2026, 8:00 am Tue 24 Nov 2026, 12 noon Whole clinic Fire drill" in words(
        desk.get(CLOSURES)
    )
    assert "Sat 28 Nov 2026, 9:00 am" in words(desk.get(EXTRA))
    for page in (CLOSURES, EXTRA, HOURS):
        assert "(Edmonton time)" in words(desk.get(page))


def test_a_change_that_came_in_between_is_a_sentence(
    desk: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The form sees nothing wrong, the database does: as when two desks save at once."""
    monkeypatch.setattr(Closure, "validate_constraints", lambda *_args, **_options: None)

    page = desk.post(f"{CLOSURES}add/", closure(ends_at_1="07:00"), follow=True)

    assert told(page) == [
        (
            "Nothing was saved: somebody else changed this at the same moment. "
            "Look at it again and repeat your change."
        )
    ]
    assert Closure.objects.count() == 0


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
