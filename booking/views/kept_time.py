"""The time that is kept while somebody fills in a form: keep it longer, or choose another one.

The forms of the booking have both buttons themselves, so that pressing one loses nothing of what
stands in the form.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from booking import scheduling
from booking.models import Appointment
from booking.views import journey
from booking.views.answers import busy, no_hold, see_other

EXTEND, RELEASE = "extend", "release"
# What a page says of the wish for more time, as its templates call it.
KEPT, AT_MOST = "kept", "at most"

Page = Callable[[Appointment, str], HttpResponse]


def answer_to(request: HttpRequest, hold: Appointment | None, *, show: Page) -> HttpResponse | None:
    """What follows if one of the two buttons was pressed; `show` is the page that had them."""
    if RELEASE in request.POST:
        return release(request)
    return extend(request, hold, show) if EXTEND in request.POST else None


def extend(request: HttpRequest, hold: Appointment | None, show: Page) -> HttpResponse:
    if hold is None:
        return no_hold(request)
    visitor = journey.visitor_key(request)
    try:
        extended = scheduling.extend(appointment=hold, visitor=visitor, now=timezone.now())
    except scheduling.HoldGone:
        return no_hold(request)
    except scheduling.HeldLongEnough:
        page = show(hold, AT_MOST)
        page.status_code = HTTPStatus.CONFLICT
        return page
    except scheduling.DiaryBusy:
        return busy(request)
    return show(extended, KEPT)


def release(request: HttpRequest) -> HttpResponse:
    """Back to the times; what was typed stays."""
    wish = journey.wanted(request)
    try:
        scheduling.release(visitor=journey.visitor_key(request), now=timezone.now())
    except scheduling.DiaryBusy:
        return busy(request)
    journey.forget_hold(request)
    return see_other(wish.times_url if wish else "book")


@require_POST
def release_hold(request: HttpRequest) -> HttpResponse:
    return release(request)
