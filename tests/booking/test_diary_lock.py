"""The transaction that every change of the diary runs in, met by a second connection."""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from time import monotonic
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from booking import diary_lock, scheduling
from booking.diary_lock import (
    TRIES,
    DiaryBusy,
    SlotTaken,
    in_diary_transaction,
    lock_desks,
    lock_patient,
)
from booking.models import Appointment, AppointmentEvent
from booking.registration import find_or_register
from tests.booking.steps import ANAS_BROWSER, BENS_BROWSER, hold, visit
from tests.cast import ANA, NOW, TUESDAY, make_cast
from tests.factories import local, make_location

pytest_plugins = ["tests.committed"]

committed = pytest.mark.usefixtures("committed")


@contextmanager
def another_connection() -> Iterator[Any]:
    """A cursor in a transaction of its own: another process, as far as PostgreSQL knows."""
    with closing(connection.copy()) as other:
        other.inc_thread_sharing()
        other.set_autocommit(False)
        with other.cursor() as cursor:
            yield cursor


def lock_practitioner(cursor: Any, pk: int) -> None:
    cursor.execute("SELECT 1 FROM content_practitioner WHERE id = %s FOR UPDATE", [pk])


def wait_until_blocked(cursor: Any, pid: int) -> None:
    """Until that server process waits for a lock of another; a minute is plenty."""
    blocked, deadline = False, monotonic() + 60
    while not blocked and monotonic() < deadline:
        cursor.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", [pid])
        (blocked,) = cursor.fetchone()


def failing(sqlstate: str, *, times: int) -> tuple[Callable[[], str], list[int]]:
    """A command that PostgreSQL refuses with `sqlstate` so many times; and its count of tries."""
    tries: list[int] = []

    @in_diary_transaction
    def command() -> str:
        tries.append(len(tries) + 1)
        if len(tries) <= times:
            with connection.cursor() as cursor:
                cursor.execute(
                    f"DO $$ BEGIN RAISE EXCEPTION 'refused' USING ERRCODE = '{sqlstate}'; END $$"
                )
        return "done"

    return command, tries


@pytest.mark.django_db
def test_a_command_runs_read_committed_with_a_short_lock_timeout():
    @in_diary_transaction
    def command() -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('lock_timeout')")
            (timeout,) = cursor.fetchone()
            cursor.execute("SELECT current_setting('transaction_isolation')")
            return [timeout, *cursor.fetchone()]

    assert command() == ["3s", "read committed"]


@committed
def test_the_lock_timeout_ends_with_the_command():
    in_diary_transaction(lambda: None)()
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('lock_timeout')")
        assert cursor.fetchone() == ("0",)


@committed
def test_a_command_within_another_transaction_is_refused():
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        scheduling.release(visitor=ANAS_BROWSER, now=NOW)


@pytest.mark.django_db
@pytest.mark.parametrize("sqlstate", ["40P01", "55P03", "23505"])
def test_who_met_another_at_the_door_tries_again(sqlstate):
    command, tries = failing(sqlstate, times=TRIES - 1)
    assert command() == "done"
    assert tries == [1, 2, 3]


@pytest.mark.django_db
@pytest.mark.parametrize("sqlstate", ["40P01", "55P03", "23505"])
def test_after_three_tries_the_diary_is_busy(sqlstate):
    command, tries = failing(sqlstate, times=TRIES)
    with pytest.raises(DiaryBusy):
        command()
    assert tries == [1, 2, 3]


@pytest.mark.django_db
def test_a_place_that_the_constraint_refuses_is_taken_without_another_try():
    command, tries = failing("23P01", times=1)
    with pytest.raises(SlotTaken):
        command()
    assert tries == [1]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("sqlstate", "error"), [("23514", IntegrityError), ("57014", OperationalError)]
)
def test_any_other_error_of_the_database_is_passed_on_as_it_is(sqlstate, error):
    command, tries = failing(sqlstate, times=1)
    with pytest.raises(error):
        command()
    assert tries == [1]


@committed
def test_a_desk_that_stays_locked_is_busy_and_nothing_is_written(monkeypatch):
    monkeypatch.setattr(diary_lock, "LOCK_TIMEOUT", "50ms")
    cast = make_cast()
    with another_connection() as cursor:
        lock_practitioner(cursor, cast.priya.pk)
        with pytest.raises(DiaryBusy):
            hold(cast, "10:00")
        hold(cast, "10:00", practitioner=cast.tomas, visitor=BENS_BROWSER)
    assert Appointment.objects.get().practitioner == cast.tomas
    assert AppointmentEvent.objects.count() == 1


@committed
def test_a_desk_that_is_let_go_in_time_is_waited_for():
    cast = make_cast()
    with another_connection() as cursor:
        lock_practitioner(cursor, cast.priya.pk)
        connection.ensure_connection()
        pid = connection.connection.info.backend_pid

        def let_go_once_they_wait() -> None:
            with another_connection() as watching:
                wait_until_blocked(watching, pid)
            cursor.db.rollback()

        other = threading.Thread(target=let_go_once_they_wait)
        other.start()
        assert hold(cast, "10:00").practitioner == cast.priya
        other.join()


