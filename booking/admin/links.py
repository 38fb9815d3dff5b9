"""The secret links to a visit: how many work, making them useless, sending a new one."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect

from booking import scheduling, visit_links
from booking.admin.foundation import author
from booking.admin.wording import page_of
from booking.models import STANDING_STATES, Appointment

REVOKE, SEND = "revoke", "send"
REVOKED = "Stopped all links to the visit."
SENT = "Sent a new link to the visit."


def links_in_words(visit: Appointment, *, now: datetime) -> str:
    live = visit_links.around(visit).filter(revoked_at=None, expires_at__gt=now).count()
    if live == 0:
        return "None works"
    return "1 works" if live == 1 else f"{live} work"


def may_send(visit: Appointment) -> bool:
    """Whether a letter with a link can go to somebody."""
    return bool(
        visit.state in STANDING_STATES and visit.patient and visit.patient.correspondent.email
    )


def change_links(request: HttpRequest, visit: Appointment, *, now: datetime) -> HttpResponse:
    """Answer one of the two buttons, and keep who pressed it in the log of the admin."""
    wish = request.POST.get("wish")
    if wish == REVOKE:
        count = scheduling.revoke_links(appointment=visit, now=now)
        _log(request, visit, REVOKED)
        messages.success(request, f"{count} link{'' if count == 1 else 's'} stopped.")
    elif wish != SEND:
        return HttpResponseBadRequest("Press one of the buttons on the page of the visit.")
    elif may_send(visit) and scheduling.send_new_link(visit, now=now):
        _log(request, visit, SENT)
        messages.success(request, "A letter with a new link is on its way.")
    else:
        messages.error(request, "There is no e-mail address to send a link to, or nothing to see.")
    return HttpResponseRedirect(page_of(visit))


def _log(request: HttpRequest, visit: Appointment, sentence: str) -> None:
    LogEntry.objects.log_actions(
        user_id=author(request).pk,
        queryset=Appointment.objects.filter(pk=visit.pk),
        action_flag=CHANGE,
        change_message=sentence,
        single_object=True,
    )
