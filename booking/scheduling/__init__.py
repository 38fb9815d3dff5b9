"""The only writers of the diary.

Each command locks, looks again, compares the state it expects, and writes the appointment, its
event and the letters that follow in one transaction. `by` is the member of staff, or None for the
patient; `now` is the caller's clock, an aware datetime.
"""

from booking.diary_lock import DiaryBusy, SlotTaken
from booking.scheduling.attendance import arrive, complete, left_unseen, no_show, undo
from booking.scheduling.holds import HoldGone, extend, hold, release
from booking.scheduling.ledger import WrongState
from booking.scheduling.visits import (
    Details,
    MayNotOverbook,
    NotOffered,
    TooLate,
    book,
    book_for_caller,
    cancel,
)

__all__ = [
    "Details",
    "DiaryBusy",
    "HoldGone",
    "MayNotOverbook",
    "NotOffered",
    "SlotTaken",
    "TooLate",
    "WrongState",
    "arrive",
    "book",
    "book_for_caller",
    "cancel",
    "complete",
    "extend",
    "hold",
    "left_unseen",
    "no_show",
    "release",
    "undo",
]
