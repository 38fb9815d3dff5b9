"""Stretches of time, on one plain Tuesday; the properties are checked against sets of minutes."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.intervals import Interval, merge, overlap_in, subtract

NINE = datetime(2026, 11, 24, 9, tzinfo=UTC)


def between(first: int, last: int) -> Interval:
    """The minutes from `first` up to, not including, `last`, counted from nine o'clock."""
    return Interval(NINE + timedelta(minutes=first), NINE + timedelta(minutes=last))


def minutes_of(intervals: list[Interval]) -> set[int]:
    return {
        minute
        for interval in intervals
        for minute in range(
            int((interval.start - NINE).total_seconds() // 60),
            int((interval.end - NINE).total_seconds() // 60),
        )
    }


def is_tidy(intervals: list[Interval]) -> bool:
    """Sorted, and between two neighbours at least a minute."""
    return all(one.end < other.start for one, other in pairwise(intervals))


stretches = st.tuples(st.integers(0, 90), st.integers(1, 30)).map(
    lambda drawn: between(drawn[0], drawn[0] + drawn[1])
)
lists = st.lists(stretches, max_size=8)


def test_an_interval_without_a_zone_is_refused_whichever_end_lacks_it():
    naive = datetime(2026, 11, 24, 9)  # noqa: DTZ001 - the point of the test
    with pytest.raises(ValueError, match="aware"):
        Interval(naive, NINE + timedelta(hours=1))
    with pytest.raises(ValueError, match="aware"):
        Interval(NINE - timedelta(hours=1), naive)


@pytest.mark.parametrize("last", [0, -1])
def test_an_interval_that_does_not_start_before_it_ends_is_refused(last):
    with pytest.raises(ValueError, match="start before"):
        between(0, last)


def test_an_interval_cannot_be_changed():
    with pytest.raises(AttributeError):
        between(0, 60).end = NINE  # type: ignore[misc]


@pytest.mark.parametrize("day", [date(2026, 3, 8), date(2026, 11, 1), date(2026, 6, 1)])
@pytest.mark.parametrize("hour", [0, 1])
def test_an_hour_lasts_an_hour_also_while_the_clock_is_changed(day, hour):
    start = datetime(day.year, day.month, day.day, hour, 30, tzinfo=ZoneInfo("America/Edmonton"))
    lasting = Interval.lasting(timedelta(hours=1), start=start)
    assert lasting.start.timestamp() == start.timestamp()
    assert (lasting.start.tzinfo, lasting.end.tzinfo) == (UTC, UTC)
    assert lasting.end - lasting.start == timedelta(hours=1)


def test_intervals_that_only_touch_do_not_overlap():
    assert not between(0, 60).overlaps(between(60, 120))
    assert not between(60, 120).overlaps(between(0, 60))


def test_intervals_that_share_one_minute_overlap():
    assert between(0, 60).overlaps(between(59, 120))
    assert between(59, 120).overlaps(between(0, 60))


def test_an_interval_contains_itself_and_what_lies_within_but_nothing_that_sticks_out():
    morning = between(0, 180)
    assert morning.contains(morning)
    assert morning.contains(between(60, 180))
    assert not morning.contains(between(60, 181))
    assert not morning.contains(between(-1, 60))


def test_widening_adds_to_both_ends_on_their_own():
    widened = between(0, 60).widened(before=timedelta(minutes=5), after=timedelta(minutes=10))
    assert widened == between(-5, 70)


def test_merging_joins_what_overlaps_touches_or_lies_inside_and_sorts_the_rest():
    unsorted = [between(120, 150), between(0, 60), between(60, 70), between(10, 20)]
    assert merge(unsorted) == [between(0, 70), between(120, 150)]


def test_a_hole_in_the_middle_leaves_two_pieces():
    assert subtract([between(0, 60)], [between(20, 30)]) == [between(0, 20), between(30, 60)]


def test_a_hole_that_covers_everything_leaves_nothing():
    assert subtract([between(0, 60)], [between(0, 60)]) == []


def test_a_hole_at_one_end_leaves_the_other():
    assert subtract([between(0, 60)], [between(-10, 10)]) == [between(10, 60)]
    assert subtract([between(0, 60)], [between(50, 70)]) == [between(0, 50)]


def test_a_hole_that_only_touches_takes_nothing():
    assert subtract([between(0, 60)], [between(60, 90)]) == [between(0, 60)]


def test_the_overlap_that_is_found_is_the_latest_one():
    listed = [between(0, 30), between(40, 70), between(90, 120)]
    assert overlap_in(listed, between(20, 60)) == between(40, 70)


@pytest.mark.parametrize("asked", [(-20, 0), (30, 40), (120, 140)])
def test_nothing_is_found_in_a_gap_that_the_interval_fills_exactly(asked):
    listed = [between(0, 30), between(40, 70), between(90, 120)]
    assert overlap_in(listed, between(*asked)) is None


def test_nothing_is_found_in_an_empty_list():
    assert overlap_in([], between(0, 60)) is None


@given(lists)
def test_merging_keeps_every_minute_and_leaves_no_neighbours(intervals):
    merged = merge(intervals)
    assert minutes_of(merged) == minutes_of(intervals)
    assert is_tidy(merged)


@given(lists, lists)
def test_subtracting_takes_exactly_the_minutes_of_the_holes(intervals, holes):
    left = subtract(intervals, holes)
    assert minutes_of(left) == minutes_of(intervals) - minutes_of(holes)
    assert is_tidy(left)


@given(lists, stretches)
def test_an_overlap_is_found_when_and_only_when_there_is_one(intervals, asked):
    merged = merge(intervals)
    found = overlap_in(merged, asked)
    assert (found is not None) == bool(minutes_of(merged) & minutes_of([asked]))
    assert found is None or found in merged
