"""Open times by stepping through every minute of a week: no intervals, no SQL.

It writes down, minute by minute, where each practitioner works, what is closed and who is busy
where, and offers a start when every minute that the visit and its buffers need is free.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta

from booking.models import Room
from booking.models.appointments import BLOCKING_STATES
from content.models import Location, Practitioner
from tests.booking.random_weeks import Clinic, Minute, Week, as_minute, as_moment

Desk = tuple[Practitioner, Location]
Offer = tuple[Minute, Location, Practitioner]


class Oracle:
    """Where everybody is in every minute of the week and of two days around it."""

    def __init__(self, week: Week, clinic: Clinic) -> None:
        self.week, self.clinic = week, clinic
        self.days = self._minutes_by_day()
        self.works: dict[Desk, set[Minute]] = defaultdict(set)
        self.closed: dict[Desk, set[Minute]] = defaultdict(set)
        self.busy: dict[Practitioner, set[Minute]] = defaultdict(set)
        self.room_busy: dict[Room, set[Minute]] = defaultdict(set)
        self._write_down_hours()
        self._write_down_closures()
        self._write_down_visits()

    def _minutes_by_day(self) -> dict[date, list[tuple[Minute, time]]]:
        around = datetime.combine(self.week.monday, time(), UTC) - timedelta(days=3)
        days: dict[date, list[tuple[Minute, time]]] = defaultdict(list)
        for minute in range(as_minute(around), as_minute(around) + 13 * 1440):
            shown = as_moment(minute).astimezone(self.week.zone)
            days[shown.date()].append((minute, shown.time()))
        return days

    def _write_down_hours(self) -> None:
        for window in self.week.hours:
            for day, minutes in self.days.items():
                from_, to = window.valid_from or date.min, window.valid_to or date.max
                if day.weekday() != window.weekday or not from_ <= day <= to:
                    continue
                has_begun = has_ended = False
                for minute, shown in minutes:
                    # Once the clock has come so far it has, even if it is put back afterwards.
                    has_begun = has_begun or shown >= window.starts_at
                    has_ended = has_ended or shown >= window.ends_at
                    if has_begun and not has_ended:
                        self.works[window.practitioner, window.location].add(minute)
        for more in self.week.extra:
            stretch = range(as_minute(more.starts_at), as_minute(more.ends_at))
            self.works[more.practitioner, more.location].update(stretch)

    def _write_down_closures(self) -> None:
        for closure in self.week.closures:
            stretch = range(as_minute(closure.starts_at), as_minute(closure.ends_at))
            for practitioner in self.clinic.practitioners:
                for location in self.clinic.locations:
                    if closure.practitioner in {None, practitioner} and closure.location in {
                        None,
                        location,
                    }:
                        self.closed[practitioner, location].update(stretch)

    def _write_down_visits(self) -> None:
        for visit in self.week.visits:
            has_run_out = visit.expires_at is not None and visit.expires_at <= self.week.now
            if visit.state in BLOCKING_STATES and not has_run_out:
                self.busy[visit.practitioner].update(visit.blocked)
                self.room_busy[visit.room].update(visit.blocked)

    def offers(self) -> set[Offer]:
        """Every start of the week's seven days."""
        week = [self.week.monday + timedelta(days=offset) for offset in range(7)]
        asked_for = {minute for day in week for minute, _ in self.days[day]}
        found: set[Offer] = set()
        for (practitioner, location), works in self.works.items():
            minutes_into_window = 0
            for minute in range(min(works), max(works) + 1):
                if minute not in works:
                    minutes_into_window = 0
                    continue
                on_the_grid = minutes_into_window % self.week.service.start_every_minutes == 0
                minutes_into_window += 1
                if (
                    on_the_grid
                    and minute in asked_for
                    and self.in_reach(minute)
                    and self.is_free(minute, practitioner, location)
                ):
                    found.add((minute, location, practitioner))
        return found

    def in_reach(self, minute: Minute) -> bool:
        ahead = as_moment(minute) - self.week.now
        notice = timedelta(hours=self.week.service.notice_hours)
        horizon = timedelta(days=self.week.service.horizon_days)
        return ahead > timedelta() and notice <= ahead <= horizon

    def is_free(self, minute: Minute, practitioner: Practitioner, location: Location) -> bool:
        service = self.week.service
        end = minute + service.length_minutes
        visit = range(minute, end)
        block = range(minute - service.buffer_before_minutes, end + service.buffer_after_minutes)
        return (
            self.works[practitioner, location].issuperset(visit)
            and self.closed[practitioner, location].isdisjoint(visit)
            and self.busy[practitioner].isdisjoint(block)
            and any(
                self.room_busy[room].isdisjoint(block)
                for room in self.clinic.rooms
                if room.location == location
            )
        )
