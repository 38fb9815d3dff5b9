"""Open times of one practitioner on one day, on plain values: no database, no clock."""

from datetime import UTC, datetime, timedelta

import pytest

from booking.availability import Roster, open_slots
from booking.intervals import Interval
from booking.policy import BookingPolicy, Refusal


def at(wall: str) -> datetime:
    hour, minute = map(int, wall.split(":"))
    return datetime(2026, 11, 24, hour, minute, tzinfo=UTC)


def stretch(first: str, last: str) -> Interval:
    return Interval(at(first), at(last))


HOUR = timedelta(hours=1)
THE_DAY_BEFORE = at("0:00") - timedelta(hours=8)
HALF_HOURLY = BookingPolicy(
    notice=timedelta(hours=2), horizon=timedelta(days=60), start_every=timedelta(minutes=30)
)
BUFFERED = BookingPolicy(
    notice=timedelta(hours=2),
    horizon=timedelta(days=60),
    start_every=timedelta(minutes=10),
    buffer_before=timedelta(minutes=10),
    buffer_after=timedelta(minutes=20),
)
MORNING = stretch("9:00", "12:00")
AN_EMPTY_ROOM: list[list[Interval]] = [[]]


def open_at(
    roster: Roster,
    *,
    length: timedelta = HOUR,
    policy: BookingPolicy = HALF_HOURLY,
    now: datetime = THE_DAY_BEFORE,
) -> list[str]:
    starts = open_slots(roster, length=length, policy=policy, now=now)
    return [f"{start:%-H:%M}" for start in starts]


def refused(
    roster: Roster,
    wall: str,
    *,
    policy: BookingPolicy = HALF_HOURLY,
    now: datetime = THE_DAY_BEFORE,
) -> Refusal | None:
    return roster.refusal(at(wall), length=HOUR, policy=policy, now=now)


def test_the_last_visit_ends_when_the_window_does():
    roster = Roster(working=[MORNING], rooms=AN_EMPTY_ROOM)
    assert open_at(roster) == ["9:00", "9:30", "10:00", "10:30", "11:00"]
    assert refused(roster, "11:00") is None
    assert refused(roster, "11:30") is Refusal.NOT_WORKING


def test_a_window_shorter_than_the_visit_offers_nothing():
    roster = Roster(working=[stretch("9:00", "9:59")], rooms=AN_EMPTY_ROOM)
    assert open_at(roster) == []
    assert refused(roster, "9:00") is Refusal.NOT_WORKING


def test_a_window_as_long_as_the_visit_offers_one_time():
    assert open_at(Roster(working=[stretch("9:00", "10:00")], rooms=AN_EMPTY_ROOM)) == ["9:00"]


def test_nobody_works_outside_the_windows():
    roster = Roster(working=[MORNING], rooms=AN_EMPTY_ROOM)
    assert refused(roster, "8:30") is Refusal.NOT_WORKING
    assert refused(roster, "14:00") is Refusal.NOT_WORKING
    assert refused(Roster(working=[], rooms=AN_EMPTY_ROOM), "9:00") is Refusal.NOT_WORKING


def test_no_visit_reaches_across_lunch():
    roster = Roster(working=[MORNING, stretch("12:30", "14:00")], rooms=AN_EMPTY_ROOM)
    assert open_at(roster) == [
        *("9:00", "9:30", "10:00", "10:30", "11:00"),
        *("12:30", "13:00"),
    ]
    assert refused(roster, "11:30") is Refusal.NOT_WORKING
    assert refused(roster, "12:00") is Refusal.NOT_WORKING


def test_start_times_are_counted_from_the_start_of_each_window():
    roster = Roster(
        working=[stretch("9:10", "10:50"), stretch("13:20", "14:50")], rooms=AN_EMPTY_ROOM
    )
    assert open_at(roster) == ["9:10", "9:40", "13:20", "13:50"]
    assert refused(roster, "9:30") is Refusal.BETWEEN_STARTS
    assert refused(roster, "13:40") is Refusal.BETWEEN_STARTS


