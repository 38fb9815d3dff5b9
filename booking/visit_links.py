"""Secret links: a token that only its reader has, and its hash in the database.

A token is 256 bits of chance. It stands in a letter and nowhere else: whoever copies the database
cannot open a single link, and whoever holds a link can open that one thing only.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from booking.models import Appointment, Course, SlotOffer, VisitLink, WaitingEntry

AFTER_THE_VISIT = timedelta(hours=24)

Opened = Appointment | SlotOffer | WaitingEntry | Course


def new_token() -> str:
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def issue(thing: Opened, *, expires_at: datetime, now: datetime) -> str:
    """A new link to `thing`, as the token to put into a letter; older ones go on working."""
    token = new_token()
    VisitLink.objects.create(
        **{_field_of(thing): thing},
        token_hash=hash_of(token),
        created_at=now,
        expires_at=expires_at,
    )
    return token


def find(token: str, *, now: datetime) -> VisitLink | None:
    """The live link that this token opens; None for a wrong, an ended and a revoked one alike."""
    return still_open(VisitLink.objects.filter(token_hash=hash_of(token)).first(), now=now)


def still_open(link: VisitLink | None, *, now: datetime) -> VisitLink | None:
    """`link`, if it is neither revoked nor at its end."""
    if link is None or link.revoked_at is not None or link.expires_at <= now:
        return None
    return link


def revoke(thing: Opened, *, now: datetime) -> int:
    """Make every link to `thing` useless; how many there were."""
    live = VisitLink.objects.filter(**{_field_of(thing): thing}, revoked_at__isnull=True)
    return live.update(revoked_at=now)


def around(visit: Appointment) -> QuerySet[VisitLink]:
    """Every link that leads to the visit: its own, and those to its place on the earlier-slot list,
    to what was offered for that, and to its course."""
    entries = WaitingEntry.objects.filter(Q(appointment=visit) | Q(offers__place=visit))
    return VisitLink.objects.filter(
        Q(appointment=visit)
        | Q(waiting_entry__in=entries)
        | Q(offer__entry__in=entries)
        | Q(course__in=Course.objects.filter(appointments=visit))
    )


def _field_of(thing: Opened) -> str:
    match thing:
        case Appointment():
            return "appointment"
        case SlotOffer():
            return "offer"
        case WaitingEntry():
            return "waiting_entry"
        case Course():
            return "course"
