"""What each kind of letter tells, as the names that its templates use."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from booking.absences import clinic_has_to
from booking.course_plan import in_review_with
from booking.letters.care_cards import care_cards, what_to_expect
from booking.letters.links import Links
from booking.letters.readers import sessions_of, visits_of_address
from booking.models import Appointment, AppointmentEvent, EventKind, Message
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
    notice_by = can_change_until(message, visit)
    button = "See, move or cancel your visit" if notice_by else "See your visit"
    return facts | {"link": links.to(visit), "notice_by": notice_by, "button": button}


def can_change_until(message: Message, visit: Appointment) -> datetime | None:
    """Until when its reader can move or cancel the visit online; None if that is over by then."""
    cutoff = visit.starts_at - timedelta(hours=visit.cancel_cutoff_hours)
    # Of what is due later than it was written, the hour that it is due counts.
    return cutoff if cutoff > max(message.created_at, message.due_at) else None


def _review(message: Message, links: Links) -> Facts:
    """With the other sessions of its course, of which no letter of their own tells."""
    facts, visit = _the_visit_ahead(message, links), message.appointment
    others = in_review_with(visit).with_everybody() if visit else []
    return facts | {"others": others}


def _moved(message: Message, links: Links) -> Facts:
    return _the_visit_ahead(message, links) | _whose_wish(message, EventKind.MOVED)


def _cancelled(message: Message, links: Links) -> Facts:
    return _the_visit(message, links) | _whose_wish(message, EventKind.CANCELLED)


def _whose_wish(message: Message, change: EventKind) -> Facts:
    """Whether it was the clinic that had to change the visit, and did: then we are sorry."""
    event = AppointmentEvent.objects.filter(appointment=message.appointment, kind=change).last()
    staff, clinic = AppointmentEvent.Author.STAFF, AppointmentEvent.Wish.CLINIC
    return {"by_clinic": event is not None and (event.author, event.wish) == (staff, clinic)}


def _offer(message: Message, links: Links) -> Facts:
    offer = message.offer
    if offer is None:
        raise ValueError("An offer is of a time.")
    present = offer.entry.appointment
    return {
        "offer": offer,
        "day": _day(offer.starts_at),
        # What the patient would give up for the time offered.
        "present": present,
        # The clinic itself has to move it.
        "is_off": present is not None and clinic_has_to(present),
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
        "notice_hours": sessions[0].cancel_cutoff_hours,
    }


def _find_visit(message: Message, links: Links) -> Facts:
    """The visits that links were made for a moment ago, if they still stand."""
    visits = visits_of_address(message.to, now=message.created_at)
    return {"visits": [(visit, links.to(visit)) for visit in visits if links.lead_to(visit)]}


FACTS: dict[str, Callable[[Message, Links], Facts]] = {
    Kind.CONFIRMATION: _the_visit_ahead,
    Kind.MOVED: _moved,
    Kind.CANCELLATION: _cancelled,
    Kind.REMINDER: _the_visit_ahead,
    Kind.ADDRESS_PROOF: _the_visit_ahead,
    Kind.REVIEW: _review,
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
