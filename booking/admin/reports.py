"""Reports for those who run the clinic: each with a picture, its table, and what was counted."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from booking.admin.report_forms import StretchForm
from booking.admin.report_sections import draw_attendance, draw_bookings, draw_utilisation
from booking.admin.report_tables import Report
from booking.admin.report_waits import draw_next_free, draw_waiting
from booking.reports import HORIZON
from clinic_site.local_time import clinic_zone, local_day

REPORTS = {
    report.slug: report
    for report in (
        Report(
            "utilisation",
            "Working time booked",
            "How much of each practitioner’s working time is booked, and on which weekdays?",
            draw_utilisation,
        ),
        Report(
            "bookings",
            "Bookings",
            "Through which door do visits come, and how long before?",
            draw_bookings,
        ),
        Report(
            "attendance",
            "Missed visits",
            "How many do not come or cancel late, with a reminder and without?",
            draw_attendance,
        ),
        Report(
            "next-free",
            "Next free time",
            "How long would a new patient have had to wait?",
            draw_next_free,
        ),
        Report(
            "waiting-list",
            "Waiting list",
            "How many who wait get a time, and what becomes of the offers?",
            draw_waiting,
        ),
    )
}

may_see = permission_required("booking.see_reports", raise_exception=True)


@require_safe
@may_see
def overview(request: HttpRequest) -> HttpResponse:
    return TemplateResponse(request, "admin/reports/overview.html", _context(request, "Reports"))


@require_safe
@may_see
def report(request: HttpRequest, slug: str) -> HttpResponse:
    if slug not in REPORTS:
        raise Http404
    shown = REPORTS[slug]
    form = StretchForm(request.GET, today=local_day(timezone.now(), clinic_zone()))
    context = _context(request, shown.name) | {"report": shown, "form": form}
    if form.is_valid():
        stretch = form.stretch
        context |= {"stretch": stretch, "sections": shown.draw(stretch), "horizon": HORIZON}
    status = 200 if form.is_valid() else 400
    return TemplateResponse(request, "admin/reports/report.html", context, status=status)


def _context(request: HttpRequest, title: str) -> dict[str, Any]:
    return {
        **admin.site.each_context(request),
        # Pictures and tables need the width.
        "is_nav_sidebar_enabled": False,
        "title": title,
        "reports": REPORTS.values(),
        "asked": request.GET.urlencode(),
    }