def test_windows_that_touch_or_overlap_are_one_window():
    roster = Roster(
        working=[stretch("10:00", "11:15"), stretch("9:00", "10:00"), stretch("11:10", "12:00")],
        rooms=AN_EMPTY_ROOM,
    )
    assert open_at(roster) == ["9:00", "9:30", "10:00", "10:30", "11:00"]


def test_a_closure_takes_every_visit_that_it_touches():
    closed = [stretch("10:00", "10:30")]
    roster = Roster(working=[MORNING], closed=closed, rooms=AN_EMPTY_ROOM)
    assert open_at(roster) == ["9:00", "10:30", "11:00"]
    assert refused(roster, "9:30") is Refusal.CLOSED
    assert refused(roster, "10:00") is Refusal.CLOSED


def test_start_times_do_not_move_when_a_closure_cuts_the_window():
    closed = [stretch("9:00", "9:40")]
    roster = Roster(working=[MORNING], closed=closed, rooms=AN_EMPTY_ROOM)
    assert open_at(roster) == ["10:00", "10:30", "11:00"]


def test_a_buffer_may_reach_into_a_closure_or_out_of_the_window():
    roster = Roster(
        working=[stretch("9:00", "11:00")], closed=[stretch("10:00", "11:00")], rooms=AN_EMPTY_ROOM
    )
    assert open_at(roster, policy=BUFFERED) == ["9:00"]


def test_another_visit_and_the_buffers_of_both_stand_in_the_way():
    busy = [stretch("10:00", "10:30")]
    roster = Roster(working=[stretch("8:00", "13:00")], busy=busy, rooms=AN_EMPTY_ROOM)
    assert open_at(roster, policy=BUFFERED) == [
        *("8:00", "8:10", "8:20", "8:30", "8:40"),
        *("10:40", "10:50", "11:00", "11:10", "11:20", "11:30", "11:40", "11:50", "12:00"),
    ]


def test_a_visit_whose_buffer_only_touches_the_next_is_open_and_one_step_later_is_not():
    roster = Roster(
        working=[stretch("8:00", "13:00")], busy=[stretch("10:00", "10:30")], rooms=AN_EMPTY_ROOM
    )
    assert refused(roster, "8:40", policy=BUFFERED) is None
    assert refused(roster, "8:50", policy=BUFFERED) is Refusal.PRACTITIONER_BUSY
    assert refused(roster, "10:30", policy=BUFFERED) is Refusal.PRACTITIONER_BUSY
    assert refused(roster, "10:40", policy=BUFFERED) is None


def test_exactly_at_the_notice_is_open_and_a_second_later_too_late():
    roster = Roster(working=[MORNING], rooms=AN_EMPTY_ROOM)
    assert refused(roster, "10:00", now=at("8:00")) is None
    assert refused(roster, "10:00", now=at("8:00") + timedelta(seconds=1)) is Refusal.TOO_SOON
    assert refused(roster, "10:00", now=at("10:00")) is Refusal.PAST
    assert open_at(roster, now=at("8:00")) == ["10:00", "10:30", "11:00"]


def test_exactly_at_the_horizon_is_open_and_a_second_beyond_too_far():
    roster = Roster(working=[MORNING], rooms=AN_EMPTY_ROOM)
    sixty_days_before = at("10:00") - timedelta(days=60)
    assert refused(roster, "10:00", now=sixty_days_before) is None
    assert refused(roster, "10:00", now=sixty_days_before - timedelta(seconds=1)) is Refusal.TOO_FAR
    assert open_at(roster, now=sixty_days_before) == ["9:00", "9:30", "10:00"]


def test_without_a_room_nothing_is_open():
    roster = Roster(working=[MORNING])
    assert open_at(roster) == []
    assert refused(roster, "9:00") is Refusal.ROOMS_TAKEN


