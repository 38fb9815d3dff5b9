"""What the diary reads from its rows, and what it leaves out."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from booking import diary, scheduling
from booking.diary import ANYONE, Who
from booking.intervals import Interval
from booking.models import Closure, ExtraHours, Room, Service
from clinic_site.local_time import local_midnight
from content.models import Location, Practitioner
from tests.cast import ANA, BEN, NOW, TUESDAY, make_cast
from tests.factories import (
    EDMONTON,
    local,
    make_booking,
    make_clinic,
    make_hours,
    make_location,
    make_practitioner,
    make_service,
)

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


def working(service: Service, who: Who, within: Interval) -> dict[Any, list[Interval]]:
    """The windows of everybody who gives the service, by practitioner and location."""
    hours = diary.hours(service, who, within)
    windows = hours.windows(within)
    return {desk: windows.get((desk[0].pk, desk[1].pk), []) for desk in hours.desks}


def whole_day(day: str) -> Interval:
    first = date.fromisoformat(day)
    next_day = first + timedelta(days=1)
    return Interval(local_midnight(first, EDMONTON), local_midnight(next_day, EDMONTON) - MINUTE)


def stretch(day: str, first: str, last: str) -> Interval:
    return Interval(local(day, first), local(day, last))


def make_extra_hours(
    practitioner: Practitioner, location: Location, within: Interval
) -> ExtraHours:
    return ExtraHours.objects.create(
        practitioner=practitioner, location=location, starts_at=within.start, ends_at=within.end
    )


def walls(windows: list[Interval]) -> list[tuple[str, str]]:
    """What the clinic's clock shows at both ends."""
    return [
        (f"{one.start.astimezone(EDMONTON):%-H:%M}", f"{one.end.astimezone(EDMONTON):%-H:%M}")
        for one in windows
    ]


def test_everybody_who_gives_the_service_works_their_hours_where_they_work_them():
    cast = make_cast()
    make_hours(cast.priya, cast.hilltop, weekdays=(1,), starts_at="18:00", ends_at="20:00")
    assert working(cast.first_visit, ANYONE, whole_day(TUESDAY)) == {
        (cast.priya, cast.riverside): [stretch(TUESDAY, "9:00", "17:00")],
        (cast.priya, cast.hilltop): [stretch(TUESDAY, "18:00", "20:00")],
        (cast.tomas, cast.riverside): [stretch(TUESDAY, "9:00", "17:00")],
    }


def test_several_windows_a_day_stay_several():
    make_clinic()
    riverside, priya = make_location(), make_practitioner()
    service = make_service(priya)
    make_hours(priya, riverside, weekdays=(1,), ends_at="12:00")
    make_hours(priya, riverside, weekdays=(1,), starts_at="13:00")
    windows = working(service, ANYONE, whole_day(TUESDAY))[priya, riverside]
    assert sorted(walls(windows)) == [("13:00", "17:00"), ("9:00", "12:00")]


def test_a_weekend_without_hours_has_no_windows():
    cast = make_cast()
    assert working(cast.first_visit, ANYONE, whole_day("2026-11-28")) == {
        (cast.priya, cast.riverside): [],
        (cast.tomas, cast.riverside): [],
    }


def test_one_practitioner_or_one_location_can_be_asked_for():
    cast = make_cast()
    make_hours(cast.tomas, cast.hilltop, weekdays=(1,))
    day = whole_day(TUESDAY)
    asked = {
        "Tomas": Who(practitioner=cast.tomas),
        "Hilltop": Who(location=cast.hilltop),
        "Priya at Hilltop": Who(cast.priya, cast.hilltop),
    }
    found = {name: list(working(cast.first_visit, who, day)) for name, who in asked.items()}
    assert found == {
        "Tomas": [(cast.tomas, cast.riverside), (cast.tomas, cast.hilltop)],
        "Hilltop": [(cast.tomas, cast.hilltop)],
        "Priya at Hilltop": [],
    }


def test_who_left_gives_another_service_or_works_at_a_closed_place_is_not_offered():
    cast = make_cast()
    gone = make_practitioner("Gone Away", is_treating=False)
    elsewhere = make_practitioner("Other Work")
    shut = make_location("Shut Down", is_open=False)
    cast.first_visit.practitioners.add(gone)
    make_hours(gone, cast.riverside)
    make_hours(elsewhere, cast.riverside)
    make_hours(cast.priya, shut)
    assert list(working(cast.first_visit, ANYONE, whole_day(TUESDAY))) == [
        (cast.priya, cast.riverside),
        (cast.tomas, cast.riverside),
    ]


@pytest.mark.parametrize(
    ("day", "works"),
    [("2026-11-16", False), ("2026-11-17", True), ("2026-12-01", True), ("2026-12-08", False)],
)
def test_hours_count_from_their_first_valid_day_to_their_last_both_included(day, works):
    make_clinic()
    riverside, priya = make_location(), make_practitioner()
    service = make_service(priya)
    valid = {"valid_from": date(2026, 11, 17), "valid_to": date(2026, 12, 1)}
    make_hours(priya, riverside, weekdays=range(7), **valid)
    windows = working(service, ANYONE, whole_day(day))[priya, riverside]
    assert walls(windows) == ([("9:00", "17:00")] if works else [])


