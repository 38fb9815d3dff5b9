"""Open times from the rows of the diary, and why another time is not open."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from booking import scheduling
from booking.diary import Who
from booking.intervals import Interval
from booking.models import Closure, ExtraHours, Room, Service
from booking.openings import Openings, OpenTime, WhyNot
from booking.policy import Refusal
from clinic_site.local_time import local_midnight
from tests.booking.steps import ANAS_BROWSER, BENS_BROWSER, desk_visit, hold, visit
from tests.cast import BEN, NOW, TUESDAY, make_cast
from tests.factories import EDMONTON, local, make_hours, make_practitioner

pytestmark = pytest.mark.django_db

A_TUESDAY = date.fromisoformat(TUESDAY)


def whole_day(day: date = A_TUESDAY) -> Interval:
    return Interval(
        local_midnight(day, EDMONTON), local_midnight(day + timedelta(days=1), EDMONTON)
    )


def shown(times: list[OpenTime]) -> list[tuple[str, list[str]]]:
    """What the clinic's clock shows, and the first names of who is free."""
    return [
        (
            f"{time.start.astimezone(EDMONTON):%-H:%M}",
            [practitioner.name.split()[0] for practitioner in time.practitioners],
        )
        for time in times
    ]


def refused(cast, wall: str, *, day: str = TUESDAY, now: datetime = NOW) -> WhyNot | None:
    openings = Openings(cast.first_visit, now=now)
    return openings.why_not(cast.priya, cast.riverside, local(day, wall))


def test_a_day_offers_each_time_once_with_everybody_who_is_free_then():
    cast = make_cast()
    visit(cast, "10:00")
    times = Openings(cast.first_visit, now=NOW).times(whole_day())
    both = ["Priya", "Tomas"]
    assert shown(times) == [
        *[("9:00", ["Tomas"]), ("9:30", ["Tomas"]), ("10:00", ["Tomas"])],
        *[("10:30", ["Tomas"]), ("11:00", ["Tomas"])],
        *[(f"{hour}:{minute}", both) for hour in range(11, 16) for minute in ("00", "30")][1:],
        ("16:00", both),
    ]


def test_times_that_start_at_the_end_of_the_stretch_belong_to_the_next():
    cast = make_cast()
    openings = Openings(cast.first_visit, now=NOW)
    nine_to_ten = Interval(local(TUESDAY, "9:00"), local(TUESDAY, "10:00"))
    assert [wall for wall, _ in shown(openings.times(nine_to_ten))] == ["9:00", "9:30"]


def test_the_same_time_at_two_locations_is_two_times_in_the_order_of_the_locations():
    cast = make_cast()
    make_hours(cast.priya, cast.hilltop, weekdays=(1,), starts_at="9:00", ends_at="10:00")
    first, second, *_ = Openings(cast.first_visit, now=NOW).times(whole_day())
    assert [(first.start, first.location), (second.start, second.location)] == [
        (local(TUESDAY, "9:00"), cast.riverside),
        (local(TUESDAY, "9:00"), cast.hilltop),
    ]


def test_a_form_names_a_time_in_utc_with_its_location():
    cast = make_cast()
    time = OpenTime(datetime(2026, 11, 24, 16, tzinfo=UTC), cast.riverside, (cast.priya,))
    assert time.key == "2026-11-24T16:00Z at riverside"
    first = Openings(cast.first_visit, now=NOW).times(whole_day())[0]
    assert first.key == "2026-11-24T16:00Z at riverside"


def test_when_everybody_works_and_every_room_is_taken_nothing_is_offered():
    cast = make_cast()
    Room.objects.filter(location=cast.riverside, name="Room 2").update(in_use=False)
    visit(cast, "10:00")
    assert refused(cast, "13:00") is None
    openings = Openings(cast.first_visit, now=NOW)
    assert openings.why_not(cast.tomas, cast.riverside, local(TUESDAY, "10:00")) == WhyNot(
        Refusal.ROOMS_TAKEN
    )
    assert openings.room_for(cast.tomas, cast.riverside, local(TUESDAY, "10:00")) is None
    assert openings.free_practitioners(local(TUESDAY, "10:00"), cast.riverside) == []


def test_rooms_are_filled_in_their_order():
    cast = make_cast()
    one, two = Room.objects.filter(location=cast.riverside).order_by("order")
    ten = local(TUESDAY, "10:00")
    openings = Openings(cast.first_visit, now=NOW)
    assert openings.room_for(cast.tomas, cast.riverside, ten) == one
    visit(cast, "10:00")
    openings = Openings(cast.first_visit, now=NOW)
    assert openings.room_for(cast.tomas, cast.riverside, ten) == two
    assert openings.rooms(cast.riverside) == [one, two]
    assert openings.free_practitioners(ten, cast.riverside) == [cast.tomas]


