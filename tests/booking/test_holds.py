"""A place kept for a visitor: taken, extended, given back, run out."""

from datetime import UTC, datetime, timedelta

import pytest

from booking import scheduling
from booking.models import Appointment, Closure, Room, Service, State
from booking.scheduling.holds import HOLD_LASTS, HOLD_LASTS_AT_MOST
from tests.booking.steps import (
    ANAS_BROWSER,
    BENS_BROWSER,
    book,
    desk_visit,
    events,
    history,
    hold,
    visit,
)
from tests.cast import BEN, NOW, TUESDAY, make_cast
from tests.factories import EDMONTON, local, make_hours, make_practitioner, make_service

pytestmark = pytest.mark.django_db

BLINK = timedelta(microseconds=1)
RUNS_OUT = NOW + HOLD_LASTS


def holds_of(visitor: str) -> list[Appointment]:
    return list(Appointment.objects.filter(state=State.HELD, held_by=visitor))


def test_a_hold_keeps_the_time_a_room_and_the_service_as_it_is_today():
    cast = make_cast()
    held = hold(cast, "10:00")
    held.refresh_from_db()
    Service.objects.update(name="Renamed", length_minutes=20, price=1, buffer_after_minutes=0)
    held.refresh_from_db()
    assert (held.state, held.source, held.held_by, held.patient) == (
        State.HELD,
        "online",
        ANAS_BROWSER,
        None,
    )
    assert (held.practitioner, held.location, held.room.name) == (
        cast.priya,
        cast.riverside,
        "Room 1",
    )
    assert (held.starts_at, held.ends_at) == (local(TUESDAY, "10:00"), local(TUESDAY, "11:00"))
    assert (held.blocks.lower, held.blocks.upper) == (
        local(TUESDAY, "10:00"),
        local(TUESDAY, "11:10"),
    )
    assert (held.service_name, held.length_minutes, int(held.price)) == ("First visit", 60, 135)
    assert (held.buffer_before_minutes, held.buffer_after_minutes) == (0, 10)
    assert (held.created_at, held.hold_expires_at) == (NOW, NOW + timedelta(minutes=10))


def test_a_hold_writes_one_event_without_a_name():
    cast = make_cast()
    held = hold(cast, "10:00")
    assert history(held) == [("held", "", "held", "Patient", NOW)]


def test_a_held_time_is_taken_for_everybody_else():
    cast = make_cast()
    hold(cast, "10:00")
    for wall in ("9:00", "9:30", "10:00", "10:30", "11:00"):
        with pytest.raises(scheduling.SlotTaken):
            hold(cast, wall, visitor=BENS_BROWSER)
    assert events() == 1
    assert hold(cast, "11:30", visitor=BENS_BROWSER).starts_at == local(TUESDAY, "11:30")


@pytest.mark.parametrize("wall", ["8:30", "10:10", "16:30"])
def test_a_time_that_no_page_offers_cannot_be_held(wall):
    cast = make_cast()
    with pytest.raises(scheduling.SlotTaken):
        hold(cast, wall)
    assert (events(), Appointment.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    "end_of_the_calendar", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)]
)
def test_a_time_at_the_end_of_the_calendar_cannot_be_held(end_of_the_calendar):
    cast = make_cast()
    with pytest.raises(scheduling.SlotTaken):
        hold(cast, "0:00", start=end_of_the_calendar)


def test_a_practitioner_who_does_not_give_the_service_cannot_be_held():
    cast = make_cast()
    other = make_practitioner("Other Work")
    make_hours(other, cast.riverside)
    with pytest.raises(scheduling.SlotTaken):
        hold(cast, "10:00", practitioner=other)


def test_a_visitor_holds_one_place_and_taking_another_gives_the_first_back():
    cast = make_cast()
    first = hold(cast, "10:00")
    second = hold(cast, "10:30", now=NOW + timedelta(minutes=1))
    assert holds_of(ANAS_BROWSER) == [second]
    assert history(first) == [
        ("held", "", "held", "Patient", NOW),
        ("released", "held", "", "Patient", NOW + timedelta(minutes=1)),
    ]


def test_choosing_the_same_time_again_starts_anew():
    cast = make_cast()
    hold(cast, "10:00")
    again = hold(cast, "10:00", now=NOW + timedelta(minutes=9))
    assert holds_of(ANAS_BROWSER) == [again]
    assert again.hold_expires_at == NOW + timedelta(minutes=19)


def test_who_loses_a_race_keeps_what_they_held_before():
    cast = make_cast()
    mine = hold(cast, "10:00")
    hold(cast, "13:00", visitor=BENS_BROWSER)
    with pytest.raises(scheduling.SlotTaken):
        hold(cast, "13:00")
    assert holds_of(ANAS_BROWSER) == [mine]
    assert history(mine) == [("held", "", "held", "Patient", NOW)]


