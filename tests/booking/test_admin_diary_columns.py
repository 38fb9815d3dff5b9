"""What is kept of the diary's columns: as long as nothing of one has changed, and no longer."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from booking import scheduling
from booking.admin.diary_columns import ShownColumn, drawn, shown
from booking.day_board import By, day_board
from booking.day_rows import read_team
from booking.models import Appointment, Closure, Patient, Room
from content.models import Location, Practitioner
from tests.booking.admin_steps import desk_of, words
from tests.booking.diary_steps import board
from tests.booking.steps import visit
from tests.cast import NOW, TUESDAY, Cast, make_staff
from tests.factories import local, make_hours

pytestmark = pytest.mark.django_db


def priyas(*, by: By = By.PRACTITIONER, now: datetime = NOW) -> ShownColumn:
    columns = day_board(date.fromisoformat(TUESDAY), read_team(), by=by, now=now)
    return shown(columns[0], now=now, week=False)


def html(column: ShownColumn) -> str:
    return drawn(column, None, may_book=True, changed=False)


def rename_patient(_: Cast) -> None:
    Patient.objects.update(name="Ana Lopez Ruiz")


def find_an_adult(cast: Cast) -> None:
    adult = Patient.objects.create(name="Eva Lopez", phone="+17805550159", created_at=NOW)
    Patient.objects.exclude(pk=adult.pk).update(responsible_adult=adult, email="", phone="")


def rename_practitioner(cast: Cast) -> None:
    Practitioner.objects.filter(pk=cast.priya.pk).update(name="Priya Nair-Singh")


def rename_location(cast: Cast) -> None:
    Location.objects.filter(pk=cast.riverside.pk).update(name="Riverbank")


def rename_room(_: Cast) -> None:
    Room.objects.filter(name="Room 1").update(name="Blue room")


def mark_arrived(cast: Cast) -> None:
    at = local(TUESDAY, "9:55")
    scheduling.arrive(appointment=Appointment.objects.get(), by=cast.dina, now=at)


def close_at_noon(cast: Cast) -> None:
    Closure.objects.create(
        location=cast.riverside,
        starts_at=local(TUESDAY, "12:00"),
        ends_at=local(TUESDAY, "13:00"),
        reason="Fire drill",
    )


def work_longer(cast: Cast) -> None:
    make_hours(cast.priya, cast.riverside, weekdays=(1,), starts_at="17:00", ends_at="18:00")


CHANGES = [
    (rename_patient, "Ana Lopez Ruiz"),
    (find_an_adult, "Ana Lopez (with Eva Lopez)"),
    (rename_practitioner, "Priya Nair-Singh"),
    (rename_location, "Riverbank"),
    (rename_room, "Blue room"),
    (mark_arrived, "Arrived"),
    (close_at_noon, "Fire drill"),
    (work_longer, "5:00 pm to 6:00 pm"),
]


def test_a_column_that_has_not_changed_is_made_once(cast: Cast) -> None:
    visit(cast, "10:00")

    first, second = priyas(), priyas()

    assert first is second
    assert html(first) is html(second)


@pytest.mark.parametrize(("change", "says"), CHANGES)
def test_whatever_changes_is_shown_at_once(
    cast: Cast, change: Callable[[Cast], None], says: str
) -> None:
    visit(cast, "10:00")
    before = priyas()
    assert says not in html(before)

    change(cast)
    after = priyas()

    assert says in html(after)
    assert after.fingerprint != before.fingerprint


def test_a_free_hour_leaves_when_it_has_passed_and_not_before(cast: Cast) -> None:
    nine = local(TUESDAY, "9:00")
    counted = [
        len(priyas(now=nine + timedelta(minutes=minutes)).items) for minutes in (0, 59, 60, 119)
    ]

    assert counted == [8, 8, 7, 7]
    assert priyas(now=nine) is priyas(now=nine + timedelta(minutes=59))


@pytest.mark.usefixtures("at_now")
def test_who_may_only_look_gets_no_button_that_was_drawn_for_the_desk(cast: Cast) -> None:
    reader = make_staff("rosa", "Rosa", "Reader", group="Editor")
    reader.user_permissions.add(Permission.objects.get(codename="view_appointment"))

    pages = [words(board(desk_of(each))) for each in (cast.dina, reader, cast.dina)]

    assert ["Book with Priya Nair" in page for page in pages] == [True, False, True]


def test_closures_of_locations_take_no_queries_of_their_own(cast: Cast) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            html(priyas())
        return len(captured)

    none = queries()
    close_at_noon(cast)
    close_at_noon(cast)

    assert queries() == none
