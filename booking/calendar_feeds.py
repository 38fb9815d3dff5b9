"""A practitioner's own calendar, for the calendar program of their phone.

Its address is a secret that is shown once; the database keeps only its hash. Phones are lost and
calendars shared, so an entry says whom by initials, where and when, and nothing about why.
"""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Max
from icalendar import Calendar, Event

from booking import visit_links
from booking.calendar_invites import one_line
from booking.models import Appointment, CalendarFeed, State
from content.models import Practitioner

LOOKS_BACK = timedelta(weeks=4)
LOOKS_AHEAD = timedelta(days=183)
LISTED = (State.NEEDS_REVIEW, State.BOOKED, State.ARRIVED, State.COMPLETED)


def make(practitioner: Practitioner, *, by: User, now: datetime) -> str:
    """A new address for the practitioner's calendar, as its token; older ones go on working."""
    token = visit_links.new_token()
    CalendarFeed.objects.create(
        practitioner=practitioner,
        token_hash=visit_links.hash_of(token),
        created_at=now,
        created_by=by,
    )
    return token


def find(token: str) -> CalendarFeed | None:
    """The feed that this token opens: not a revoked one, nor of somebody who has left or may not
    sign in any more."""
    return (
        CalendarFeed.objects.select_related("practitioner")
        .filter(
            token_hash=visit_links.hash_of(token),
            revoked_at__isnull=True,
            practitioner__is_treating=True,
        )
        .exclude(practitioner__user__is_active=False)
        .first()
    )


def calendar_of(practitioner: Practitioner, *, now: datetime) -> str:
    """The practitioner's visits from four weeks back to six months ahead."""
    calendar = Calendar()
    calendar.add("prodid", "-//Clinic website//Practitioner//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", one_line(practitioner.name))
    visits = (
        practitioner.appointments.filter(
            state__in=LISTED,
            starts_at__gt=now - LOOKS_BACK,
            starts_at__lt=now + LOOKS_AHEAD,
        )
        .select_related("patient", "location", "room")
        .annotate(changed_at=Max("events__at"))
        .order_by("starts_at", "pk")
    )
    for visit in visits:
        changed_at: datetime = visit.changed_at  # type: ignore[attr-defined] # annotated above
        calendar.add_component(_event(visit, changed_at=changed_at))
    text: str = calendar.to_ical().decode()
    return text


def initials(name: str) -> str:
    """“A. L.” of Ana Maria Lopez: the first letters of the first and the last word."""
    letters = [
        next((each for each in word if unicodedata.category(each)[0] == "L"), "")
        for word in name.split()
    ]
    found = [letter.upper() for letter in letters if letter]
    return " ".join(f"{letter}." for letter in [*found[:1], *found[1:][-1:]]) or "Visit"


def _event(visit: Appointment, *, changed_at: datetime) -> Event:
    event = Event()
    event.add("uid", f"{visit.reference}@{settings.MAIL_DOMAIN}")
    event.add("sequence", visit.calendar_sequence)
    event.add("dtstamp", changed_at.astimezone(UTC))
    event.add("dtstart", visit.starts_at.astimezone(UTC))
    event.add("dtend", visit.ends_at.astimezone(UTC))
    event.add("summary", initials(visit.patient.name if visit.patient else ""))
    event.add("location", one_line(f"{visit.room.name}, {visit.location.name}"))
    event.add("status", "TENTATIVE" if visit.state == State.NEEDS_REVIEW else "CONFIRMED")
    event.add("class", "PRIVATE")
    return event
