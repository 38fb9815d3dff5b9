"""Where things stand on the diary board: minutes from its top, and lanes side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from booking.intervals import Interval

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, order=True)
class Span:
    """A stretch of a column: minutes from its top, and how many minutes it is long."""

    start: int
    length: int

    @property
    def end(self) -> int:
        return self.start + self.length

    @property
    def classes(self) -> str:
        """The names by which the style sheet of the board's scale knows the place."""
        hour, minute = divmod(self.start, 60)
        hours, minutes = divmod(self.length, 60)
        return f"h{hour} m{minute} lh{hours} lm{minutes}"


@dataclass(frozen=True)
class Scale:
    """The hours a column shows. Minutes are counted as they pass, so on the days on which the
    clocks change a column is as long as the day is."""

    shown: Interval

    @property
    def length(self) -> int:
        return (self.shown.end - self.shown.start) // MINUTE

    def minute(self, moment: datetime) -> int:
        """How far below the top `moment` stands; within the column."""
        return min(max((moment - self.shown.start) // MINUTE, 0), self.length)

    def span(self, stretch: Interval) -> Span | None:
        """Where `stretch` stands, cut off at top and bottom; None if nothing of it is shown."""
        start, end = self.minute(stretch.start), self.minute(stretch.end)
        return Span(start, end - start) if start < end else None

    def shows(self, moment: datetime) -> bool:
        return self.shown.start <= moment < self.shown.end

    def hours(self) -> Iterator[tuple[datetime, Span]]:
        """What the ruler names: an instant for each hour that passes, and where it stands."""
        moment = self.shown.start
        while moment < self.shown.end:
            yield moment, Span(self.minute(moment), 60)
            moment += HOUR


def whole_hours(stretches: Iterable[Interval]) -> Interval | None:
    """From the full hour at or before the first to the one at or after the last; in UTC, which is
    the same wherever the zone is whole hours away from it."""
    found = list(stretches)
    if not found:
        return None
    first = min(each.start for each in found).astimezone(UTC)
    last = max(each.end for each in found).astimezone(UTC)
    start = first.replace(minute=0, second=0, microsecond=0)
    end = last.replace(minute=0, second=0, microsecond=0)
    return Interval(start, end if end == last else end + HOUR)


def lanes(spans: Sequence[Span]) -> list[tuple[int, int]]:
    """For each span, which lane it takes and how many lanes stand side by side there.

    What overlaps stands side by side; what touches does not. `spans` are in order of their start.
    """
    placed: list[tuple[int, int]] = []
    for cluster in _clusters(spans):
        ends: list[int] = []
        taken = []
        for span in cluster:
            lane = next((each for each, end in enumerate(ends) if end <= span.start), len(ends))
            ends[lane : lane + 1] = [span.end]
            taken.append(lane)
        placed += [(lane, len(ends)) for lane in taken]
    return placed


def _clusters(spans: Sequence[Span]) -> Iterator[list[Span]]:
    """Runs of spans that hang together by overlapping."""
    cluster: list[Span] = []
    end = 0
    for span in spans:
        if cluster and span.start >= end:
            yield cluster
            cluster = []
        end = max(end, span.end) if cluster else span.end
        cluster.append(span)
    if cluster:
        yield cluster


def pieces(stretch: Interval, *, origin: datetime, every: timedelta) -> list[Interval]:
    """The stretch cut where a multiple of `every` has passed since `origin`."""
    found = []
    start = stretch.start
    while start < stretch.end:
        passed = (start - origin) // every
        end = min(origin + (passed + 1) * every, stretch.end)
        found.append(Interval(start, end))
        start = end
    return found
