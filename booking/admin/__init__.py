"""The front desk: the diary, its patients and its rules, in Django admin.

Rows of appointments are never edited here: every change is a command of `booking.scheduling`.
"""

from django.contrib import admin

from booking.admin import (
    appointments,
    calendar_feeds,
    catalogue,
    courses,
    hours,
    house_rules,
    messages,
    patients,
    waiting,
)

__all__ = [
    "appointments",
    "calendar_feeds",
    "catalogue",
    "courses",
    "hours",
    "house_rules",
    "messages",
    "patients",
    "waiting",
]

admin.site.index_title = "Front desk and website"
