"""How many times one network may keep at once and in an hour, so that nobody can hold them all."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from booking.models import Appointment, State
from clinic_site.attempts import hash_of, within_limit
from clinic_site.visitor_address import network_of

HELD_AT_MOST = 3
TAKEN_AT_MOST, TAKEN_WITHIN = 30, timedelta(hours=1)
MARK_LENGTH = 16

HELD = (
    "You, or others on your network, keep several times already. Finish one of these bookings, or "
    "try again in 10 minutes."
)
TAKEN = "Too many times were chosen from your network. Please try again in an hour."


def mark_of(request: HttpRequest) -> str:
    """What the keys of visitors from one network begin with: a keyed hash that changes every day,
    so that no row tells where somebody came from."""
    return hash_of(f"{timezone.localdate()} {network_of(request)}")[:MARK_LENGTH]


def counts_here(request: HttpRequest, visitor: str) -> bool:
    """Whether what this visitor holds counts for the network they come from, and today."""
    return visitor.startswith(f"{mark_of(request)}.")


def refusal(request: HttpRequest, *, visitor: str, now: datetime) -> str:
    """Why this visitor may not keep another time; "" if they may."""
    if not settings.ATTEMPT_LIMITS_ON:
        return ""
    held = Appointment.objects.filter(
        state=State.HELD, held_by__startswith=f"{mark_of(request)}.", hold_expires_at__gt=now
    )
    # Their own is given back when they take another one.
    if held.exclude(held_by=visitor).count() >= HELD_AT_MOST:
        return HELD
    key = f"hold from {network_of(request)}"
    return "" if within_limit(key, at_most=TAKEN_AT_MOST, per=TAKEN_WITHIN, now=now) else TAKEN
