"""The desk's pages that belong to no row: reports, and the day on paper."""

from django.contrib import admin
from django.urls import path

from booking.admin import day_sheet, reports

page = admin.site.admin_view

urlpatterns = [
    path("reports/", page(reports.overview), name="desk_reports"),
    path("reports/<slug:slug>/", page(reports.report), name="desk_report"),
    path("diary/sheet/", page(day_sheet.sheet), name="desk_day_sheet"),
]
