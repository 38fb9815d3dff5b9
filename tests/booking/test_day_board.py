"""What the board reads of the diary, and how many queries that takes."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from booking import scheduling
from booking.board_layout import Scale
from booking.day_board import By, Column, day_board, week_board
from booking.day_rows import read_team
from booking.intervals import Interval
from booking.models import Closure, ExtraHours, SlotOffer, State, WaitingEntry
from booking.registration import Person
from tests.booking.big_day import make_big_day
from tests.booking.steps import desk_visit, hold, visit
from tests.cast import BEN, NOW, TUESDAY, Cast
from tests.factories import EDMONTON, local, make_hours, make_practitioner

pytestmark = pytest.mark.django_db

DAY = date.fromisoformat(TUESDAY)


def board(by: By = By.PRACTITIONER, day: date = DAY, **asked: object) -> list[Column]:
    return day_board(day, read_team(), by=by, now=NOW, **asked)


def walls(stretch: Interval) -> str:
    return f"{stretch.start.astimezone(EDMONTON):%H:%M}–{stretch.end.astimezone(EDMONTON):%H:%M}"


def shown(scale: Scale) -> str:
    return walls(scale.shown)


def free(column: Column) -> list[str]:
    return [f"{walls(stretch)} {location}" for stretch, location in column.free()]


def visits(column: Column) -> list[str]:
    return [each.reference for each in column.visits]


def queries_of(read: object) -> int:
    with CaptureQueriesContext(connection) as captured:
        read()
    return len(captured)


def test_each_practitioner_who_has_anything_on_has_a_column(cast: Cast) -> None:
    make_practitioner("Nobody Today", order=0)

    columns = board()

    assert [column.name for column in columns] == ["Priya Nair", "Tomas Costa"]
    assert [shown(column.scale) for column in columns] == ["09:00–17:00", "09:00–17:00"]


def test_a_visit_outside_the_hours_makes_the_board_longer(cast: Cast) -> None:
    desk_visit(cast, "18:15", overbooking_reason="Cannot come earlier")

    assert {shown(column.scale) for column in board()} == {"09:00–20:00"}


def test_a_day_without_anything_has_no_columns(cast: Cast) -> None:
    assert board(day=date(2026, 11, 28)) == []


def test_by_room_and_by_location(cast: Cast) -> None:
    booked = visit(cast, "10:00")

    rooms = {column.name: visits(column) for column in board(By.ROOM)}
    locations = {column.name: visits(column) for column in board(By.LOCATION)}

    assert rooms == {
        "Room 1, Riverside": [booked.reference],
        "Room 2, Riverside": [],
        "Room 1, Hilltop": [],
    }
    assert locations == {"Riverside": [booked.reference], "Hilltop": []}


def test_one_location_alone(cast: Cast) -> None:
    make_hours(cast.tomas, cast.hilltop, weekdays=(1,), starts_at="18:00", ends_at="20:00")

    at_hilltop = {by: [column.name for column in board(by, location=cast.hilltop)] for by in By}

    assert at_hilltop == {
        By.PRACTITIONER: ["Tomas Costa"],
        By.ROOM: ["Room 1, Hilltop"],
        By.LOCATION: ["Hilltop"],
    }


def test_free_is_what_visits_buffers_closures_and_breaks_leave(cast: Cast) -> None:
    cast.priya.working_hours.all().delete()
    make_hours(cast.priya, cast.riverside, starts_at="9:00", ends_at="12:00")
    make_hours(cast.priya, cast.riverside, starts_at="13:00", ends_at="17:00")
    visit(cast, "10:00")
    Closure.objects.create(
        practitioner=cast.priya,
        starts_at=local(TUESDAY, "15:00"),
        ends_at=local(TUESDAY, "16:00"),
        reason="Training",
    )

    priyas = board()[0]

    assert [walls(each) for each in priyas.breaks] == ["12:00–13:00"]
    assert free(priyas) == [
        "09:00–10:00 Riverside",
        "11:10–12:00 Riverside",
        "13:00–15:00 Riverside",
        "16:00–17:00 Riverside",
    ]


def test_a_closure_never_hides_a_visit(cast: Cast) -> None:
    booked = visit(cast, "10:00")
    Closure.objects.create(
        starts_at=local(TUESDAY, "0:00"), ends_at=local(TUESDAY, "23:00"), reason="Flood"
    )

    priyas = board()[0]

    assert visits(priyas) == [booked.reference]
    assert [each.reason for each in priyas.closures] == ["Flood"]
    assert free(priyas) == []


def test_anothers_absence_is_not_on_the_column(cast: Cast) -> None:
    Closure.objects.create(
        practitioner=cast.tomas,
        starts_at=local(TUESDAY, "9:00"),
        ends_at=local(TUESDAY, "10:00"),
        reason="Ill",
    )

    assert [len(column.closures) for column in board()] == [0, 1]


def test_extra_hours_are_windows_of_their_own(cast: Cast) -> None:
    ExtraHours.objects.create(
        practitioner=cast.priya,
        location=cast.hilltop,
        starts_at=local(TUESDAY, "18:00"),
        ends_at=local(TUESDAY, "20:00"),
    )

    windows = board()[0].windows

    assert [(walls(each.stretch), each.location.name, each.extra) for each in windows] == [
        ("09:00–17:00", "Riverside", False),
        ("18:00–20:00", "Hilltop", True),
    ]


def test_who_did_not_come_stays_and_frees_the_time_who_cancelled_goes(cast: Cast) -> None:
    first, second = visit(cast, "9:00"), visit(cast, "11:00", person=BEN)
    after = local(TUESDAY, "9:30")
    scheduling.no_show(appointment=first, by=cast.dina, now=after)
    scheduling.cancel(appointment=second, by=cast.dina, now=after)

    priyas = day_board(DAY, read_team(), by=By.PRACTITIONER, now=after)[0]

    assert [(each.reference, each.state) for each in priyas.visits] == [
        (first.reference, State.NO_SHOW)
    ]
    assert free(priyas) == ["09:00–17:00 Riverside"]


def test_a_hold_stands_until_its_end(cast: Cast) -> None:
    held = hold(cast, "10:00")

    assert visits(board()[0]) == [held.reference]
    later = NOW + timedelta(minutes=10)
    assert visits(day_board(DAY, read_team(), by=By.PRACTITIONER, now=later)[0]) == []


def test_a_hold_for_an_offer_knows_whom_it_waits_for(cast: Cast) -> None:
    anas = visit(cast, "15:00")
    assert anas.patient
    held = hold(cast, "10:00", visitor="offer")
    entry = WaitingEntry.objects.create(
        patient=anas.patient,
        service=cast.first_visit,
        appointment=anas,
        until=DAY,
        created_at=NOW,
    )
    SlotOffer.objects.create(
        entry=entry,
        place=held,
        starts_at=held.starts_at,
        practitioner=cast.priya,
        location=cast.riverside,
        offered_at=NOW,
        expires_at=NOW + timedelta(minutes=30),
    )

    names = {each.reference: each.offered_to for each in board()[0].visits}

    assert names == {held.reference: "Ana Lopez", anas.reference: None}


def test_a_week_is_cut_at_the_same_hours_and_leaves_out_an_empty_weekend(cast: Cast) -> None:
    columns = week_board(cast.priya, date(2026, 11, 23), read_team(), now=NOW)

    assert [f"{column.day:%a}" for column in columns] == ["Mon", "Tue", "Wed", "Thu", "Fri"]
    assert {shown(column.scale) for column in columns} == {"09:00–17:00"}


def test_a_saturday_with_hours_belongs_to_the_week(cast: Cast) -> None:
    make_hours(cast.priya, cast.hilltop, weekdays=(5,), starts_at="10:00", ends_at="13:30")

    columns = week_board(cast.priya, date(2026, 11, 23), read_team(), now=NOW)

    assert [f"{column.day:%a} {shown(column.scale)}" for column in columns][-1] == "Sat 09:00–17:00"
    assert walls(columns[-1].windows[0].stretch) == "10:00–13:30"


def test_the_week_in_which_the_clocks_change_keeps_its_hours(cast: Cast) -> None:
    make_hours(cast.priya, cast.riverside, weekdays=(6,))

    columns = week_board(cast.priya, date(2026, 3, 2), read_team(), now=NOW)

    assert [shown(column.scale) for column in columns if column.day.weekday() in {0, 6}] == [
        "09:00–17:00",
        "09:00–17:00",
    ]


def test_a_night_with_23_hours_is_as_long_as_it_is(cast: Cast) -> None:
    make_hours(cast.priya, cast.riverside, weekdays=(6,), starts_at="0:00", ends_at="4:00")

    [column] = board(day=date(2026, 3, 8))

    assert column.scale.length == 180


def test_reading_takes_as_many_queries_for_three_visits_as_for_one(cast: Cast) -> None:
    visit(cast, "9:00")
    one = {by: queries_of(lambda by=by: board(by)) for by in By}
    visit(cast, "11:00", person=BEN)
    visit(cast, "13:00", person=Person("Cleo Park", "cleo@example.com", "+17805550152"))

    three = {by: queries_of(lambda by=by: board(by)) for by in By}

    assert one == three == {By.PRACTITIONER: 6, By.ROOM: 7, By.LOCATION: 6}
    assert queries_of(lambda: week_board(cast.priya, DAY, read_team(), now=NOW)) == 6


def test_twenty_practitioners_and_three_hundred_visits_take_no_more(cast: Cast) -> None:
    make_big_day(cast, local(TUESDAY, "9:00"))

    assert queries_of(board) == 6
    assert sum(len(column.visits) for column in board()) == 300
    assert len(board()) == 20
