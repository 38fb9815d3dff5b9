"""What a visitor may see and change because they came by a link that we sent.

The session keeps which links were used, and every page looks them up again: once a link is
revoked or at its end, the session has lost the right as well.
"""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.crypto import salted_hmac

from booking import visit_links
from booking.models import (
    Appointment,
    AppointmentEvent,
    Course,
    EventKind,
    SlotOffer,
    State,
    VisitLink,
    WaitingEntry,
)

LINKS = "links"
VISIT, OFFER, WAITING, COURSE = "appointment", "offer", "waiting_entry", "course"
# The field of a form that names what its page shows.
SHOWN = "shown"


def kind_of(link: VisitLink) -> str:
    """What the link opens, by the name of its column."""
    return next(kind for kind in (VISIT, OFFER, WAITING, COURSE) if getattr(link, f"{kind}_id"))


def grant(request: HttpRequest, link: VisitLink) -> None:
    """Let this session see and change what the link opens."""
    # A session's key that somebody planted before must not share in the right.
    request.session.cycle_key()
    _keep(request, link)


def grant_anew(
    request: HttpRequest, visit: Appointment, *, expires_at: datetime, now: datetime
) -> None:
    """The visit's links ended when it was changed here just now: this session keeps its right,
    by a link whose token nobody knows."""
    token = visit_links.issue(visit, expires_at=expires_at, now=now)
    _keep(request, VisitLink.objects.get(token_hash=visit_links.hash_of(token)))


def linked_visit(request: HttpRequest) -> Appointment | None:
    """The visit that this visitor has a live link to."""
    link = _live(request, VISIT)
    if link is None or link.appointment_id is None:
        return None
    visits = Appointment.objects.with_everybody().exclude(state=State.HELD)
    return visits.filter(pk=link.appointment_id).first()


def linked_offer(request: HttpRequest) -> SlotOffer | None:
    """The offer of an earlier time that this visitor has a live link to."""
    link = _live(request, OFFER)
    return link.offer if link else None


def ended_offer(request: HttpRequest) -> SlotOffer | None:
    """The offer that this visitor had a link to until its time was over: they are told that."""
    link = _kept(request, OFFER)
    return link.offer if link and link.revoked_at is None else None


def linked_entry(request: HttpRequest) -> WaitingEntry | None:
    """The place on the earlier-slot list that this visitor has a live link to."""
    link = _live(request, WAITING)
    return link.waiting_entry if link else None


def linked_course(request: HttpRequest) -> Course | None:
    """The proposed sessions that this visitor has a live link to."""
    link = _live(request, COURSE)
    return link.course if link else None


def changed_here(request: HttpRequest) -> bool:
    """Whether the visit's link ended by a change that the patient made through it: a button that
    was pressed twice comes too late for the old link and too early for the new one."""
    link = _kept(request, VISIT)
    return (
        link is not None
        and link.revoked_at is not None
        and AppointmentEvent.objects.filter(
            appointment=link.appointment_id,
            at=link.revoked_at,
            author=AppointmentEvent.Author.PATIENT,
            kind__in=[EventKind.MOVED, EventKind.CANCELLED],
        ).exists()
    )


def name_of(thing: visit_links.Opened) -> str:
    """What a form calls the thing that its page shows: a visit by its reference, which stands on
    the page as well; whatever has none by a digest, which tells nobody how many there are."""
    if isinstance(thing, Appointment):
        return thing.reference
    return salted_hmac(SHOWN, f"{type(thing).__name__} {thing.pk}").hexdigest()[:16]


def shows_another(request: HttpRequest, thing: visit_links.Opened) -> bool:
    """Whether a form was sent whose page does not show `thing`: a session keeps one link of each
    kind, and another one was opened since, in another tab. A button must not change what its
    reader did not see."""
    return request.method == "POST" and request.POST.get(SHOWN) != name_of(thing)


def no_link(request: HttpRequest) -> HttpResponse:
    """404 that says how to get another link; the same whatever is wrong with this one."""
    return render(request, "booking/no_link.html", status=404)


def _keep(request: HttpRequest, link: VisitLink) -> None:
    request.session[LINKS] = {**request.session.get(LINKS, {}), kind_of(link): link.pk}


def _kept(request: HttpRequest, kind: str) -> VisitLink | None:
    pk = request.session.get(LINKS, {}).get(kind)
    return VisitLink.objects.filter(pk=pk).first() if pk else None


def _live(request: HttpRequest, kind: str) -> VisitLink | None:
    return visit_links.still_open(_kept(request, kind), now=timezone.now())
