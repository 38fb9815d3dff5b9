"""Open times of random weeks against an oracle that steps through every minute.

`make prove` compares a thousand weeks, `make test` some; most have a night in which the clocks of
their zone are changed.
"""

from __future__ import annotations

from random import Random

import pytest
from django.conf import settings as project
from django.db import transaction

from booking.openings import Openings
from tests.booking.oracle import Offer, Oracle
from tests.booking.random_weeks import (
    Clinic,
    Draw,
    Week,
    as_minute,
    as_moment,
    make_small_clinic,
    save,
)

WEEKS = 1_000 if project.PROVE else 60
BATCH = 50
ASKED_ONE_BY_ONE = 10


def offered(week: Week) -> set[Offer]:
    days = Openings(week.service, now=week.now).week(week.monday)
    assert all(
        time.start.astimezone(week.zone).date() == day.date for day in days for time in day.times
    )
    return {
        (as_minute(time.start), time.location, practitioner)
        for day in days
        for time in day.times
        for practitioner in time.practitioners
    }


def judged_wrongly(week: Week, clinic: Clinic, expected: set[Offer]) -> set[Offer]:
    """Of some offers and some other minutes, those that `why_not` judges otherwise."""
    sample = Random(len(expected))
    minutes = [as_minute(week.now) + sample.randint(0, 8 * 1440) for _ in range(ASKED_ONE_BY_ONE)]
    others = {
        (minute, sample.choice(clinic.locations), sample.choice(clinic.practitioners))
        for minute in minutes
        if week.monday <= as_moment(minute).astimezone(week.zone).date() < week.next_monday
    }
    offers = sorted(expected, key=lambda offer: (offer[0], offer[1].pk, offer[2].pk))
    openings = Openings(week.service, now=week.now)
    return {
        (minute, location, practitioner)
        for minute, location, practitioner in {*offers[:ASKED_ONE_BY_ONE], *others}
        if (openings.why_not(practitioner, location, as_moment(minute)) is None)
        != ((minute, location, practitioner) in expected)
    }


@pytest.mark.prove
@pytest.mark.django_db
@pytest.mark.parametrize("first", range(0, WEEKS, BATCH))
def test_random_weeks_offer_what_the_oracle_offers(first, settings):
    clinic = make_small_clinic()
    found = 0
    for seed in range(first, first + BATCH):
        week = Draw(seed, clinic).week()
        settings.TIME_ZONE = week.zone.key
        before = transaction.savepoint()
        save(week, clinic)
        expected, offers = Oracle(week, clinic).offers(), offered(week)
        wrong = judged_wrongly(week, clinic, expected)
        transaction.savepoint_rollback(before)
        assert offers - expected == set(), f"offered, but not free, in week {seed}"
        assert expected - offers == set(), f"free, but not offered, in week {seed}"
        assert wrong == set(), f"shown one way, judged the other, in week {seed}"
        found += len(offers)
    assert found > BATCH


@pytest.mark.django_db
@pytest.mark.parametrize("overlooked", ["visits", "closures", "extra", "hours"])
def test_an_oracle_that_overlooks_something_is_contradicted(overlooked, settings):
    clinic = make_small_clinic()
    contradicted = 0
    for seed in range(20):
        week = Draw(seed, clinic).week()
        settings.TIME_ZONE = week.zone.key
        before = transaction.savepoint()
        save(week, clinic)
        offers = offered(week)
        transaction.savepoint_rollback(before)
        setattr(week, overlooked, [])
        contradicted += Oracle(week, clinic).offers() != offers
    assert contradicted > 0
