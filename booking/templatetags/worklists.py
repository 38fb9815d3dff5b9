"""The worklists on admin's front page, each for those who may work on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import template
from django.urls import reverse
from django.utils import timezone

from booking import worklists
from booking.worklists import Waiting

register = template.Library()


@dataclass(frozen=True)
class Worklist:
    """A heading, who may see it, what waits, and where to work on it (a page's name and query)."""

    name: str
    permission: str
    waiting: Callable[[datetime], Waiting]
    page: str
    query: str = ""


WORKLISTS = (
    Worklist(
        "Answers to look at",
        "booking.decide_on_answers",
        lambda now: worklists.to_review(now=now),
        "booking_appointment_changelist",
        "?state__exact=needs_review&day=all",
    ),
    Worklist(
        "Visits in a closure",
        "booking.run_the_day",
        lambda now: worklists.absences_open(now=now),
        "booking_closure_changelist",
    ),
    Worklist(
        "Visits that nobody can give",
        "booking.run_the_day",
        lambda now: worklists.given_by_nobody(now=now),
        "booking_appointment_changelist",
        "?day=all&given=nobody",
    ),
    Worklist(
        "Not reached: please phone",
        "booking.run_the_day",
        lambda _now: worklists.not_reached(),
        "booking_message_changelist",
        "?reached=no",
    ),
    Worklist(
        "Offers running",
        "booking.view_slotoffer",
        lambda now: worklists.offers_running(now=now),
        "booking_waitingentry_changelist",
    ),
    Worklist(
        "On the list, by phone only",
        "booking.change_waitingentry",
        lambda _now: worklists.waiting_by_phone(),
        "booking_waitingentry_changelist",
    ),
    Worklist(
        "Not confirmed for tomorrow",
        "booking.run_the_day",
        lambda now: worklists.unconfirmed_tomorrow(now=now),
        "booking_appointment_changelist",
        "?day=tomorrow&confirmed=no",
    ),
    Worklist(
        "Questions from readers",
        "content.change_readerquestion",
        lambda _now: worklists.questions_from_readers(),
        "content_readerquestion_changelist",
    ),
    Worklist(
        "Reviews overdue",
        "content.change_article",
        lambda now: worklists.texts_overdue(now=now),
        "content_article_changelist",
        "?state=overdue",
    ),
)


@register.inclusion_tag("admin/worklists.html", takes_context=True)
def desk_worklists(context: dict[str, Any]) -> dict[str, Any]:
    """The lists of whoever is signed in, with counts and the age of the oldest."""
    return {"worklists": list(_of(context["user"], now=timezone.now()))}


def _of(user: Any, *, now: datetime) -> Iterator[dict[str, Any]]:
    for each in WORKLISTS:
        if user.has_perm(each.permission):
            waiting = each.waiting(now)
            yield {
                "name": each.name,
                "count": waiting.count,
                "first": waiting.first_at,
                "age": age(now - waiting.since) if waiting.since and waiting.count else "",
                "address": reverse(f"admin:{each.page}") + each.query,
            }


def age(since: timedelta) -> str:
    """3 days, 2 hours, 5 minutes: the largest unit is enough."""
    for seconds, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if count := int(since.total_seconds()) // seconds:
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return "less than a minute"