def test_giving_back_frees_the_place_at_once_and_giving_back_nothing_does_nothing():
    cast = make_cast()
    mine = hold(cast, "10:00")
    bens = hold(cast, "13:00", visitor=BENS_BROWSER)
    scheduling.release(visitor=ANAS_BROWSER, now=NOW)
    scheduling.release(visitor=ANAS_BROWSER, now=NOW)
    assert holds_of(ANAS_BROWSER) == []
    assert history(mine)[1:] == [("released", "held", "", "Patient", NOW)]
    assert holds_of(BENS_BROWSER) == [bens]
    assert hold(cast, "10:00", visitor="a third browser").state == State.HELD


def test_giving_back_after_booking_leaves_the_visit():
    cast = make_cast()
    booked = visit(cast, "10:00")
    scheduling.release(visitor=booked.held_by, now=NOW)
    booked.refresh_from_db()
    assert booked.state == State.BOOKED


def test_extending_starts_the_ten_minutes_anew():
    cast = make_cast()
    held = hold(cast, "10:00")
    later = NOW + timedelta(minutes=7)
    extended = scheduling.extend(appointment=held, visitor=ANAS_BROWSER, now=later)
    assert extended.hold_expires_at == later + HOLD_LASTS
    assert history(held) == [
        ("held", "", "held", "Patient", NOW),
        ("extended", "held", "held", "Patient", later),
    ]


def test_a_hold_can_be_extended_up_to_two_hours_and_not_a_moment_longer():
    cast = make_cast()
    held = hold(cast, "10:00")
    last = NOW + HOLD_LASTS_AT_MOST - HOLD_LASTS
    assert scheduling.extend(
        appointment=held, visitor=ANAS_BROWSER, now=last
    ).hold_expires_at == NOW + timedelta(hours=2)
    with pytest.raises(scheduling.HeldLongEnough):
        scheduling.extend(appointment=held, visitor=ANAS_BROWSER, now=last + BLINK)
    assert events() == 2
    assert [mine.hold_expires_at for mine in holds_of(ANAS_BROWSER)] == [NOW + timedelta(hours=2)]


def test_twenty_minutes_of_typing_can_be_extended_at_least_ten_times():
    cast = make_cast()
    held = hold(cast, "16:00")
    for count in range(1, 11):
        scheduling.extend(
            appointment=held, visitor=ANAS_BROWSER, now=NOW + count * timedelta(minutes=9)
        )
    assert events() == 11


def test_nobody_extends_the_hold_of_another_or_one_that_was_given_back_or_booked():
    cast = make_cast()
    held = hold(cast, "10:00")
    with pytest.raises(scheduling.HoldGone):
        scheduling.extend(appointment=held, visitor=BENS_BROWSER, now=NOW)
    scheduling.release(visitor=ANAS_BROWSER, now=NOW)
    with pytest.raises(scheduling.HoldGone):
        scheduling.extend(appointment=held, visitor=ANAS_BROWSER, now=NOW)
    booked = visit(cast, "10:00")
    with pytest.raises(scheduling.HoldGone):
        scheduling.extend(appointment=booked, visitor=booked.held_by, now=NOW)


def test_a_hold_that_ran_out_is_still_its_owners_while_nobody_needs_the_place():
    cast = make_cast()
    held = hold(cast, "10:00")
    an_hour_later = NOW + timedelta(hours=1)
    hold(cast, "13:00", visitor=BENS_BROWSER, now=NOW)
    assert (
        scheduling.extend(appointment=held, visitor=ANAS_BROWSER, now=an_hour_later).hold_expires_at
        == an_hour_later + HOLD_LASTS
    )
    assert book(held, now=an_hour_later).state == State.BOOKED


def test_a_hold_is_removed_by_who_needs_its_place_once_it_has_run_out():
    cast = make_cast()
    held = hold(cast, "10:00")
    with pytest.raises(scheduling.SlotTaken):
        hold(cast, "10:00", visitor=BENS_BROWSER, now=RUNS_OUT - BLINK)
    bens = hold(cast, "10:00", visitor=BENS_BROWSER, now=RUNS_OUT)
    assert list(Appointment.objects.all()) == [bens]
    assert history(held) == [
        ("held", "", "held", "Patient", NOW),
        ("expired", "held", "", "Clock", RUNS_OUT),
    ]
    with pytest.raises(scheduling.HoldGone):
        book(held, now=RUNS_OUT)
    with pytest.raises(scheduling.HoldGone):
        scheduling.extend(appointment=held, visitor=ANAS_BROWSER, now=RUNS_OUT)


def test_a_hold_that_ran_out_elsewhere_is_left_alone():
    cast = make_cast()
    make_hours(cast.tomas, cast.hilltop, weekdays=(1,))
    held = hold(cast, "10:00")
    at_hilltop = {"practitioner": cast.tomas, "location": cast.hilltop}
    hold(cast, "10:00", visitor=BENS_BROWSER, now=RUNS_OUT, **at_hilltop)
    assert holds_of(ANAS_BROWSER) == [held]


