"""What a clinic allows: how soon, how far ahead, how close together, until when to cancel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from booking.intervals import Interval


class Refusal(Enum):
    """Why a time cannot be booked; the value is what staff read."""

    PAST = "it lies in the past"
    TOO_SOON = "it is closer than the notice this service asks for"
    TOO_FAR = "it is further ahead than this service can be booked"
    NOT_WORKING = "the practitioner does not work there then"
    CLOSED = "it falls into a closure"
    BETWEEN_STARTS = "visits of this service do not start at this minute"
    PRACTITIONER_BUSY = "the practitioner has another visit or its buffer then"
    ROOMS_TAKEN = "every room of the location is taken then"


@dataclass(frozen=True)
class BookingPolicy:
    notice: timedelta
    horizon: timedelta
    start_every: timedelta
    buffer_before: timedelta = timedelta()
    buffer_after: timedelta = timedelta()

    def refusal(self, start: datetime, *, now: datetime) -> Refusal | None:
        """Why a visit may not start at `start` as seen at `now`, whoever is free; else None."""
        if start <= now:
            return Refusal.PAST
        if start < now + self.notice:
            return Refusal.TOO_SOON
        if start > now + self.horizon:
            return Refusal.TOO_FAR
        return None

    def block(self, visit: Interval) -> Interval:
        """The time nobody else can have: the visit with its buffers."""
        return visit.widened(before=self.buffer_before, after=self.buffer_after)


def patient_may_change(starts_at: datetime, *, cutoff: timedelta, now: datetime) -> bool:
    """Whether the patient may still change the visit; the last moment is `cutoff` before it."""
    return now <= starts_at - cutoff
