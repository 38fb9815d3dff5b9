"""What each kind of letter tells, as the names that its templates use."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from booking.letters.care_cards import care_cards, what_to_expect
from booking.letters.links import Links
from booking.letters.readers import sessions_of, visits_of_address
from booking.models import Message
from booking.models.desk import Rearrangement
from clinic_site.local_time import clinic_zone, weekday_and_date, zone_name
from content.models import Clinic

Kind = Message.Kind
Facts = dict[str, object]


def facts_of(message: Message, links: Links, clinic: Clinic) -> Facts:
    """Raises KeyError for a kind that nobody has heard of."""
    if message.kind == Kind.AFTERCARE:
        return _the_visit(message, links) | {
            "expect": what_to_expect(now=message.created_at),
            "cards": care_cards(clinic, now=message.created_at),
        }
    return FACTS[message.kind](message, links)


def _the_visit(message: Message, _links: Links) -> Facts:
    visit = message.appointment
    if visit is None or visit.patient is None:
        raise ValueError("This letter is about somebody's visit.")
    return {"visit": visit, "day": _day(visit.starts_at)}


def _the_visit_ahead(message: Message, links: Links) -> Facts:
    facts, visit = _the_visit(message, links), message.appointment
    if visit is None:
        raise ValueError("This letter is about somebody's visit.")
    notice_by = visit.starts_at - timedelta(hours=visit.cancel_cutoff_hours)
    # Of what is due later than it was written, the hour that it is due counts.
    ahead = notice_by > max(message.created_at, message.due_at)
    return facts | {"link": links.to(visit), "notice_by": notice_by if ahead else None}


def _offer(message: Message, links: Links) -> Facts:
    offer = message.offer
    if offer is None:
        raise ValueError("An offer is of a time.")
    return {
        "offer": offer,
        "day": _day(offer.starts_at),
        # What the patient would give up for the time offered.
        "present": offer.entry.appointment,
        # The clinic itself has to move it.
        "is_off": Rearrangement.objects.filter(offer=offer).exists(),
        "by_phone": offer.entry.service.by_phone,
        "link": links.to(offer),
    }


def _waiting(message: Message, links: Links) -> Facts:
    entry = message.waiting_entry
    if entry is None:
        raise ValueError("This letter is about a wish for a time.")
    return {
        "entry": entry,
        "zone_name": zone_name(),
        "by_phone": entry.service.by_phone,
        "link": links.to(entry),
    }


def _course(message: Message, links: Links) -> Facts:
    course = message.course
    if course is None:
        raise ValueError("This letter is about a course.")
    return {
        "sessions": sessions_of(message),
        "answer_by": course.answer_by,
        "day": _day(course.answer_by),
        "by_phone": course.service.by_phone,
        "link": links.to(course),
    }


def _course_booked(message: Message, links: Links) -> Facts:
    sessions = sessions_of(message)
    return {
        "visits": [(session, links.to(session)) for session in sessions],
        "day": _day(sessions[0].starts_at),
    }


def _find_visit(message: Message, links: Links) -> Facts:
    """The visits that links were made for a moment ago, if they still stand."""
    visits = visits_of_address(message.to, now=message.created_at)
    return {"visits": [(visit, links.to(visit)) for visit in visits if links.lead_to(visit)]}


FACTS: dict[str, Callable[[Message, Links], Facts]] = {
    Kind.CONFIRMATION: _the_visit_ahead,
    Kind.MOVED: _the_visit_ahead,
    Kind.CANCELLATION: _the_visit,
    Kind.REMINDER: _the_visit_ahead,
    Kind.ADDRESS_PROOF: _the_visit_ahead,
    Kind.REVIEW: _the_visit_ahead,
    Kind.PLEASE_PHONE: _the_visit_ahead,
    Kind.DECLINED: _the_visit,
    Kind.CHOOSE_TIME: _the_visit_ahead,
    Kind.WAITING: _waiting,
    Kind.OFFER: _offer,
    Kind.COURSE: _course,
    Kind.COURSE_BOOKED: _course_booked,
    Kind.FIND_VISIT: _find_visit,
}


def _day(moment: datetime) -> str:
    """Tuesday 24 November: short enough for a subject line."""
    year = f" {moment.astimezone(clinic_zone()).year}"
    return weekday_and_date(moment).removesuffix(year)
