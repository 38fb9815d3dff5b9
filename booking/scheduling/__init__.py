"""The only writers of the diary.

Each command locks, looks again, compares the state it expects, and writes the appointment, its
event and the letters that follow in one transaction. `by` is the member of staff, or None for the
patient; `now` is the caller's clock, an aware datetime.

The commands of `contacts` do not change who comes when, only letters and links, and the number that
was left for a visit when the one on file is corrected: they lock no diary and leave no event.
"""

from booking.diary_lock import DiaryBusy, SlotTaken
from booking.scheduling.attendance import arrive, complete, left_unseen, no_show, undo
from booking.scheduling.contacts import (
    contact_changed,
    forget_found_visits,
    owe_found_visits,
    phone_corrected,
    renew_reminders,
    revoke_links,
    send_new_link,
)
from booking.scheduling.correspondence import TAKE_BACK_WITHIN
from booking.scheduling.courses import (
    NotACourse,
    accept_course,
    decline_course,
    lapse_courses,
    propose,
)
from booking.scheduling.firmness import confirm_attendance, prove_address
from booking.scheduling.holds import HeldLongEnough, HoldGone, extend, hold, release, sweep
from booking.scheduling.ledger import WrongState, how_it_stands
from booking.scheduling.merging import (
    UNDO_MERGE_WITHIN,
    CannotMerge,
    CannotUndoMerge,
    MergePlan,
    merge,
    plan_merge,
    undo_merge,
)
from booking.scheduling.moves import move, openings_for
from booking.scheduling.offer_answers import OfferGone, accept_offer, decline_offer
from booking.scheduling.offers import lapse_offers, offer_freed_times
from booking.scheduling.rearranging import (
    NobodyToWriteTo,
    let_choose,
    note_to_phone,
    offer_instead,
)
from booking.scheduling.reviews import approve, ask_to_phone, decline
from booking.scheduling.rules import (
    MayNotOverbook,
    NotOffered,
    PleasePhone,
    TooLate,
    is_in_time,
)
from booking.scheduling.taking_back import NothingToTakeBack, last_own_change, take_back
from booking.scheduling.visits import (
    AnswersGone,
    Details,
    book,
    book_for_caller,
    cancel,
)
from booking.scheduling.waiting import (
    ListFull,
    Wish,
    end_wishes,
    join_list,
    leave_list,
    wish_for_earlier,
)

__all__ = [
    "TAKE_BACK_WITHIN",
    "UNDO_MERGE_WITHIN",
    "AnswersGone",
    "CannotMerge",
    "CannotUndoMerge",
    "Details",
    "DiaryBusy",
    "HeldLongEnough",
    "HoldGone",
    "ListFull",
    "MayNotOverbook",
    "MergePlan",
    "NobodyToWriteTo",
    "NotACourse",
    "NotOffered",
    "NothingToTakeBack",
    "OfferGone",
    "PleasePhone",
    "SlotTaken",
    "TooLate",
    "Wish",
    "WrongState",
    "accept_course",
    "accept_offer",
    "approve",
    "arrive",
    "ask_to_phone",
    "book",
    "book_for_caller",
    "cancel",
    "complete",
    "confirm_attendance",
    "contact_changed",
    "decline",
    "decline_course",
    "decline_offer",
    "end_wishes",
    "extend",
    "forget_found_visits",
    "hold",
    "how_it_stands",
    "is_in_time",
    "join_list",
    "lapse_courses",
    "lapse_offers",
    "last_own_change",
    "leave_list",
    "left_unseen",
    "let_choose",
    "merge",
    "move",
    "no_show",
    "note_to_phone",
    "offer_freed_times",
    "offer_instead",
    "openings_for",
    "owe_found_visits",
    "phone_corrected",
    "plan_merge",
    "propose",
    "prove_address",
    "release",
    "renew_reminders",
    "revoke_links",
    "send_new_link",
    "sweep",
    "take_back",
    "undo",
    "undo_merge",
    "wish_for_earlier",
]
