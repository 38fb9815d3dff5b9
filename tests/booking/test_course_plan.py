"""Planning a course: every date is checked, and what cannot be had comes with alternatives."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from booking.course_plan import Planned, Session, Wish, checked, dates, plan, too_close
from booking.models import Closure, Patient, Service
from booking.policy import Refusal
from tests.booking.steps import visit
from tests.cast import ANA, BEN, NOW, Cast
from tests.factories import local, make_patient, make_practitioner, make_service

pytestmark = pytest.mark.django_db

TUESDAYS = ["2026-11-24", "2026-12-01", "2026-12-08"]


@pytest.fixture
def wish(cast: Cast) -> Wish:
    """Three Tuesdays at ten with Priya at Riverside, five days apart at least."""
    return Wish(
        service=cast.first_visit,
        practitioner=cast.priya,
        location=cast.riverside,
        first=date(2026, 11, 24),
        at=time(10),
        sessions=3,
        gap_days=5,
    )


@pytest.fixture
def ana(cast: Cast) -> Patient:
    return make_patient(ANA)


def planned(wish: Wish, patient: Patient, now: datetime = NOW) -> list[Planned]:
    return plan(wish, patient=patient, now=now)


def at(cast: Cast, day: str, wall: str) -> Session:
    return Session(cast.priya, cast.riverside, local(day, wall))


def test_the_sessions_fall_on_the_weekday_of_the_first(wish: Wish) -> None:
    assert dates(wish) == [date.fromisoformat(day) for day in TUESDAYS]


def test_the_next_session_waits_for_the_gap(wish: Wish) -> None:
    assert dates(replace(wish, gap_days=8))[:2] == [date(2026, 11, 24), date(2026, 12, 8)]


def test_two_weekdays_share_a_course_as_far_as_the_gap_allows(wish: Wish) -> None:
    twice_a_week = replace(wish, weekdays=frozenset({1, 4}), gap_days=3)

    assert dates(twice_a_week) == [date(2026, 11, 24), date(2026, 11, 27), date(2026, 12, 1)]


def test_the_first_session_waits_for_its_weekday(wish: Wish) -> None:
    assert dates(replace(wish, weekdays=frozenset({0})))[0] == date(2026, 11, 30)


def test_daily_sessions_follow_each_other(wish: Wish) -> None:
    daily = replace(wish, weekdays=frozenset(range(7)), gap_days=1)

    assert dates(daily) == [date(2026, 11, 24), date(2026, 11, 25), date(2026, 11, 26)]


def test_every_session_is_open_at_the_clinics_wall_clock(
    cast: Cast, wish: Wish, ana: Patient
) -> None:
    assert planned(wish, ana) == [Planned(at(cast, day, "10:00")) for day in TUESDAYS]


def test_the_wall_clock_holds_when_the_clocks_change(cast: Cast, ana: Patient, wish: Wish) -> None:
    across = replace(wish, first=date(2027, 3, 9))

    starts = [each.session.start for each in planned(across, ana, local("2027-03-01", "8:00"))]

    assert starts == [local(day, "10:00") for day in ("2027-03-09", "2027-03-16", "2027-03-23")]
    assert starts[1] - starts[0] == timedelta(days=7, hours=-1)


def test_a_conflict_in_the_middle_is_found_with_the_nearest_times_of_the_same_practitioner(
    cast: Cast, wish: Wish, ana: Patient
) -> None:
    bens = visit(cast, "10:00", day=TUESDAYS[1], person=BEN)

    first, second, third = planned(wish, ana)

    assert (first.is_open, second.is_open, third.is_open) == (True, False, True)
    assert second.why_not is not None
    assert (second.why_not.refusal, second.why_not.because_of) == (
        Refusal.PRACTITIONER_BUSY,
        bens.reference,
    )
    assert second.alternatives == (
        at(cast, TUESDAYS[1], "11:30"),
        at(cast, TUESDAYS[1], "12:00"),
        at(cast, TUESDAYS[1], "12:30"),
    )


def test_when_the_practitioner_has_nothing_near_others_are_proposed(
    cast: Cast, wish: Wish, ana: Patient
) -> None:
    Closure.objects.create(
        practitioner=cast.priya,
        starts_at=local("2026-11-28", "0:00"),
        ends_at=local("2026-12-05", "0:00"),
        reason="Away",
    )

    second = planned(wish, ana)[1]

    assert second.alternatives[0] == Session(
        cast.tomas, cast.riverside, local(TUESDAYS[1], "10:00")
    )
    assert {each.practitioner for each in second.alternatives} == {cast.tomas}


def test_alternatives_keep_the_gap_to_the_sessions_around(
    cast: Cast, wish: Wish, ana: Patient
) -> None:
    for practitioner in (cast.priya, cast.tomas):
        Closure.objects.create(
            practitioner=practitioner,
            starts_at=local(TUESDAYS[1], "0:00"),
            ends_at=local("2026-12-02", "0:00"),
            reason="Course",
        )

    near, strict = planned(wish, ana)[1], planned(replace(wish, gap_days=7), ana)[1]

    # Five days after the first Tuesday and before the third: Sunday to Thursday.
    days = {
        each.start.astimezone(local(TUESDAYS[0], "0:00").tzinfo).date()
        for each in near.alternatives
    }
    assert days <= {date(2026, 11, 30), date(2026, 12, 2), date(2026, 12, 3)}
    assert near.alternatives
    assert strict.alternatives == ()


def test_a_whole_closed_day_names_its_closure(cast: Cast, wish: Wish, ana: Patient) -> None:
    Closure.objects.create(
        starts_at=local(TUESDAYS[2], "0:00"),
        ends_at=local("2026-12-09", "0:00"),
        reason="Flood",
    )

    third = planned(wish, ana)[2]

    assert third.why_not is not None
    assert (third.why_not.refusal, third.why_not.because_of) == (Refusal.CLOSED, "Flood")


def test_the_patients_own_visit_is_in_the_way_and_alternatives_avoid_it(
    cast: Cast, wish: Wish
) -> None:
    own = visit(cast, "10:00", day=TUESDAYS[1], practitioner=cast.tomas)
    assert own.patient

    second = planned(wish, own.patient)[1]

    assert (second.is_open, second.why_not, second.own_visit) == (False, None, own)
    assert second.alternatives == (
        at(cast, TUESDAYS[1], "9:00"),
        at(cast, TUESDAYS[1], "11:00"),
        at(cast, TUESDAYS[1], "11:30"),
    )


def test_a_course_may_reach_further_than_the_website(cast: Cast, wish: Wish, ana: Patient) -> None:
    far = planned(replace(wish, sessions=12, gap_days=7), ana)

    assert far[-1].session.start > NOW + cast.first_visit.policy.horizon
    assert all(each.is_open for each in far)


def test_no_course_reaches_further_than_a_year(wish: Wish, ana: Patient) -> None:
    last = planned(replace(wish, sessions=8, gap_days=60), ana)[-1]

    assert last.why_not is not None
    assert last.why_not.refusal is Refusal.TOO_FAR


def test_a_first_day_that_has_passed_is_a_conflict(wish: Wish, ana: Patient) -> None:
    first = planned(replace(wish, first=date(2026, 11, 17)), ana)[0]

    assert first.why_not is not None
    assert (first.why_not.refusal, first.alternatives) == (Refusal.PAST, ())


def test_who_does_not_give_the_service_has_no_open_time(
    cast: Cast, wish: Wish, ana: Patient
) -> None:
    stranger = make_practitioner("Mei Lindqvist")

    first = planned(replace(wish, practitioner=stranger), ana)[0]

    assert first.why_not is not None
    assert first.why_not.refusal is Refusal.NOT_WORKING


def test_chosen_sessions_are_checked_as_they_were_chosen(cast: Cast, ana: Patient) -> None:
    chosen = [at(cast, TUESDAYS[0], "10:00"), at(cast, TUESDAYS[1], "10:10")]

    first, second = checked(chosen, cast.first_visit, 7, patient=ana, now=NOW)

    assert first.is_open
    assert second.why_not is not None
    assert second.why_not.refusal is Refusal.BETWEEN_STARTS


def test_nothing_chosen_is_nothing_to_check(cast: Cast, ana: Patient) -> None:
    assert checked([], cast.first_visit, 7, patient=ana, now=NOW) == []


def test_days_are_counted_on_the_clinics_calendar() -> None:
    late, early = local("2026-11-24", "22:00"), local("2026-11-29", "7:00")

    assert not too_close([early, late], gap_days=5)
    assert too_close([early, late], gap_days=6)


def test_the_services_own_horizon_stays_as_it_is(cast: Cast, wish: Wish, ana: Patient) -> None:
    far_reaching = make_service(cast.priya, horizon_days=366)
    planned(replace(wish, service=far_reaching), ana)
    planned(wish, ana)

    assert Service.objects.get(pk=cast.first_visit.pk).horizon_days == 60
    assert cast.first_visit.horizon_days == 60