def test_a_visit_elsewhere_keeps_a_practitioner_busy_everywhere():
    cast = make_cast()
    make_hours(cast.priya, cast.hilltop, weekdays=(1,))
    visit(cast, "10:00", location=cast.hilltop)
    why_not = refused(cast, "10:00")
    assert why_not
    assert why_not.refusal is Refusal.PRACTITIONER_BUSY


def test_every_refusal_is_found_and_what_stands_in_the_way_is_named():
    cast = make_cast()
    taken = visit(cast, "10:00")
    Closure.objects.create(
        location=cast.riverside,
        starts_at=local(TUESDAY, "12:00"),
        ends_at=local(TUESDAY, "13:00"),
        reason="Fire drill",
    )
    assert {wall: refused(cast, wall) for wall in ("10:00", "10:10", "12:30", "16:30", "9:00")} == {
        "10:00": WhyNot(Refusal.PRACTITIONER_BUSY, taken.reference),
        "10:10": WhyNot(Refusal.BETWEEN_STARTS),
        "12:30": WhyNot(Refusal.CLOSED, "Fire drill"),
        "16:30": WhyNot(Refusal.NOT_WORKING),
        "9:00": WhyNot(Refusal.PRACTITIONER_BUSY, taken.reference),
    }
    assert refused(cast, "11:30") == WhyNot(Refusal.CLOSED, "Fire drill")
    assert refused(cast, "13:00") is None
    monday = "2026-11-23"
    assert refused(cast, "9:00", day=monday, now=NOW) is None
    assert refused(cast, "9:00", day=monday, now=NOW + timedelta(seconds=1)) == WhyNot(
        Refusal.TOO_SOON
    )
    assert refused(cast, "9:00", now=local(TUESDAY, "9:00")) == WhyNot(Refusal.PAST)
    assert refused(cast, "9:00", day="2027-01-25") == WhyNot(Refusal.TOO_FAR)


@pytest.mark.parametrize(
    ("start", "refusal"),
    [
        (datetime.min.replace(tzinfo=UTC), Refusal.PAST),
        (datetime.max.replace(tzinfo=UTC), Refusal.TOO_FAR),
    ],
)
def test_a_time_at_the_end_of_the_calendar_is_refused_like_any_other(start, refusal):
    cast = make_cast()
    openings = Openings(cast.first_visit, now=NOW)
    assert openings.why_not(cast.priya, cast.riverside, start) == WhyNot(refusal)
    assert openings.free_practitioners(start, cast.riverside) == []
    assert len(openings.nearest(start)) == 4


def test_closures_count_for_their_practitioner_their_location_or_the_whole_clinic():
    cast = make_cast()
    make_hours(cast.priya, cast.hilltop, weekdays=(1,))
    hours = {"starts_at": local(TUESDAY, "9:00"), "ends_at": local(TUESDAY, "10:00")}

    def closed_for() -> set[tuple[str, str]]:
        openings = Openings(cast.first_visit, now=NOW)
        places = [
            (cast.priya, cast.riverside),
            (cast.priya, cast.hilltop),
            (cast.tomas, cast.riverside),
        ]
        return {
            (who.name, where.name)
            for who, where in places
            if openings.why_not(who, where, local(TUESDAY, "9:00"))
        }

    assert closed_for() == set()
    of_priya = Closure.objects.create(practitioner=cast.priya, reason="Course", **hours)
    assert closed_for() == {("Priya Nair", "Riverside"), ("Priya Nair", "Hilltop")}
    of_priya.delete()
    of_riverside = Closure.objects.create(location=cast.riverside, reason="Flood", **hours)
    assert closed_for() == {("Priya Nair", "Riverside"), ("Tomas Costa", "Riverside")}
    of_riverside.delete()
    Closure.objects.create(reason="Holiday", **hours)
    assert len(closed_for()) == 3


def test_a_clash_is_named_whatever_else_forbids_the_time():
    cast = make_cast()
    evening = desk_visit(cast, "20:00", overbooking_reason="She cannot come earlier")
    openings = Openings(cast.first_visit, now=NOW)
    at_eight = local(TUESDAY, "20:00")
    assert openings.clash(cast.priya, cast.riverside, at_eight) == WhyNot(
        Refusal.PRACTITIONER_BUSY, evening.reference
    )
    assert openings.clash(cast.tomas, cast.riverside, at_eight) is None
    assert openings.why_not(cast.priya, cast.riverside, at_eight) == WhyNot(Refusal.NOT_WORKING)


