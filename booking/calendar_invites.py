"""Calendar files: iCalendar text (RFC 5545) from plain values.

A shared calendar shows to others what it holds, so the file says when and where and nothing about
why: the title is always "Appointment", and there are no alarms and no attendees.

It is published, not sent as a request: a request asks the patient to accept or decline, and the
mail program posts that answer to an address where nobody would act on it. A cancellation repeats
the UID with a higher SEQUENCE, by which calendars find what they have to take out.

Times are in UTC. A visit is one instant, so no time zone's rules need to travel with it, and a
calendar shows it on its reader's own clock on either side of a change of the clocks.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

from icalendar import Calendar, Event, vCalAddress


@dataclass(frozen=True)
class Invite:
    """What a calendar needs to know of a visit; `stamp` is when this version of it was made."""

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    address: str
    clinic_name: str
    clinic_phone: str
    clinic_email: str
    cancelled: bool
    stamp: datetime

    @property
    def method(self) -> str:
        return "CANCEL" if self.cancelled else "PUBLISH"


def calendar_text(*invites: Invite) -> str:
    """The calendar file of one visit, or of several that are all booked or all cancelled.

    Each value stays one value, whatever characters it holds.
    """
    (method,) = {invite.method for invite in invites}
    calendar = Calendar()
    calendar.add("prodid", "-//Clinic website//Appointments//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    for invite in invites:
        calendar.add_component(_event(invite))
    text: str = calendar.to_ical().decode()
    return text


def _event(invite: Invite) -> Event:
    event = Event()
    event.add("uid", one_line(invite.uid))
    event.add("sequence", invite.sequence)
    event.add("dtstamp", invite.stamp.astimezone(UTC))
    event.add("dtstart", invite.starts_at.astimezone(UTC))
    event.add("dtend", invite.ends_at.astimezone(UTC))
    event.add("summary", "Appointment")
    event.add("location", one_line(invite.address))
    event.add("description", f"{_reason_to_phone(invite)}, phone {one_line(invite.clinic_phone)}.")
    event.add("organizer", _organizer(invite))
    event.add("status", "CANCELLED" if invite.cancelled else "CONFIRMED")
    # Whoever may look into the patient's calendar sees that they are busy, no more.
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT" if invite.cancelled else "OPAQUE")
    return event


def _reason_to_phone(invite: Invite) -> str:
    return "For another time" if invite.cancelled else "To change or cancel"


def _organizer(invite: Invite) -> vCalAddress:
    organizer = vCalAddress(f"mailto:{quote(one_line(invite.clinic_email), safe='@+')}")
    organizer.params["CN"] = one_line(invite.clinic_name)
    return organizer


def one_line(text: str) -> str:
    """`text` without line breaks of any kind and without control characters.

    The library escapes CR and LF but lets the others through, and some programs end a line at them.
    """
    words = " ".join(text.split())
    return "".join(char for char in words if unicodedata.category(char) != "Cc")
