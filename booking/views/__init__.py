from booking.views.calendar_feed import calendar_feed
from booking.views.changes import cancel, changed, undo
from booking.views.course import course
from booking.views.details import check, details, done
from booking.views.find_visit import find_visit, find_visit_sent
from booking.views.kept_time import release_hold
from booking.views.links import open_link
from booking.views.move import move, move_check
from booking.views.offer import slot_offer
from booking.views.safety import call_first, given_back, safety
from booking.views.times import services, times
from booking.views.visit import confirm_attendance, prove_address, visit, visit_calendar
from booking.views.waiting_list import waiting_entry, waiting_joined, waiting_list

__all__ = [
    "calendar_feed",
    "call_first",
    "cancel",
    "changed",
    "check",
    "confirm_attendance",
    "course",
    "details",
    "done",
    "find_visit",
    "find_visit_sent",
    "given_back",
    "move",
    "move_check",
    "open_link",
    "prove_address",
    "release_hold",
    "safety",
    "services",
    "slot_offer",
    "times",
    "undo",
    "visit",
    "visit_calendar",
    "waiting_entry",
    "waiting_joined",
    "waiting_list",
]