def test_one_appointment_can_be_looked_past():
    cast = make_cast()
    held = hold(cast, "10:00", visitor=ANAS_BROWSER)
    ten = local(TUESDAY, "10:00")
    other = Openings(cast.first_visit, now=NOW)
    assert other.why_not(cast.priya, cast.riverside, ten)
    mine = Openings(cast.first_visit, now=NOW, besides=held)
    assert mine.why_not(cast.priya, cast.riverside, ten) is None
    # But who moves it is not offered the place where it is.
    assert mine.free_practitioners(ten, cast.riverside) == [cast.tomas]
    [at_ten] = mine.nearest(ten, count=1)
    assert (at_ten.start, at_ten.practitioners) == (ten, (cast.tomas,))


def test_a_week_has_seven_days_the_empty_ones_too():
    cast = make_cast()
    days = Openings(cast.first_visit, now=NOW).week(date(2026, 11, 23))
    assert [day.date for day in days] == [date(2026, 11, 23 + offset) for offset in range(7)]
    assert [len(day.times) for day in days] == [15, 15, 15, 15, 15, 0, 0]
    assert days[0].times[0].start == local("2026-11-23", "9:00")


@pytest.mark.parametrize(
    ("now", "sunday", "walls"),
    [
        ("2026-03-02", "2026-03-08", ["0:30", "1:00", "1:30", "3:00"]),
        ("2027-03-08", "2027-03-14", ["0:30", "1:00", "1:30", "3:00"]),
        (
            "2026-10-26",
            "2026-11-01",
            ["0:30", "1:00", "1:30", "1:00", "1:30", "2:00", "2:30", "3:00"],
        ),
        ("2026-11-02", "2026-11-08", ["0:30", "1:00", "1:30", "2:00", "2:30", "3:00"]),
    ],
)
def test_on_both_switch_nights_a_window_offers_the_hours_that_there_are(now, sunday, walls):
    cast = make_cast()
    make_hours(cast.priya, cast.riverside, weekdays=(6,), starts_at="0:30", ends_at="4:00")
    openings = Openings(cast.first_visit, now=local(now, "7:00"))
    monday = date.fromisoformat(sunday) - timedelta(days=6)
    times = openings.week(monday)[6].times
    assert [wall for wall, _ in shown(times)] == walls
    assert len({time.key for time in times}) == len(walls)


def test_the_first_time_is_the_earliest_that_notice_allows():
    cast = make_cast()
    first = Openings(cast.first_visit, now=NOW + timedelta(seconds=1)).first()
    assert first
    assert first.start == local("2026-11-23", "9:30")


def test_the_first_time_may_lie_weeks_away():
    cast = make_cast()
    Closure.objects.create(starts_at=NOW, ends_at=local("2027-01-20", "0:00"), reason="Rebuilding")
    first = Openings(cast.first_visit, now=NOW).first()
    assert first
    assert first.start == local("2027-01-20", "9:00")


def test_the_very_last_moment_of_the_horizon_can_be_the_first_time():
    cast = make_cast()
    exactly_sixty_days_before = local("2027-01-20", "9:00") - timedelta(days=60)
    Closure.objects.create(starts_at=NOW, ends_at=local("2027-01-20", "9:00"), reason="Rebuilding")
    first = Openings(cast.first_visit, now=exactly_sixty_days_before).first()
    assert first
    assert first.start == local("2027-01-20", "9:00")


def test_a_service_with_a_short_horizon_or_nothing_free_has_no_first_time():
    cast = make_cast()
    assert Openings(cast.first_visit, now=NOW).first() is not None
    Closure.objects.create(starts_at=NOW, ends_at=local("2027-02-20", "0:00"), reason="Rebuilding")
    assert Openings(cast.first_visit, now=NOW).first() is None
    Service.objects.update(horizon_days=1)
    cast.first_visit.refresh_from_db()
    assert Openings(cast.first_visit, now=NOW).first() is None


def test_the_nearest_times_lie_on_both_sides_and_come_by_the_clock():
    cast = make_cast()
    visit(cast, "12:00")
    openings = Openings(cast.first_visit, now=NOW, who=Who(practitioner=cast.priya))
    nearest = openings.nearest(local(TUESDAY, "12:00"))
    assert [wall for wall, _ in shown(nearest)] == ["10:00", "10:30", "13:30", "14:00"]
    assert [wall for wall, _ in shown(openings.nearest(local(TUESDAY, "16:00"), count=1))] == [
        "16:00"
    ]