@committed
def test_commands_at_desks_that_share_nothing_do_not_wait_for_each_other(monkeypatch):
    monkeypatch.setattr(diary_lock, "LOCK_TIMEOUT", "50ms")
    cast = make_cast()
    with another_connection() as cursor:
        cursor.execute(
            "SELECT 1 FROM content_location WHERE id = %s FOR NO KEY UPDATE", [cast.hilltop.pk]
        )
        lock_practitioner(cursor, cast.tomas.pk)
        assert visit(cast, "10:00").practitioner == cast.priya


@committed
def test_a_location_is_locked_too_because_its_rooms_are_shared(monkeypatch):
    monkeypatch.setattr(diary_lock, "LOCK_TIMEOUT", "50ms")
    cast = make_cast()
    with another_connection() as cursor:
        cursor.execute(
            "SELECT 1 FROM content_location WHERE id = %s FOR NO KEY UPDATE", [cast.riverside.pk]
        )
        with pytest.raises(DiaryBusy):
            hold(cast, "10:00")


@committed
def test_of_two_who_wait_for_each_other_the_one_that_gives_way_tries_again():
    cast = make_cast()
    tries: list[int] = []
    tomas_is_locked = threading.Event()

    with another_connection() as cursor:
        # PostgreSQL ends the one that looks first. This one would look in a minute.
        cursor.execute("SET LOCAL deadlock_timeout = '1min'")
        lock_practitioner(cursor, cast.priya.pk)
        pid = cursor.db.connection.info.backend_pid

        def want_tomas_too() -> None:
            tomas_is_locked.wait(timeout=60)
            lock_practitioner(cursor, cast.tomas.pk)
            cursor.db.rollback()

        @in_diary_transaction
        def tomas_before_priya() -> str:
            tries.append(len(tries) + 1)
            lock_desks([cast.tomas.pk], [])
            if tries == [1]:
                tomas_is_locked.set()
                with connection.cursor() as watching:
                    wait_until_blocked(watching, pid)
            lock_desks([cast.priya.pk], [])
            return "done"

        other = threading.Thread(target=want_tomas_too)
        other.start()
        assert tomas_before_priya() == "done"
        other.join()
    assert tries == [1, 2]


@pytest.mark.django_db
def test_desks_are_locked_in_one_order_whatever_order_they_are_named_in():
    cast = make_cast()
    other = make_location("Other")
    with CaptureQueriesContext(connection) as queries:
        lock_desks([cast.tomas.pk, cast.priya.pk], [other.pk, cast.riverside.pk])
    practitioners, locations = (query["sql"] for query in queries)
    assert '"content_practitioner"' in practitioners
    assert '"content_location"' in locations
    for sql in (practitioners, locations):
        assert sql.endswith("ORDER BY 1 ASC FOR NO KEY UPDATE")


@pytest.mark.django_db
def test_the_race_suites_control_can_switch_the_locks_off(settings):
    cast = make_cast()
    ana = find_or_register(ANA, now=NOW)
    settings.DIARY_LOCKING = False
    with CaptureQueriesContext(connection) as queries:
        lock_desks([cast.priya.pk], [cast.riverside.pk])
        lock_patient(ana)
    assert len(queries) == 0
    settings.DIARY_LOCKING = True
    with CaptureQueriesContext(connection) as queries:
        lock_patient(ana)
    assert [query["sql"].endswith("FOR NO KEY UPDATE") for query in queries] == [True]


@committed
def test_who_writes_past_every_lock_still_meets_the_constraint(settings):
    settings.DIARY_LOCKING = False
    cast = make_cast()
    at_one = hold(cast, "13:00", visitor=BENS_BROWSER)
    three_hours_earlier = (
        "tstzrange(lower(blocks) - '3h'::interval, upper(blocks) - '3h'::interval)"
    )
    changed = {
        "reference": "'UNSEEN'",
        "held_by": "'somebody else'",
        "starts_at": "starts_at - '3h'::interval",
        "ends_at": "ends_at - '3h'::interval",
        "blocks": three_hours_earlier,
    }
    columns = [field.attname for field in Appointment._meta.concrete_fields if field.name != "id"]
    values = ", ".join(changed.get(column, column) for column in columns)
    with another_connection() as cursor:
        cursor.execute(
            f"INSERT INTO booking_appointment ({', '.join(columns)})"
            f" SELECT {values} FROM booking_appointment WHERE id = %s",
            [at_one.pk],
        )
        connection.ensure_connection()
        pid = connection.connection.info.backend_pid

        def commit_once_they_meet() -> None:
            with another_connection() as watching:
                wait_until_blocked(watching, pid)
            cursor.db.commit()

        other = threading.Thread(target=commit_once_they_meet)
        other.start()
        with pytest.raises(SlotTaken):
            hold(cast, "10:00")
        other.join()
    assert [
        each.reference for each in Appointment.objects.filter(starts_at=local(TUESDAY, "10:00"))
    ] == ["UNSEEN"]
