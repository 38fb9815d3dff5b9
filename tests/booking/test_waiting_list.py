"""Who would like a time that became free, and until when it is kept for them."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from booking import scheduling, waiting_list
from booking.models import Closure, FreedTime, HouseRules, SlotOffer, WaitingEntry
from booking.registration import Person
from tests.booking.steps import visit
from tests.booking.wishes import (
    CHIDI,
    MORNING,
    NEXT_WEEK,
    TEN,
    free,
    wait,
    wait_for_earlier,
)
from tests.cast import ANA, TUESDAY, Cast
from tests.factories import local, make_service

pytestmark = pytest.mark.django_db


def found(freed: FreedTime, *, now: datetime = MORNING) -> list[tuple[str, datetime]]:
    """Whom the time could be offered to, and which start."""
    return [(each.entry.patient.name, each.start) for each in waiting_list.matches(freed, now=now)]


def offer_to(entry: WaitingEntry, start: datetime, cast: Cast, **facts: Any) -> SlotOffer:
    """An offer that was made some time before."""
    answered: dict[str, Any] = {"answer": "declined", "answered_at": MORNING} | facts
    return SlotOffer.objects.create(
        entry=entry,
        starts_at=start,
        practitioner=cast.priya,
        location=cast.riverside,
        offered_at=MORNING,
        expires_at=MORNING + timedelta(minutes=30),
        **answered,
    )


def test_whoever_waits_longest_comes_first(cast: Cast) -> None:
    wait(cast, person=CHIDI, now=MORNING + timedelta(minutes=1))
    wait(cast)

    assert found(free(cast)) == [("Ana Lopez", TEN), ("Chidi Eze", TEN)]


@pytest.mark.parametrize(
    ("wanted", "fits"),
    [
        ({}, True),
        ({"weekdays": [1, 3]}, True),
        ({"weekdays": [0, 2, 3, 4, 5, 6]}, False),
        ({"earliest": time(10)}, True),
        ({"earliest": time(11)}, False),
        ({"latest": time(10)}, True),
        ({"latest": time(9, 59)}, False),
        ({"until": date(2026, 11, 24)}, True),
        ({"until": date(2026, 11, 23)}, False),
    ],
)
def test_the_time_must_suit(cast: Cast, wanted: dict[str, Any], fits: bool) -> None:  # noqa: FBT001
    freed = free(cast)
    visit(cast, "11:30")  # so that nothing later in the stretch could suit
    wait(cast, person=CHIDI, **wanted)

    assert found(freed) == ([("Chidi Eze", TEN)] if fits else [])


def test_the_earliest_start_in_the_freed_stretch_that_suits_is_offered(cast: Cast) -> None:
    wait(cast, earliest=time(10, 15))

    assert found(free(cast)) == [("Ana Lopez", local(TUESDAY, "10:30"))]


def test_practitioner_and_location_must_be_those_wished_for(cast: Cast) -> None:
    wait(cast, practitioner=cast.priya, location=cast.riverside)
    wait(cast, person=CHIDI, practitioner=cast.tomas)
    wait(cast, person=CHIDI, location=cast.hilltop)

    assert found(free(cast)) == [("Ana Lopez", TEN)]


def test_the_practitioner_must_give_the_service(cast: Cast) -> None:
    wait(cast, service=make_service(cast.tomas))

    assert found(free(cast)) == []


def test_a_service_that_is_offered_no_more_is_not_given_from_the_list(cast: Cast) -> None:
    gone = make_service(cast.priya, is_offered=False)
    wait(cast, service=gone)

    assert found(free(cast)) == []


def test_a_visit_that_is_too_long_for_the_stretch_does_not_fit(cast: Cast) -> None:
    visit(cast, "11:30", person=CHIDI)
    wait(cast, service=make_service(cast.priya, length_minutes=90))
    short = make_service(cast.priya, length_minutes=20, buffer_after_minutes=0)
    wait(cast, person=CHIDI, service=short)

    assert found(free(cast)) == [("Chidi Eze", TEN)]


def test_the_visit_that_one_has_must_lie_later(cast: Cast) -> None:
    wait_for_earlier(visit(cast, "14:00"))
    wait_for_earlier(visit(cast, "9:00", person=CHIDI, practitioner=cast.tomas))

    assert found(free(cast, "11:30")) == [("Ana Lopez", local(TUESDAY, "11:30"))]


def test_the_visit_that_one_has_keeps_its_length(cast: Cast) -> None:
    freed = free(cast)
    wait_for_earlier(visit(cast, "14:00"))
    cast.first_visit.length_minutes = 300
    cast.first_visit.save()
    wait(cast, person=CHIDI)

    assert found(freed) == [("Ana Lopez", TEN)]


def test_a_visit_that_is_off_or_over_waits_for_nothing(cast: Cast) -> None:
    anas = visit(cast, "14:00")
    wait_for_earlier(anas)
    scheduling.cancel(appointment=anas, by=None, now=MORNING)

    assert found(free(cast)) == []


def test_nobody_gets_a_time_at_which_they_have_another_visit(cast: Cast) -> None:
    wait(cast)
    freed = free(cast)
    visit(cast, "10:00", practitioner=cast.tomas)

    assert found(freed) == [("Ana Lopez", local(TUESDAY, "11:00"))]


def test_the_visit_that_would_move_is_not_in_its_own_way(cast: Cast) -> None:
    wait_for_earlier(visit(cast, "10:30", practitioner=cast.tomas))

    assert found(free(cast)) == [("Ana Lopez", TEN)]


def test_nobody_is_offered_a_time_twice(cast: Cast) -> None:
    offer_to(wait(cast), TEN, cast)

    assert found(free(cast)) == []


def test_nobody_decides_between_two_offers(cast: Cast) -> None:
    wait(cast, practitioner=cast.priya)
    elsewhere = wait(cast, practitioner=cast.tomas)
    offer_to(elsewhere, local(TUESDAY, "15:00"), cast, answer="open", answered_at=None)

    assert found(free(cast)) == []


def test_after_some_offers_that_did_not_suit_there_are_no_more(cast: Cast) -> None:
    HouseRules.objects.create(offers_at_most=2)
    entry = wait(cast)
    offer_to(entry, local(TUESDAY, "15:00"), cast)
    freed = free(cast)
    assert found(freed) == [("Ana Lopez", TEN)]
    offer_to(entry, local(TUESDAY, "16:00"), cast, answer="lapsed")

    assert found(freed) == []


def test_only_who_still_waits_is_asked(cast: Cast) -> None:
    scheduling.leave_list(entry=wait(cast), by=None, now=MORNING)

    assert found(free(cast)) == []


def test_a_closure_since_leaves_nothing_to_offer(cast: Cast) -> None:
    wait(cast)
    freed = free(cast)
    Closure.objects.create(
        starts_at=local(TUESDAY, "8:00"), ends_at=local(TUESDAY, "18:00"), reason="Flood"
    )

    assert found(freed) == []


def test_the_notice_leaves_ten_minutes_to_answer_or_nothing_is_offered(cast: Cast) -> None:
    wait(cast, latest=time(10))
    freed = free(cast)
    last = TEN - timedelta(hours=2, minutes=10)

    assert found(freed, now=last) == [("Ana Lopez", TEN)]
    assert found(freed, now=last + timedelta(seconds=1)) == []


def test_those_who_want_the_same_service_cost_one_reading_of_the_diary(
    cast: Cast, django_assert_max_num_queries: Any
) -> None:
    freed = free(cast)
    for number in range(10):
        wait(cast, person=Person(f"Patient {number}", f"p{number}@example.com", ANA.phone))

    with django_assert_max_num_queries(9 + 10):  # and one for each, for their other visits
        assert len(found(freed)) == 10


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (local("2026-11-23", "8:00"), local("2026-11-23", "8:30")),
        (local("2026-11-23", "19:59"), local("2026-11-23", "20:29")),
        (local("2026-11-23", "20:00"), local("2026-11-24", "9:00")),
        (local("2026-11-24", "0:00"), local("2026-11-24", "9:00")),
        (local("2026-11-24", "7:59"), local("2026-11-24", "9:00")),
        # The clocks are put forward on 14 March 2027 and back on 1 November 2026.
        (local("2027-03-13", "23:00"), local("2027-03-14", "9:00")),
        (local("2027-03-14", "1:30"), local("2027-03-14", "9:00")),
        (local("2026-10-31", "23:00"), local("2026-11-01", "9:00")),
        (local("2026-11-01", "1:30"), local("2026-11-01", "9:00")),
    ],
)
def test_an_offer_stands_for_minutes_by_day_and_until_the_morning_by_night(
    now: datetime, until: datetime
) -> None:
    start = until + timedelta(days=2)

    kept = waiting_list.answer_by(start, notice=timedelta(), rules=HouseRules(), now=now)

    assert kept.timestamp() == until.timestamp()


def test_a_night_in_which_the_clocks_change_is_an_hour_shorter_or_longer() -> None:
    lengths = []
    for evening in ("2027-03-12", "2027-03-13", "2026-10-31"):
        now = local(evening, "23:00")
        start = now + timedelta(days=9)
        kept = waiting_list.answer_by(start, notice=timedelta(), rules=HouseRules(), now=now)
        lengths.append((kept.timestamp() - now.timestamp()) / 3600)

    assert lengths == [10, 9, 11]


def test_an_offer_never_stands_longer_than_the_visit_can_be_booked() -> None:
    notice, now = timedelta(hours=2), local("2026-11-23", "22:00")

    kept = waiting_list.answer_by(
        local("2026-11-24", "9:00"), notice=notice, rules=HouseRules(), now=now
    )

    assert kept == local("2026-11-24", "7:00")


def test_past_use_is_what_no_time_can_fulfil(cast: Cast) -> None:
    last_day = wait(cast, until=date(2026, 11, 24))
    near = wait_for_earlier(visit(cast, "12:00"))
    off = visit(cast, "10:00", day=NEXT_WEEK, person=CHIDI)
    wish_of_off = wait_for_earlier(off)
    wait_for_earlier(visit(cast, "13:00", day=NEXT_WEEK, person=CHIDI))
    scheduling.cancel(appointment=off, by=None, now=MORNING)

    def past(now: datetime) -> set[WaitingEntry]:
        return set(waiting_list.past_use(now=now))

    assert past(MORNING) == {wish_of_off}
    assert past(local(TUESDAY, "9:59")) == {wish_of_off}
    assert past(local(TUESDAY, "10:00")) == {wish_of_off, near}
    assert past(local(TUESDAY, "23:59")) == {wish_of_off, near}
    assert past(local("2026-11-25", "0:00")) == {wish_of_off, near, last_day}


def test_who_has_no_address_is_phoned_about_an_open_offer(cast: Cast) -> None:
    anas, carries = wait(cast), wait(cast, person=Person(name="Cary", email="", phone=ANA.phone))
    is_open = {"answer": SlotOffer.Answer.OPEN, "answered_at": None}
    offer_to(anas, TEN, cast, **is_open)
    to_phone = offer_to(carries, TEN, cast, **is_open)

    assert list(waiting_list.offers_to_phone()) == [to_phone]

    to_phone.answer, to_phone.answered_at = SlotOffer.Answer.DECLINED, MORNING
    to_phone.save()
    assert not waiting_list.offers_to_phone().exists()