def test_a_hold_that_ran_out_elsewhere_but_of_the_same_practitioner_is_removed():
    cast = make_cast()
    make_hours(cast.priya, cast.hilltop, weekdays=(1,))
    hold(cast, "10:00", location=cast.hilltop)
    assert hold(cast, "10:00", visitor=BENS_BROWSER, now=RUNS_OUT).location == cast.riverside
    assert holds_of(ANAS_BROWSER) == []


def test_the_desk_too_takes_the_place_of_a_hold_that_ran_out_but_not_of_one_that_stands():
    cast = make_cast()
    held = hold(cast, "10:00")
    with pytest.raises(scheduling.NotOffered):
        desk_visit(cast, "10:00", person=BEN, now=RUNS_OUT - BLINK)
    booked = desk_visit(cast, "10:00", person=BEN, now=RUNS_OUT)
    assert (booked.state, booked.overbooked) == (State.BOOKED, False)
    assert history(held)[-1] == ("expired", "held", "", "Clock", RUNS_OUT)


def test_anyone_means_who_has_the_fewest_visits_that_day():
    cast = make_cast()
    visit(cast, "9:00", practitioner=cast.priya)
    visit(cast, "13:00", practitioner=cast.priya, person=BEN)
    assert hold(cast, "15:00", practitioner=None).practitioner == cast.tomas
    on_wednesday = hold(cast, "15:00", practitioner=None, day="2026-11-25", visitor=BENS_BROWSER)
    assert on_wednesday.practitioner == cast.priya


def test_anyone_falls_to_the_one_who_is_free_however_busy():
    cast = make_cast()
    visit(cast, "9:00", practitioner=cast.priya)
    visit(cast, "15:00", practitioner=cast.tomas, person=BEN)
    visit(cast, "13:00", practitioner=cast.priya)
    held = hold(cast, "15:00", practitioner=None)
    assert (held.practitioner, held.room.name) == (cast.priya, "Room 2")


def test_anyone_does_not_mean_who_has_left_or_works_elsewhere():
    cast = make_cast()
    gone = make_practitioner("Gone Away", is_treating=False, order=0)
    cast.first_visit.practitioners.add(gone)
    make_hours(gone, cast.riverside)
    make_hours(make_practitioner("Other Work", order=0), cast.riverside)
    hold(cast, "10:00", practitioner=None)
    hold(cast, "10:00", practitioner=None, visitor=BENS_BROWSER)
    with pytest.raises(scheduling.SlotTaken):
        hold(cast, "10:00", practitioner=None, visitor="a third browser")


def test_the_last_room_is_given_once():
    cast = make_cast()
    Room.objects.filter(name="Room 2").update(in_use=False)
    hold(cast, "10:00", practitioner=cast.priya)
    with pytest.raises(scheduling.SlotTaken):
        hold(cast, "10:00", practitioner=cast.tomas, visitor=BENS_BROWSER)


def test_services_with_and_without_buffers_may_touch():
    cast = make_cast()
    short = make_service(cast.priya, length_minutes=20, buffer_after_minutes=0)
    hold(cast, "10:00", service=short, visitor="first")
    hold(cast, "10:30", service=short, visitor="second")
    with pytest.raises(scheduling.SlotTaken):
        hold(cast, "9:00", visitor="third")
    assert hold(cast, "11:00", visitor="fourth").state == State.HELD


def test_a_closed_time_cannot_be_held():
    cast = make_cast()
    Closure.objects.create(
        starts_at=local(TUESDAY, "10:59"), ends_at=local(TUESDAY, "12:00"), reason="Fire drill"
    )
    with pytest.raises(scheduling.SlotTaken):
        hold(cast, "10:00")
    assert hold(cast, "9:30").state == State.HELD


@pytest.mark.parametrize(
    ("sunday", "wall", "shown_at_the_end"),
    [
        ("2026-03-08", "1:30", "3:30"),
        ("2027-03-14", "1:30", "3:30"),
        ("2026-11-01", "0:30", "1:30"),
        ("2026-11-01", "1:30", "1:30"),
    ],
)
def test_an_hour_held_across_the_jump_is_an_hour(sunday, wall, shown_at_the_end):
    cast = make_cast()
    make_hours(cast.priya, cast.riverside, weekdays=(6,), starts_at="0:00", ends_at="5:00")
    held = hold(cast, wall, day=sunday, now=local(sunday, "0:00") - timedelta(days=5))
    assert held.ends_at.timestamp() - held.starts_at.timestamp() == 3600
    assert held.blocks.upper.timestamp() - held.blocks.lower.timestamp() == 4200
    assert f"{held.ends_at.astimezone(EDMONTON):%-H:%M}" == shown_at_the_end