def test_when_nothing_is_near_the_first_time_at_all_is_offered():
    cast = make_cast()
    Closure.objects.create(starts_at=NOW, ends_at=local("2026-12-24", "0:00"), reason="Rebuilding")
    (only,) = Openings(cast.first_visit, now=NOW).nearest(local(TUESDAY, "12:00"))
    assert only.start == local("2026-12-24", "9:00")
    Closure.objects.create(starts_at=NOW, ends_at=local("2027-02-20", "0:00"), reason="Rebuilding")
    assert Openings(cast.first_visit, now=NOW).nearest(local(TUESDAY, "12:00")) == []


def test_the_same_openings_can_be_narrowed_without_reading_anew():
    cast = make_cast()
    make_hours(cast.tomas, cast.hilltop, weekdays=(1,))
    everything = Openings(cast.first_visit, now=NOW)
    assert everything.practitioners == [cast.priya, cast.tomas]
    assert everything.locations == [cast.riverside, cast.hilltop]
    everything.times(whole_day())
    with CaptureQueriesContext(connection) as queries:
        at_hilltop = everything.only(Who(location=cast.hilltop))
        with_priya = everything.only(Who(practitioner=cast.priya))
        assert {time.location for time in at_hilltop.times(whole_day())} == {cast.hilltop}
        assert {time.practitioners for time in with_priya.times(whole_day())} == {(cast.priya,)}
    assert len(queries) == 0
    assert everything.locations == [cast.riverside, cast.hilltop]


@pytest.mark.parametrize("practitioners", [1, 12])
def test_reading_a_week_takes_five_queries_however_many_treat(practitioners):
    cast = make_cast()
    for number in range(practitioners):
        another = make_practitioner(f"Another {number}")
        cast.first_visit.practitioners.add(another)
        make_hours(another, cast.riverside)
    with CaptureQueriesContext(connection) as queries:
        Openings(cast.first_visit, now=NOW).week(date(2026, 11, 23))
    assert len(queries) == 5


def test_what_is_shown_is_exactly_what_is_not_refused():
    cast = make_cast()
    visit(cast, "10:00")
    hold(cast, "13:00", visitor=BENS_BROWSER, practitioner=cast.tomas)
    desk_visit(cast, "13:10", person=BEN, overbooking_reason="In great pain")
    Closure.objects.create(
        practitioner=cast.tomas,
        starts_at=local(TUESDAY, "15:00"),
        ends_at=local(TUESDAY, "15:20"),
        reason="Call",
    )
    openings = Openings(cast.first_visit, now=NOW)
    shown_times = {
        (time.start, practitioner)
        for time in openings.times(whole_day())
        for practitioner in time.practitioners
    }
    midnight = local_midnight(A_TUESDAY, EDMONTON)
    not_refused = {
        (start, practitioner)
        for start in (midnight + timedelta(minutes=minute) for minute in range(24 * 60))
        for practitioner in (cast.priya, cast.tomas)
        if openings.why_not(practitioner, cast.riverside, start) is None
    }
    assert shown_times == not_refused
    assert len(shown_times) > 10


def test_start_times_of_a_long_day_are_counted_from_its_start_also_when_asked_one_by_one():
    cast = make_cast()
    Service.objects.update(start_every_minutes=50)
    cast.first_visit.refresh_from_db()
    night_and_day = [
        ("2026-11-28", "6:00", "2026-11-28", "20:00"),
        ("2026-11-28", "20:00", "2026-11-29", "16:00"),
    ]
    for from_day, from_wall, to_day, to_wall in night_and_day:
        ExtraHours.objects.create(
            practitioner=cast.priya,
            location=cast.riverside,
            starts_at=local(from_day, from_wall),
            ends_at=local(to_day, to_wall),
        )
    openings = Openings(cast.first_visit, now=NOW)
    weekend = Interval(local("2026-11-28", "0:00"), local("2026-11-30", "0:00"))
    times = openings.times(weekend)
    assert len(times) == 40
    assert [
        refusal
        for time in times
        if (refusal := openings.why_not(cast.priya, cast.riverside, time.start))
    ] == []


def test_a_hold_that_has_run_out_is_offered_again():
    cast = make_cast()
    hold(cast, "10:00", visitor=ANAS_BROWSER)
    runs_out = NOW + scheduling.holds.HOLD_LASTS
    assert refused(cast, "10:00", now=runs_out - timedelta(microseconds=1)) is not None
    assert refused(cast, "10:00", now=runs_out) is None
