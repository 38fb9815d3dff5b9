"""The front desk: the diary, its patients and its rules, in Django admin.

Rows of appointments are never edited here: every change is a command of `booking.scheduling`.
"""

from django.contrib import admin

from booking.admin import appointments, catalogue, hours, messages, patients

__all__ = ["appointments", "catalogue", "hours", "messages", "patients"]

admin.site.index_title = "Front desk and website"
