"""What a clinic allows, at the edges: one microsecond decides."""

from datetime import UTC, datetime, timedelta

import pytest

from booking.intervals import Interval
from booking.policy import BookingPolicy, Refusal, patient_may_change

NOW = datetime(2026, 11, 23, 14, tzinfo=UTC)
BLINK = timedelta(microseconds=1)
NOTICE, HORIZON = timedelta(hours=2), timedelta(days=60)

POLICY = BookingPolicy(notice=NOTICE, horizon=HORIZON, start_every=timedelta(minutes=30))


@pytest.mark.parametrize(
    ("start", "refusal"),
    [
        (NOW - timedelta(days=400), Refusal.PAST),
        (NOW - BLINK, Refusal.PAST),
        (NOW, Refusal.PAST),
        (NOW + BLINK, Refusal.TOO_SOON),
        (NOW + NOTICE - BLINK, Refusal.TOO_SOON),
        (NOW + NOTICE, None),
        (NOW + HORIZON, None),
        (NOW + HORIZON + BLINK, Refusal.TOO_FAR),
    ],
)
def test_a_visit_may_start_from_the_notice_to_the_horizon_both_included(start, refusal):
    assert POLICY.refusal(start, now=NOW) == refusal


def test_without_notice_the_next_moment_is_open_but_now_is_past():
    at_once = BookingPolicy(notice=timedelta(), horizon=HORIZON, start_every=NOTICE)
    assert at_once.refusal(NOW, now=NOW) is Refusal.PAST
    assert at_once.refusal(NOW + BLINK, now=NOW) is None


def test_a_notice_longer_than_the_horizon_leaves_nothing():
    impossible = BookingPolicy(notice=HORIZON + BLINK, horizon=HORIZON, start_every=NOTICE)
    assert impossible.refusal(NOW + HORIZON, now=NOW) is Refusal.TOO_SOON
    assert impossible.refusal(NOW + HORIZON + BLINK, now=NOW) is Refusal.TOO_FAR


def test_a_visit_blocks_its_buffers_too():
    policy = BookingPolicy(
        notice=NOTICE,
        horizon=HORIZON,
        start_every=timedelta(minutes=30),
        buffer_before=timedelta(minutes=5),
        buffer_after=timedelta(minutes=10),
    )
    visit = Interval(NOW, NOW + timedelta(hours=1))
    assert policy.block(visit) == Interval(NOW - timedelta(minutes=5), NOW + timedelta(minutes=70))


def test_without_buffers_a_visit_blocks_itself_alone():
    visit = Interval(NOW, NOW + timedelta(hours=1))
    assert POLICY.block(visit) == visit


@pytest.mark.parametrize(
    ("now", "may"),
    [
        (NOW - timedelta(days=1) - BLINK, True),
        (NOW - timedelta(days=1), True),
        (NOW - timedelta(days=1) + BLINK, False),
        (NOW, False),
        (NOW + timedelta(days=1), False),
    ],
)
def test_a_patient_may_change_until_the_cut_off_and_not_a_moment_later(now, may):
    assert patient_may_change(NOW, cutoff=timedelta(days=1), now=now) is may


def test_without_a_cut_off_a_patient_may_change_until_the_visit_starts():
    assert patient_may_change(NOW, cutoff=timedelta(), now=NOW)
    assert not patient_may_change(NOW, cutoff=timedelta(), now=NOW + BLINK)


def test_every_refusal_is_a_sentence_about_the_time_for_staff():
    assert {refusal.name: refusal.value for refusal in Refusal} == {
        "PAST": "it lies in the past",
        "TOO_SOON": "it is closer than the notice this service asks for",
        "TOO_FAR": "it is further ahead than this service can be booked",
        "NOT_WORKING": "the practitioner does not work there then",
        "CLOSED": "it falls into a closure",
        "BETWEEN_STARTS": "visits of this service do not start at this minute",
        "PRACTITIONER_BUSY": "the practitioner has another visit or its buffer then",
        "ROOMS_TAKEN": "every room of the location is taken then",
    }
