"""Stretches of time and their arithmetic."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from operator import attrgetter

BY_START = attrgetter("start")


@dataclass(frozen=True, order=True, slots=True)
class Interval:
    """The instants from `start` up to, not including, `end`: [start, end).

    Both ends are aware datetimes and start < end, else ValueError. Two intervals that only touch
    do not overlap. Keep the ends in UTC: local wall time jumps twice a year.
    """

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("an interval needs aware datetimes")
        if self.start >= self.end:
            raise ValueError("an interval must start before it ends")

    @classmethod
    def lasting(cls, length: timedelta, *, start: datetime) -> Interval:
        """From `start` on, in UTC: an hour added to a local time may be two, or none."""
        first = start.astimezone(UTC)
        return cls(first, first + length)

    def overlaps(self, other: Interval) -> bool:
        return self.start < other.end and other.start < self.end

    def contains(self, other: Interval) -> bool:
        return self.start <= other.start and other.end <= self.end

    def widened(self, *, before: timedelta, after: timedelta) -> Interval:
        return Interval(self.start - before, self.end + after)


def merge(intervals: Iterable[Interval]) -> list[Interval]:
    """The same instants as sorted intervals that neither overlap nor touch."""
    merged: list[Interval] = []
    for interval in sorted(intervals):
        if merged and interval.start <= merged[-1].end:
            merged[-1] = Interval(merged[-1].start, max(merged[-1].end, interval.end))
        else:
            merged.append(interval)
    return merged


def subtract(intervals: Iterable[Interval], holes: Iterable[Interval]) -> list[Interval]:
    """The instants of `intervals` that lie in none of `holes`, merged."""
    left = merge(intervals)
    for hole in merge(holes):
        left = [piece for interval in left for piece in _without(interval, hole)]
    return left


def overlap_in(merged: list[Interval], interval: Interval) -> Interval | None:
    """An interval of a merged list that overlaps `interval` (the latest such), or None."""
    position = bisect_left(merged, interval.end, key=BY_START)
    if position and merged[position - 1].overlaps(interval):
        return merged[position - 1]
    return None


def _without(interval: Interval, hole: Interval) -> list[Interval]:
    if not interval.overlaps(hole):
        return [interval]
    pieces = []
    if interval.start < hole.start:
        pieces.append(Interval(interval.start, hole.start))
    if hole.end < interval.end:
        pieces.append(Interval(hole.end, interval.end))
    return pieces
