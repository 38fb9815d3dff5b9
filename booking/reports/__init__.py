"""Figures about the clinic over a stretch of days: read-only, and never about one patient.

Each module counts in the database and hands out plain values. The pictures are drawn in
`booking.admin.report_sections` and `report_waits`; the words that say what was counted stand in
templates/admin/reports/counted/, a file for each report.
"""

from booking.reports.attendance import Attendance, attendance
from booking.reports.bookings import LEAD_TIMES, Bookings, bookings
from booking.reports.next_free import HORIZON, NextFree, next_free
from booking.reports.stretch import Stretch
from booking.reports.utilisation import Load, Utilisation, utilisation
from booking.reports.waiting import WaitingList, waiting

__all__ = [
    "HORIZON",
    "LEAD_TIMES",
    "Attendance",
    "Bookings",
    "Load",
    "NextFree",
    "Stretch",
    "Utilisation",
    "WaitingList",
    "attendance",
    "bookings",
    "next_free",
    "utilisation",
    "waiting",
]
