"""The only writers of the diary.

Each command locks, looks again, compares the state it expects, and writes the appointment, its
event and the letters that follow in one transaction. `by` is the member of staff, or None for the
patient; `now` is the caller's clock, an aware datetime.
"""

from booking.diary_lock import DiaryBusy, SlotTaken
from booking.scheduling.attendance import arrive, complete, left_unseen, no_show, undo
from booking.scheduling.correspondence import TAKE_BACK_WITHIN
from booking.scheduling.firmness import confirm_attendance, prove_address
from booking.scheduling.holds import HoldGone, extend, hold, release
from booking.scheduling.ledger import WrongState
from booking.scheduling.moves import (
    NothingToTakeBack,
    last_own_change,
    move,
    openings_for,
    take_back,
)
from booking.scheduling.reviews import approve, ask_to_phone, decline
from booking.scheduling.rules import MayNotOverbook, NotOffered, TooLate
from booking.scheduling.visits import Details, book, book_for_caller, cancel

__all__ = [
    "TAKE_BACK_WITHIN",
    "Details",
    "DiaryBusy",
    "HoldGone",
    "MayNotOverbook",
    "NotOffered",
    "NothingToTakeBack",
    "SlotTaken",
    "TooLate",
    "WrongState",
    "approve",
    "arrive",
    "ask_to_phone",
    "book",
    "book_for_caller",
    "cancel",
    "complete",
    "confirm_attendance",
    "decline",
    "extend",
    "hold",
    "last_own_change",
    "left_unseen",
    "move",
    "no_show",
    "openings_for",
    "prove_address",
    "release",
    "take_back",
    "undo",
]