def test_a_fortnight_has_each_weekday_twice():
    make_clinic()
    riverside, priya = make_location(), make_practitioner()
    service = make_service(priya)
    make_hours(priya, riverside, weekdays=(6,))
    fortnight = Interval(local(TUESDAY, "12:00"), local("2026-12-08", "12:00"))
    windows = working(service, ANYONE, fortnight)[priya, riverside]
    assert [window.start for window in windows] == [
        local("2026-11-29", "9:00"),
        local("2026-12-06", "9:00"),
    ]


def test_extra_hours_add_to_the_weekly_ones_and_stand_alone_where_there_are_none():
    cast = make_cast()
    evening = stretch(TUESDAY, "18:00", "20:00")
    make_extra_hours(cast.priya, cast.riverside, evening)
    make_extra_hours(cast.priya, cast.hilltop, evening)
    windows = working(cast.first_visit, Who(cast.priya), whole_day(TUESDAY))
    assert windows == {
        (cast.priya, cast.riverside): [stretch(TUESDAY, "9:00", "17:00"), evening],
        (cast.priya, cast.hilltop): [evening],
    }


def test_extra_hours_that_only_touch_the_stretch_asked_for_are_left_out():
    make_clinic()
    riverside, priya = make_location(), make_practitioner()
    service = make_service(priya)
    make_extra_hours(priya, riverside, stretch(TUESDAY, "9:00", "10:00"))
    asked = stretch(TUESDAY, "10:00", "11:00")
    assert working(service, ANYONE, asked) == {}
    assert working(service, ANYONE, stretch(TUESDAY, "9:59", "11:00")) != {}


@pytest.mark.parametrize(
    ("day", "hours", "lasts"),
    [
        ("2026-03-08", ("1:00", "4:00"), timedelta(hours=2)),
        ("2026-03-08", ("0:00", "23:00"), timedelta(hours=22)),
        ("2027-03-14", ("1:00", "4:00"), timedelta(hours=2)),
        ("2026-11-01", ("0:30", "4:00"), timedelta(hours=4, minutes=30)),
        ("2026-11-01", ("0:00", "23:00"), timedelta(hours=24)),
        ("2026-11-02", ("1:00", "4:00"), timedelta(hours=3)),
    ],
)
def test_a_window_across_the_jump_is_as_long_as_the_clock_makes_it(day, hours, lasts):
    make_clinic()
    riverside, priya = make_location(), make_practitioner()
    service = make_service(priya)
    first, last = hours
    make_hours(priya, riverside, weekdays=range(7), starts_at=first, ends_at=last)
    (window,) = working(service, ANYONE, whole_day(day))[priya, riverside]
    assert window.end - window.start == lasts
    assert walls([window]) == [hours]


def test_a_window_within_the_hour_that_is_skipped_does_not_exist_that_night():
    make_clinic()
    riverside, priya = make_location(), make_practitioner()
    service = make_service(priya)
    make_hours(priya, riverside, weekdays=(6,), starts_at="2:00", ends_at="3:00")
    assert working(service, ANYONE, whole_day("2026-03-08"))[priya, riverside] == []
    (window,) = working(service, ANYONE, whole_day("2026-03-15"))[priya, riverside]
    assert walls([window]) == [("2:00", "3:00")]


def test_closures_that_overlap_are_read_and_those_that_touch_are_not():
    cast = make_cast()
    noon = Closure.objects.create(
        starts_at=local(TUESDAY, "12:00"), ends_at=local(TUESDAY, "13:00"), reason="Fire drill"
    )
    assert diary.closures(stretch(TUESDAY, "12:59", "14:00")) == [noon]
    assert diary.closures(stretch(TUESDAY, "11:00", "12:01")) == [noon]
    assert diary.closures(stretch(TUESDAY, "13:00", "14:00")) == []
    assert diary.closures(stretch(TUESDAY, "11:00", "12:00")) == []
    assert cast.riverside.closures.count() == 0


def test_rooms_come_in_the_order_in_which_they_are_filled_without_those_out_of_use():
    cast = make_cast()
    one, two = Room.objects.filter(location=cast.riverside).order_by("order")
    Room.objects.create(location=cast.riverside, name="Store", order=0, in_use=False)
    nook = Room.objects.create(location=cast.riverside, name="Nook", order=0)
    (blue,) = Room.objects.filter(location=cast.hilltop)
    assert diary.rooms(ANYONE) == {cast.riverside.pk: [nook, one, two], cast.hilltop.pk: [blue]}
    assert diary.rooms(Who(location=cast.hilltop)) == {cast.hilltop.pk: [blue]}


