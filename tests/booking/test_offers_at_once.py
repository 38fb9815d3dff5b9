"""Offers, met by others who change the same rows at the same moment: real second connections."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from django.db import connection

from booking import scheduling
from booking.models import FreedTime, SlotOffer, WaitingEntry
from tests.booking.steps import visit
from tests.booking.test_diary_lock import another_connection, lock_practitioner, wait_until_blocked
from tests.booking.wishes import MORNING, answers, free, freed_by_the_desk, offered, wait
from tests.cast import BEN, make_cast
from tests.factories import local

pytest_plugins = ["tests.committed"]
pytestmark = pytest.mark.usefixtures("committed")

HALF_PAST = MORNING + timedelta(minutes=30)


def server_process() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    return int(pid)


@contextmanager
def while_another_does(statement: str) -> Iterator[None]:
    """`statement` has been run by another connection, which commits once we wait for its rows."""
    with another_connection() as other, ThreadPoolExecutor(1) as threads:
        other.execute(statement)
        pid = server_process()

        def commit_when_waited_for() -> None:
            wait_until_blocked(other, pid)
            other.connection.commit()

        ending = threads.submit(commit_when_waited_for)
        yield
        ending.result()


def test_who_leaves_the_list_at_this_moment_is_not_asked() -> None:
    cast = make_cast()
    wait(cast)
    free(cast)

    with while_another_does("UPDATE booking_waitingentry SET state = 'withdrawn'"):
        assert scheduling.offer_freed_times(now=MORNING) == 0

    assert answers() == []
    assert FreedTime.objects.get().handled_at is None
    assert scheduling.offer_freed_times(now=MORNING) == 0
    assert FreedTime.objects.get().handled_at == MORNING


def test_who_declines_and_leaves_at_the_same_moment_frees_the_time_once() -> None:
    cast = make_cast()
    entry = wait(cast)
    offered(cast)

    declining = "UPDATE booking_slotoffer SET answer = 'declined', answered_at = now()"
    with while_another_does(declining):
        left = scheduling.leave_list(entry=entry, by=None, now=MORNING)

    assert left.state == WaitingEntry.State.WITHDRAWN
    assert not FreedTime.objects.filter(handled_at=None).exists()


def test_a_time_that_another_worker_has_in_hand_is_left_to_it() -> None:
    cast = make_cast()
    wait(cast)
    free(cast)

    with another_connection() as other:
        other.execute("SELECT 1 FROM booking_freedtime FOR UPDATE")
        assert scheduling.offer_freed_times(now=MORNING) == 0
        other.connection.rollback()

    assert scheduling.offer_freed_times(now=MORNING) == 1


def test_a_busy_diary_puts_the_list_off(monkeypatch: pytest.MonkeyPatch) -> None:
    cast = make_cast()
    entry = wait(cast, until=date(2026, 11, 24))
    offer = offered(cast)
    freed_by_the_desk(cast, visit(cast, "14:00", person=BEN))
    monkeypatch.setattr("booking.diary_lock.TRIES", 1)
    monkeypatch.setattr("booking.diary_lock.LOCK_TIMEOUT", "20ms")

    with another_connection() as other:
        lock_practitioner(other, cast.priya.pk)
        assert scheduling.offer_freed_times(now=MORNING) == 0
        assert scheduling.lapse_offers(now=HALF_PAST) == 0
        assert scheduling.end_wishes(now=local("2026-11-25", "0:00")) == 0
        other.connection.rollback()

    offer.refresh_from_db()
    entry.refresh_from_db()
    assert (offer.answer, entry.state) == ("open", "waiting")
    assert FreedTime.objects.filter(handled_at=None).count() == 1


def test_two_workers_offer_a_time_once() -> None:
    cast = make_cast()
    wait(cast)
    free(cast)

    def work(_worker: int) -> int:
        try:
            return scheduling.offer_freed_times(now=MORNING)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(work, range(4))) == 1

    assert SlotOffer.objects.count() == 1
