"""The rows of the diary as plain SQL tells of them, and what must be true of them at any time.

The comparisons are made in Python, so that the constraints do not judge themselves.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime
from itertools import combinations
from typing import NamedTuple

from django.db import connection

BLOCKING = {"held", "unproved", "needs_review", "booked", "arrived", "completed"}


class Row(NamedTuple):
    """An appointment as plain SQL tells of it."""

    pk: int
    state: str
    practitioner: int
    room: int
    patient: int | None
    starts_at: datetime
    ends_at: datetime
    block_starts: datetime
    block_ends: datetime
    overbooked: bool
    held_by: str


def rows() -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, state, practitioner_id, room_id, patient_id, starts_at, ends_at,"
            " lower(blocks), upper(blocks), overbooked, held_by FROM booking_appointment"
        )
        return [Row(*row) for row in cursor.fetchall()]


def chains() -> dict[int, list[tuple[str, str]]]:
    """From-state and to-state of every event, by appointment, in the order of writing."""
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT appointment_id, from_state, to_state FROM booking_appointmentevent ORDER BY id"
        )
        for appointment, from_state, to_state in cursor.fetchall():
            found[appointment].append((from_state, to_state))
    return found


def kinds() -> Counter[str]:
    """How many events there are of each kind."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT kind, count(*) FROM booking_appointmentevent GROUP BY kind")
        return Counter(dict(cursor.fetchall()))


def nobody_and_no_room_is_in_two_places(there: list[Row]) -> None:
    standing = [row for row in there if row.state in BLOCKING]
    for one, other in combinations(standing, 2):
        if one.patient and one.patient == other.patient:
            assert one.ends_at <= other.starts_at or other.ends_at <= one.starts_at
        if one.overbooked or other.overbooked:
            continue
        if one.practitioner == other.practitioner or one.room == other.room:
            assert one.block_ends <= other.block_starts or other.block_ends <= one.block_starts


def every_visitor_holds_one_place_at_most(there: list[Row]) -> None:
    held = Counter(row.held_by for row in there if row.state == "held")
    assert set(held.values()) <= {1}


def every_history_leads_to_where_its_appointment_is(there: list[Row]) -> None:
    state_now = {row.pk: row.state for row in there}
    histories = chains()
    assert state_now.keys() <= histories.keys()
    for appointment, chain in histories.items():
        assert chain[0][0] == ""
        assert [to for _, to in chain[:-1]] == [from_ for from_, _ in chain[1:]]
        assert chain[-1][1] == state_now.get(appointment, "")
