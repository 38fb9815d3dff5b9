"""Browsers that came by a link of a letter."""

import re
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.test import Client

from booking import visit_links
from booking.models import Appointment, Course, SlotOffer, WaitingEntry
from booking.views.visitor_rights import SHOWN, name_of
from booking.visit_links import AFTER_THE_VISIT
from tests.cast import NOW, TUESDAY, Cast
from tests.factories import local


def link_to(thing: Any, *, now: datetime = NOW, expires_at: datetime | None = None) -> str:
    """The address that a letter about `thing` has."""
    if expires_at is None:
        expires_at = thing.ends_at + AFTER_THE_VISIT
    return f"/v/{visit_links.issue(thing, expires_at=expires_at, now=now)}"


def browser_with(visit: Appointment, *, now: datetime = NOW) -> Client:
    """A browser in which the link to the visit has been opened."""
    browser = Client()
    answer = browser.get(link_to(visit, now=now))
    assert (answer.status_code, answer["Location"]) == (303, "/visit/")
    return browser


def shows(thing: visit_links.Opened) -> dict[str, str]:
    """What every form on the page of `thing` sends."""
    return {SHOWN: name_of(thing)}


def hidden_in(page: HttpResponse) -> dict[str, str]:
    """What the forms of a page send without being asked, but for the token."""
    field = r'<input type="hidden" name="(?!csrf)(\w+)" value="([^"]*)">'
    return dict(re.findall(field, page.content.decode()))


def other_things_of(visit: Appointment, cast: Cast) -> tuple[WaitingEntry, SlotOffer, Course]:
    """A place on the list for the visit's patient, an open offer, and a proposed course."""
    assert visit.patient
    until = local(TUESDAY, "9:00")
    whereabouts: dict[str, Any] = {"practitioner": cast.priya, "location": cast.riverside}
    entry = WaitingEntry.objects.create(
        patient=visit.patient, service=cast.first_visit, until=TUESDAY, created_at=NOW
    )
    offer = SlotOffer.objects.create(
        entry=entry,
        starts_at=local(TUESDAY, "13:00"),
        offered_at=NOW,
        expires_at=until,
        **whereabouts,
    )
    course = Course.objects.create(
        patient=visit.patient,
        service=cast.first_visit,
        sessions=2,
        proposed_by=cast.dina,
        proposed_at=NOW,
        answer_by=until,
        **whereabouts,
    )
    return entry, offer, course
