"""Closures: mistakes are sentences, and no visit is hidden."""

from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from booking import scheduling
from booking.models import Closure
from tests.booking.admin_steps import desk_of, page_of, told, words
from tests.booking.steps import desk_visit, hold, visit
from tests.cast import BEN, NOW, TUESDAY, Cast
from tests.factories import local

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]

CLOSURES = "/admin/booking/closure/"


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
        "2 visits are booked in this time. The closure does not cancel them: "
        "ask the patients to take another time."
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
