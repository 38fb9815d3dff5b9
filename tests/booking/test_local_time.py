"""The wall clock of the clinic, above all on the two nights a year when it jumps."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_site.local_time import (
    clinic_zone,
    clock,
    full_end,
    full_time,
    instant,
    local_day,
    local_midnight,
    weekday_and_date,
    zone_name,
)

EDMONTON = ZoneInfo("America/Edmonton")
SPRING, SPRING_2027, AUTUMN = date(2026, 3, 8), date(2027, 3, 14), date(2026, 11, 1)

# Midnight is skipped in Cairo in spring and shown twice in Havana in autumn; Lord Howe jumps by
# half an hour.
ZONES = [
    "America/Edmonton",
    "Europe/London",
    "Africa/Cairo",
    "America/Havana",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
]


def utc(year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


def minutes_of_day(day: date, zone: ZoneInfo) -> list[datetime]:
    """Every minute that the clocks of `zone` show on `day`, found by looking at each."""
    from_noon_before = datetime.combine(day, time(), UTC) - timedelta(hours=14)
    minutes = [from_noon_before + timedelta(minutes=count) for count in range(54 * 60)]
    return [minute for minute in minutes if minute.astimezone(zone).date() == day]


def test_nine_in_the_morning_is_another_instant_in_winter_than_in_summer():
    assert instant(date(2026, 1, 15), time(9), EDMONTON) == utc(2026, 1, 15, 16)
    assert instant(date(2026, 7, 15), time(9), EDMONTON) == utc(2026, 7, 15, 15)


@pytest.mark.parametrize("day", [SPRING, SPRING_2027])
@pytest.mark.parametrize("skipped", [time(2), time(2, 1), time(2, 30), time(2, 59)])
def test_a_time_that_the_clock_skips_in_spring_is_the_moment_of_the_jump(day, skipped):
    assert instant(day, skipped, EDMONTON) == utc(day.year, 3, day.day, 9)


@pytest.mark.parametrize("day", [SPRING, SPRING_2027])
def test_the_minutes_round_the_spring_jump_are_themselves(day):
    assert instant(day, time(1, 59), EDMONTON) == utc(day.year, 3, day.day, 8, 59)
    assert instant(day, time(3), EDMONTON) == utc(day.year, 3, day.day, 9)
    assert instant(day, time(3, 1), EDMONTON) == utc(day.year, 3, day.day, 9, 1)


@pytest.mark.parametrize(
    ("doubled", "first"),
    [(time(1), utc(2026, 11, 1, 7)), (time(1, 59), utc(2026, 11, 1, 7, 59))],
)
def test_a_time_that_the_clock_shows_twice_in_autumn_is_the_first_of_the_two(doubled, first):
    assert instant(AUTUMN, doubled, EDMONTON) == first


def test_the_minutes_round_the_doubled_hour_are_themselves():
    assert instant(AUTUMN, time(0, 59), EDMONTON) == utc(2026, 11, 1, 6, 59)
    assert instant(AUTUMN, time(2), EDMONTON) == utc(2026, 11, 1, 9)


@pytest.mark.parametrize(("day", "hours"), [(SPRING, 23), (AUTUMN, 25), (date(2026, 6, 1), 24)])
def test_a_day_lasts_from_midnight_to_midnight_however_long(day, hours):
    midnight, next_midnight = (
        local_midnight(each, EDMONTON) for each in (day, day + timedelta(days=1))
    )
    assert next_midnight - midnight == timedelta(hours=hours)


def test_a_day_whose_midnight_is_skipped_starts_at_the_jump():
    cairo = ZoneInfo("Africa/Cairo")
    first = local_midnight(date(2024, 4, 26), cairo)
    assert first.astimezone(cairo).time() == time(1)
    assert local_day(first, cairo) == date(2024, 4, 26)
    assert local_day(first - timedelta(microseconds=1), cairo) == date(2024, 4, 25)


def test_a_day_whose_midnight_is_shown_twice_starts_at_the_first():
    havana = ZoneInfo("America/Havana")
    assert local_midnight(date(2024, 11, 3), havana) == utc(2024, 11, 3, 4)
    assert local_midnight(date(2024, 11, 4), havana) == utc(2024, 11, 4, 5)


def test_a_zone_that_jumps_by_half_an_hour_is_met_to_the_minute():
    lord_howe = ZoneInfo("Australia/Lord_Howe")
    skipped = instant(date(2026, 10, 4), time(2, 10), lord_howe)
    assert skipped.astimezone(lord_howe).time() == time(2, 30)
    doubled = instant(date(2026, 4, 5), time(1, 45), lord_howe)
    assert doubled == utc(2026, 4, 4, 14, 45)


@given(
    zone=st.sampled_from(ZONES).map(ZoneInfo),
    day=st.one_of(
        st.dates(date(2025, 1, 1), date(2028, 12, 31)),
        st.sampled_from([SPRING, SPRING_2027, AUTUMN, date(2024, 4, 26), date(2026, 10, 4)]),
    ),
    wall=st.times().map(lambda drawn: drawn.replace(second=0, microsecond=0)),
)
def test_an_instant_is_the_first_minute_of_its_day_at_which_the_clock_has_come_so_far(
    zone, day, wall
):
    shown = minutes_of_day(day, zone)
    reached = [minute for minute in shown if minute.astimezone(zone).time() >= wall]
    first_of_next_day = minutes_of_day(day + timedelta(days=1), zone)[0]
    assert instant(day, wall, zone) == (reached[0] if reached else first_of_next_day)


def test_an_instant_is_in_utc():
    assert instant(AUTUMN, time(9), EDMONTON).utcoffset() == timedelta()
    assert instant(SPRING, time(2, 30), EDMONTON).utcoffset() == timedelta()


def test_the_day_of_an_instant_is_that_of_the_clinics_clock():
    assert local_day(utc(2026, 11, 24, 6, 59), EDMONTON) == date(2026, 11, 23)
    assert local_day(utc(2026, 11, 24, 7), EDMONTON) == date(2026, 11, 24)


@pytest.mark.parametrize(
    ("moment", "written"),
    [
        (utc(2026, 11, 24, 16), "9:00 am"),
        (utc(2026, 11, 24, 19), "12 noon"),
        (utc(2026, 11, 24, 19, 30), "12:30 pm"),
        (utc(2026, 11, 24, 23, 30), "4:30 pm"),
        (utc(2026, 11, 24, 7, 5), "12:05 am"),
        (utc(2026, 7, 15, 15), "9:00 am"),
    ],
)
def test_times_are_written_on_the_twelve_hour_clock(moment, written):
    assert clock(moment) == written


@pytest.mark.parametrize(
    ("moment", "written"),
    [
        (utc(2026, 11, 24, 7), "the end of Monday 23 November 2026"),
        (utc(2026, 11, 24, 16), "Tuesday 24 November 2026, 9:00 am (Edmonton time)"),
        (utc(2026, 11, 1, 6), "the end of Saturday 31 October 2026"),
        (utc(2026, 11, 2, 7), "the end of Sunday 1 November 2026"),
    ],
)
def test_what_ends_at_midnight_ends_with_its_day(moment, written):
    assert full_end(moment) == written


def test_a_visit_is_named_with_weekday_date_time_and_zone():
    moment = utc(2026, 11, 24, 16)
    assert weekday_and_date(moment) == "Tuesday 24 November 2026"
    assert full_time(moment) == "Tuesday 24 November 2026, 9:00 am (Edmonton time)"


def test_the_zone_is_the_clinics_and_its_name_is_readable(settings):
    settings.TIME_ZONE = "America/New_York"
    assert clinic_zone() == ZoneInfo("America/New_York")
    assert zone_name() == "New York time"
    assert full_time(utc(2026, 11, 24, 16)) == (
        "Tuesday 24 November 2026, 11:00 am (New York time)"
    )