def test_one_free_room_is_enough_and_the_first_free_one_is_taken():
    visit = stretch("9:00", "10:00")
    first_taken = Roster(working=[MORNING], rooms=[[visit], [], []])
    assert refused(first_taken, "9:00") is None
    assert first_taken.free_room(visit, HALF_HOURLY) == 1
    both_taken = Roster(working=[MORNING], rooms=[[visit], [visit]])
    assert refused(both_taken, "9:00") is Refusal.ROOMS_TAKEN
    assert both_taken.free_room(visit, HALF_HOURLY) is None


def test_a_room_that_is_free_for_part_of_the_visit_is_not_free():
    roster = Roster(
        working=[MORNING], rooms=[[stretch("9:00", "9:30")], [stretch("9:30", "11:00")]]
    )
    assert open_at(roster) == ["9:30", "10:00", "10:30", "11:00"]
    assert refused(roster, "9:00") is Refusal.ROOMS_TAKEN


def test_a_room_is_needed_for_the_buffers_too():
    roster = Roster(working=[stretch("8:00", "13:00")], rooms=[[stretch("10:00", "10:30")]])
    assert refused(roster, "8:40", policy=BUFFERED) is None
    assert refused(roster, "8:50", policy=BUFFERED) is Refusal.ROOMS_TAKEN


def test_the_practitioner_is_named_before_the_rooms_when_both_are_taken():
    visit = stretch("9:00", "10:00")
    roster = Roster(working=[MORNING], busy=[visit], rooms=[[visit]])
    assert roster.clash(visit, HALF_HOURLY) is Refusal.PRACTITIONER_BUSY


def test_a_clash_is_found_whatever_else_forbids_the_time():
    night = stretch("2:00", "3:00")
    roster = Roster(working=[MORNING], busy=[night], rooms=AN_EMPTY_ROOM)
    assert roster.clash(night, HALF_HOURLY) is Refusal.PRACTITIONER_BUSY
    assert roster.clash(stretch("3:00", "4:00"), HALF_HOURLY) is None


@pytest.mark.parametrize("every", [5, 7, 25, 60, 120])
def test_what_is_offered_is_exactly_what_is_not_refused(every):
    policy = BookingPolicy(
        notice=timedelta(hours=2),
        horizon=timedelta(days=60),
        start_every=timedelta(minutes=every),
        buffer_after=timedelta(minutes=15),
    )
    roster = Roster(
        working=[MORNING, stretch("12:35", "18:00")],
        closed=[stretch("15:00", "15:20")],
        busy=[stretch("10:10", "11:00")],
        rooms=[[stretch("16:00", "16:30")], [stretch("16:20", "17:00")]],
    )
    minutes = [at("0:00") + timedelta(minutes=minute) for minute in range(24 * 60)]
    not_refused = [
        start
        for start in minutes
        if roster.refusal(start, length=HOUR, policy=policy, now=THE_DAY_BEFORE) is None
    ]
    offered = list(open_slots(roster, length=HOUR, policy=policy, now=THE_DAY_BEFORE))
    assert offered == not_refused
    assert offered


@pytest.mark.parametrize("every", [7, 30])
@pytest.mark.parametrize(
    "within",
    [
        stretch("0:00", "23:00"),
        stretch("9:30", "10:30"),
        stretch("9:31", "10:29"),
        stretch("11:00", "13:00"),
        stretch("12:00", "13:00"),
        stretch("4:00", "9:00"),
        stretch("4:00", "9:01"),
        stretch("13:30", "13:31"),
    ],
)
def test_asked_for_a_part_of_the_day_the_same_times_are_offered_there(within, every):
    policy = BookingPolicy(
        notice=timedelta(hours=2), horizon=timedelta(days=60), start_every=timedelta(minutes=every)
    )
    roster = Roster(working=[MORNING, stretch("12:30", "15:00")], rooms=AN_EMPTY_ROOM)
    asked = {"length": HOUR, "policy": policy, "now": THE_DAY_BEFORE}
    all_day = list(open_slots(roster, **asked))
    assert list(open_slots(roster, within=within, **asked)) == [
        start for start in all_day if within.start <= start < within.end
    ]