def hold_at(cast, wall: str, *, visitor: str, now: datetime = NOW):
    return scheduling.hold(
        service=cast.first_visit,
        practitioner=cast.priya,
        location=cast.riverside,
        start=local(TUESDAY, wall),
        visitor=visitor,
        now=now,
    )


def references(within: Interval, **asked) -> list[str]:
    return sorted(visit.reference for visit in diary.visits(within, **({"now": NOW} | asked)))


def test_a_visit_takes_its_buffers_too():
    cast = make_cast()
    visit = make_booking(
        cast.first_visit, cast.priya, cast.riverside, local(TUESDAY, "10:00"), person=ANA
    )
    (read,) = diary.visits(whole_day(TUESDAY), now=NOW)
    assert read == diary.Visit(
        visit.reference, cast.priya.pk, visit.room_id, stretch(TUESDAY, "10:00", "11:10")
    )
    assert references(stretch(TUESDAY, "11:09", "12:00")) == [visit.reference]
    assert references(stretch(TUESDAY, "11:10", "12:00")) == []
    assert references(stretch(TUESDAY, "9:00", "10:00")) == []


def test_a_hold_takes_time_until_it_has_run_out_and_not_a_moment_longer():
    cast = make_cast()
    hold = hold_at(cast, "10:00", visitor="ana's browser")
    runs_out = NOW + scheduling.holds.HOLD_LASTS
    day = whole_day(TUESDAY)
    assert references(day, now=runs_out - timedelta(microseconds=1)) == [hold.reference]
    assert references(day, now=runs_out) == []


def test_one_appointment_can_be_looked_past():
    cast = make_cast()
    mine = hold_at(cast, "10:00", visitor="ana's browser")
    other = hold_at(cast, "13:00", visitor="ben's browser")
    assert references(whole_day(TUESDAY), besides=mine) == [other.reference]


def test_visits_that_are_over_for_good_take_no_time():
    cast = make_cast()
    ana = make_booking(
        cast.first_visit, cast.priya, cast.riverside, local(TUESDAY, "10:00"), person=ANA
    )
    ben = make_booking(
        cast.first_visit, cast.priya, cast.riverside, local(TUESDAY, "13:00"), person=BEN
    )
    scheduling.cancel(appointment=ana, by=cast.dina, now=NOW)
    assert references(whole_day(TUESDAY)) == [ben.reference]
    scheduling.no_show(appointment=ben, by=cast.dina, now=local(TUESDAY, "13:20"))
    assert references(whole_day(TUESDAY)) == []


def test_the_next_visit_of_a_day_goes_to_who_has_the_fewest_then_to_the_first_in_order():
    cast = make_cast()
    tuesday = date.fromisoformat(TUESDAY)
    both = [cast.tomas, cast.priya]
    assert diary.fewest_visits(both, tuesday) == [cast.priya, cast.tomas]
    hold_at(cast, "10:00", visitor="ana's browser")
    assert diary.fewest_visits(both, tuesday) == [cast.tomas, cast.priya]
    assert diary.fewest_visits(both, tuesday + timedelta(days=1)) == [cast.priya, cast.tomas]


def test_only_visits_of_that_local_day_count_from_midnight_to_midnight():
    cast = make_cast()
    late = {"starts_at": "22:30", "ends_at": "23:59"}
    make_hours(cast.priya, cast.riverside, weekdays=(1,), **late)
    make_booking(cast.first_visit, cast.priya, cast.riverside, local(TUESDAY, "22:30"), person=ANA)
    both = [cast.priya, cast.tomas]
    # Half past ten in the evening in Edmonton is Wednesday already in UTC.
    assert diary.fewest_visits(both, date(2026, 11, 24)) == [cast.tomas, cast.priya]
    assert diary.fewest_visits(both, date(2026, 11, 25)) == [cast.priya, cast.tomas]


def test_cancelled_visits_do_not_count_as_work():
    cast = make_cast()
    visit = make_booking(
        cast.first_visit, cast.priya, cast.riverside, local(TUESDAY, "10:00"), person=ANA
    )
    scheduling.cancel(appointment=visit, by=cast.dina, now=NOW)
    both = [cast.tomas, cast.priya]
    assert diary.fewest_visits(both, date.fromisoformat(TUESDAY)) == [cast.priya, cast.tomas]


def test_a_visit_booked_in_summer_for_winter_keeps_its_time_on_the_wall():
    cast = make_cast()
    in_summer = local("2026-10-20", "12:00")
    in_winter = local("2026-11-10", "9:00")
    assert in_winter.utcoffset() != in_summer.utcoffset()
    visit = make_booking(
        cast.first_visit, cast.priya, cast.riverside, in_winter, person=ANA, now=in_summer
    )
    visit.refresh_from_db()
    assert visit.starts_at.astimezone(EDMONTON) == datetime(2026, 11, 10, 9, tzinfo=EDMONTON)
    assert visit.starts_at.astimezone(EDMONTON).time() == time(9)
    (read,) = diary.visits(whole_day("2026-11-10"), now=in_summer)
    assert walls([read.block]) == [("9:00", "10:10")]
