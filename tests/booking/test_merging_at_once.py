"""A merge that commits while somebody books for the duplicate: real second connections."""

from collections.abc import Callable
from typing import Any

import pytest

from booking import scheduling
from booking.course_plan import Session
from booking.models import Appointment, Course, Patient, WaitingEntry
from booking.registration import find_or_register
from tests.booking.steps import book, desk_visit, hold
from tests.booking.test_offers_at_once import while_another_does
from tests.booking.wishes import wait
from tests.cast import ANA, BEN, NOW, TUESDAY, Cast, make_cast
from tests.factories import local

pytest_plugins = ["tests.committed"]
pytestmark = pytest.mark.usefixtures("committed")


def merged(duplicate: Patient, kept: Patient) -> str:
    """What a merge does to the duplicate's row."""
    return f"UPDATE booking_patient SET merged_into_id = {kept.pk} WHERE id = {duplicate.pk}"


BY_NAME: dict[str, Callable[[Cast], Any]] = {
    "online": lambda cast: book(hold(cast, "10:00"), person=BEN),
    "at the desk": lambda cast: desk_visit(cast, "10:00", person=BEN),
    "onto the list": lambda cast: wait(cast, person=BEN),
}


@pytest.mark.parametrize("way", BY_NAME)
def test_whoever_is_merged_at_this_moment_is_booked_as_the_one_who_is_kept(way: str) -> None:
    cast = make_cast()
    ana, ben = find_or_register(ANA, now=NOW), find_or_register(BEN, now=NOW)

    with while_another_does(merged(ben, ana)):
        assert BY_NAME[way](cast).patient == ana


def test_a_patient_chosen_from_the_list_who_is_merged_at_this_moment_is_asked_for_again() -> None:
    cast = make_cast()
    ana, ben = find_or_register(ANA, now=NOW), find_or_register(BEN, now=NOW)

    with while_another_does(merged(ben, ana)), pytest.raises(scheduling.DiaryBusy):
        desk_visit(cast, "10:00", person=ben)

    assert not Appointment.objects.exists()


def test_nothing_is_proposed_to_who_is_merged_at_this_moment() -> None:
    cast = make_cast()
    ana, ben = find_or_register(ANA, now=NOW), find_or_register(BEN, now=NOW)
    days = (TUESDAY, "2026-12-01")
    sessions = [Session(cast.priya, cast.riverside, local(day, "10:00")) for day in days]

    with while_another_does(merged(ben, ana)), pytest.raises(scheduling.DiaryBusy):
        scheduling.propose(
            patient=ben,
            service=cast.first_visit,
            sessions=sessions,
            minimum_gap_days=2,
            by=cast.dina,
            now=NOW,
        )

    assert (Course.objects.count(), WaitingEntry.objects.count()) == (0, 0)


def test_of_two_who_merge_one_patient_into_others_the_second_looks_again() -> None:
    cast = make_cast()
    ana, ben = find_or_register(ANA, now=NOW), find_or_register(BEN, now=NOW)

    with while_another_does(merged(ben, ana)), pytest.raises(scheduling.DiaryBusy):
        scheduling.merge(kept=ana, duplicate=ben, by=cast.dina, now=NOW)
