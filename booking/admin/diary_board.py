"""The diary board: a day by practitioner, room or location, or a week of one practitioner.

The board is a page. Where scripts run, it asks every twenty seconds which columns have changed
and gets those alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from booking import scheduling
from booking.admin.diary_columns import ShownColumn, drawn, shown
from booking.admin.diary_forms import BoardForm
from booking.admin.wording import BESIDE_ANOTHER, STATE_ICONS, WARNING
from booking.board_layout import Span
from booking.day_board import By, Column, day_board, week_board
from booking.day_rows import Team, read_team
from booking.diary import ANYONE
from booking.models import Appointment, State
from booking.openings import Openings
from clinic_site.local_time import clinic_zone, clock, local_day
from content.models import Practitioner

SEE = "booking.view_appointment"
RUN_THE_DAY = "booking.run_the_day"
ONE_DAY, ONE_WEEK = timedelta(days=1), timedelta(days=7)
LEGEND = (
    State.NEEDS_REVIEW,
    State.BOOKED,
    State.ARRIVED,
    State.COMPLETED,
    State.NO_SHOW,
    State.LEFT_UNSEEN,
    State.UNPROVED,
    State.HELD,
)


@dataclass(frozen=True)
class Asked:
    """What the board is asked to show, as its address says it."""

    day: date
    today: date
    team: Team
    form: BoardForm
    moving: Appointment | None

    @property
    def week_of(self) -> Practitioner | None:
        chosen: Practitioner | None = self.form.cleaned_data.get("week_of")
        return chosen

    @property
    def first(self) -> date:
        return self.day - timedelta(days=self.day.weekday()) if self.week_of else self.day

    @property
    def heading(self) -> str:
        first = self.first
        written = f"{first:%A} {first.day} {first:%B %Y}"
        if self.week_of:
            return f"{self.week_of.name}, week of {written}"
        return f"Today, {written}" if first == self.today else written

    def address(self, **changed: str) -> str:
        known = {name: self.form.data.get(name, "") for name in BoardForm.base_fields}
        known |= {"day": self.first.isoformat()}
        known |= {"moving": str(self.moving.pk)} if self.moving else {}
        known |= changed
        return "?" + urlencode({name: value for name, value in known.items() if value})

    def ways(self) -> list[tuple[str, str, bool]]:
        """The days or weeks around: the word, the address, and whether it is shown."""
        step, unit = (ONE_WEEK, "week") if self.week_of else (ONE_DAY, "day")
        before, after = (self.first - step).isoformat(), (self.first + step).isoformat()
        is_now = self.first <= self.today < self.first + step
        today = self.today.isoformat()
        return [
            (f"{unit.capitalize()} before", self.address(day=before), False),
            ("Today" if unit == "day" else "This week", self.address(day=today), is_now),
            (f"{unit.capitalize()} after", self.address(day=after), False),
        ]


@require_safe
def board_page(request: HttpRequest) -> HttpResponse:
    expect_permission(request, SEE)
    asked = read_asked(request)
    if asked is None:
        return _not_understood(request)
    now = timezone.now()
    columns = columns_of(asked, now=now, login=request.user.pk)
    shown_columns = _shown(asked, columns, now=now)
    context = {
        **page_context(request),
        **shown_columns,
        "drawn": _drawn(columns, shown_columns["now"], request, changed=False),
        "title": f"Diary: {asked.heading}",
        "asked": asked,
        "form": asked.form,
        "icons": _icons(),
        "legend": [(str(state).replace("_", "-"), state.label) for state in LEGEND],
    }
    return TemplateResponse(request, "admin/diary/board.html", context)


@require_safe
def changed_columns(request: HttpRequest) -> HttpResponse:
    """The columns whose fingerprints differ from those that were `seen`, and the time."""
    expect_permission(request, SEE)
    asked = read_asked(request)
    if asked is None:
        return _not_understood(request)
    now = timezone.now()
    columns = columns_of(asked, now=now, login=request.user.pk)
    shown_columns = _shown(asked, columns, now=now)
    seen = dict(each.split(".", 1) for each in request.GET.getlist("seen") if "." in each)
    every: list[ShownColumn] = shown_columns["columns"]
    changed = [each for each in every if seen.get(each.key) != each.fingerprint]
    context = {
        **shown_columns,
        "changed": changed,
        "drawn": _drawn(changed, shown_columns["now"], request, changed=True),
        "asked": asked,
    }
    # Somebody begins or stops working that day: no column can say so, the whole board has to.
    whole = {"HX-Refresh": "true"} if seen and seen.keys() != {each.key for each in every} else {}
    return TemplateResponse(request, "admin/diary/_changed.html", context, headers=whole)


def read_asked(request: HttpRequest) -> Asked | None:
    """None if the address asks for something that is not there."""
    today = local_day(timezone.now(), clinic_zone())
    given = request.GET.copy()
    if not given.get("day"):
        given["day"] = today.isoformat()
    team = read_team()
    form = BoardForm(given, team=team)
    if not form.is_valid():
        return None
    moving = None
    if "moving" in request.GET:
        pk = request.GET["moving"]
        if not (pk.isascii() and pk.isdigit() and len(pk) < 19):
            return None
        moving = Appointment.objects.with_everybody().visits().filter(pk=pk).first()
        if moving is None:
            return None
    return Asked(form.cleaned_data["day"], today, team, form, moving)


def columns_of(asked: Asked, *, now: datetime, login: int | None) -> list[ShownColumn]:
    """Whose login it is stands first."""
    openings = scheduling.openings_for(asked.moving, ANYONE, now=now) if asked.moving else None
    columns = _columns(asked, openings, now=now)
    columns.sort(key=lambda column: not _is_of_login(column, login))
    week = asked.week_of is not None
    return [shown(column, now=now, week=week, openings=openings) for column in columns]


def _columns(asked: Asked, openings: Openings | None, *, now: datetime) -> list[Column]:
    if asked.week_of:
        return week_board(asked.week_of, asked.first, asked.team, now=now)
    location = asked.form.cleaned_data["location"]
    by = By.PRACTITIONER if openings else asked.form.columns_by
    return day_board(asked.day, asked.team, by=by, now=now, location=location)


def _is_of_login(column: Column, login: int | None) -> bool:
    return column.owner.login is not None and column.owner.login == login


def _shown(asked: Asked, columns: list[ShownColumn], *, now: datetime) -> dict[str, Any]:
    scale = columns[0].scale if columns else None
    return {
        "columns": columns,
        "ruler": [(clock(hour), span) for hour, span in scale.hours()] if scale else [],
        "length": Span(0, scale.length) if scale else None,
        "now": _now_line(asked, columns, now=now),
        "as_of": now,
        "parameters": asked.address(),
    }


def _drawn(
    columns: list[ShownColumn], now: dict[str, Any] | None, request: HttpRequest, *, changed: bool
) -> list[SafeString]:
    may_book = request.user.has_perm(RUN_THE_DAY)
    return [drawn(column, now, may_book=may_book, changed=changed) for column in columns]


def _now_line(asked: Asked, columns: list[ShownColumn], *, now: datetime) -> dict[str, Any] | None:
    """Across the day's columns; in a week in the column of today alone."""
    for column in columns:
        if column.scale.shows(now):
            span = Span(column.scale.minute(now), 0)
            return {"span": span, "column": column.key if asked.week_of else "", "at": now}
    return None


def _icons() -> list[tuple[str, str]]:
    states = [(str(state).replace("_", "-"), STATE_ICONS[state]) for state in LEGEND]
    return [*states, ("overbooked", BESIDE_ANOTHER), ("closed", WARNING)]


def _not_understood(request: HttpRequest) -> HttpResponse:
    context = {
        **page_context(request),
        "title": "This day is not in the diary",
        "today": reverse("diary:board"),
    }
    return TemplateResponse(request, "admin/diary/not_there.html", context, status=400)


def page_context(request: HttpRequest) -> dict[str, Any]:
    """What admin's pages need, without the list of apps: these pages have no side bar, and the
    list would cost the board, asked for all day long, half its time."""
    return {
        "site_title": admin.site.site_title,
        "site_header": admin.site.site_header,
        "site_url": admin.site.site_url,
        "has_permission": admin.site.has_permission(request),
        "available_apps": [],
        "is_popup": False,
        "is_nav_sidebar_enabled": False,
    }


def expect_permission(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied
