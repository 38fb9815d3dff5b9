"""Several sessions proposed together, and what the patient says to them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.contrib.auth.models import User

from booking import answers_on_file
from booking.absences import closures_over
from booking.course_plan import FEWEST, MOST, Session, course_openings, too_close
from booking.diary_lock import SlotTaken, in_diary_transaction, lock_desks
from booking.models import (
    Appointment,
    Course,
    EventKind,
    Message,
    Patient,
    Service,
    Source,
    State,
)
from booking.models.appointments import AppointmentQuerySet
from booking.openings import Openings
from booking.scheduling.correspondence import confirm_course, owe, owe_letter, supersede
from booking.scheduling.firmness import is_unanswered, know_address, needs_review
from booking.scheduling.holds import drop_expired_holds
from booking.scheduling.ledger import expect_free, free_the_time, place, remove_hold, write
from booking.scheduling.rules import NotOffered, room_or_first

ANSWER_WITHIN = timedelta(hours=48)


class NotACourse(Exception):
    """The sessions do not make a course; the message tells staff why."""


@in_diary_transaction
def propose(
    *,
    patient: Patient,
    service: Service,
    sessions: Sequence[Session],
    minimum_gap_days: int,
    by: User,
    now: datetime,
) -> Course:
    """Keep all these places for the patient, and ask them by letter; all or nothing.

    Raises NotACourse when there are too few or too many or they lie too close together, NotOffered
    or SlotTaken when one of them cannot be had.
    """
    in_order = sorted(sessions, key=lambda session: session.start)
    _expect_a_course(in_order, minimum_gap_days)
    _lock_desks_of(in_order, now=now)
    course = Course.objects.create(
        patient=patient,
        service=service,
        practitioner=in_order[0].practitioner,
        location=in_order[0].location,
        sessions=len(in_order),
        minimum_gap_days=minimum_gap_days,
        proposed_by=by,
        proposed_at=now,
        answer_by=_answer_by(in_order[0].start, now=now),
    )
    openings = course_openings(service, now=now)
    for number, session in enumerate(in_order, start=1):
        _keep(session, number, course, openings, by=by, now=now)
    owe(Message.Kind.COURSE, to=patient.correspondent, now=now, course=course)
    return course


@in_diary_transaction
def accept_course(*, course: Course, by: User | None, now: datetime) -> Course:
    """Every place becomes a visit of the patient, with one letter for all of them. Without answers
    to the safety questions that still hold, a clinician looks first; the desk asks on the phone.

    Returns the course as it stands then: lapsed, if its time was over or a place was given away
    since. Answering twice is the same as once: the first answer stands. Raises SlotTaken when the
    clinic has closed at one of the times since, or the patient has another visit then; nothing is
    answered then.
    """
    current, kept = _locked(course)
    if current.answer != Course.Answer.OPEN:
        return current
    if now >= current.answer_by or len(kept) < current.sessions:
        _give_back(current, kept, Course.Answer.LAPSED, now=now)
        return current
    if any(closures_over(visit).exists() for visit in kept):
        raise SlotTaken
    if by is None:
        know_address(current.patient.correspondent, now=now)
    asks = current.service.asks_safety_questions
    answers = answers_on_file.valid_for(current.patient, now=now) if asks else None
    for visit in kept:
        expect_free(current.patient, visit)
        visit.patient, visit.screening, visit.hold_expires_at = current.patient, answers, None
        unseen = needs_review(visit) or (by is None and is_unanswered(visit))
        to = State.NEEDS_REVIEW if unseen else State.BOOKED
        write(visit, EventKind.BOOKED, to=to, by=by, now=now)
    _answer(current, Course.Answer.ACCEPTED, now=now)
    _tell_of(current, kept, now=now)
    return current


@in_diary_transaction
def decline_course(*, course: Course, by: User | None, now: datetime) -> Course:
    """The patient does not want it: its places are free. The first answer stands."""
    current, kept = _locked(course)
    if current.answer == Course.Answer.OPEN:
        _give_back(current, kept, Course.Answer.DECLINED, by=by, now=now)
    return current


@in_diary_transaction
def lapse_courses(*, now: datetime) -> int:
    """End the courses that nobody answered in time; how many. One that is being answered at this
    moment is left to its answer."""
    over = Course.objects.filter(answer=Course.Answer.OPEN, answer_by__lte=now).order_by("pk")
    courses = list(over.select_for_update(skip_locked=True, no_key=True, of=("self",)))
    for course in courses:
        kept = _held(course).select_for_update(skip_locked=True, no_key=True)
        _give_back(course, list(kept), Course.Answer.LAPSED, now=now)
    return len(courses)


def _expect_a_course(sessions: Sequence[Session], gap_days: int) -> None:
    if not FEWEST <= len(sessions) <= MOST:
        raise NotACourse(f"A course has {FEWEST} to {MOST} sessions.")
    if too_close((session.start for session in sessions), gap_days=gap_days):
        raise NotACourse(f"Two sessions lie closer together than {gap_days} days.")


def _lock_desks_of(sessions: Sequence[Session], *, now: datetime) -> None:
    """With what ran out there gone."""
    desks = {session.practitioner.pk for session in sessions}
    locations = {session.location for session in sessions}
    lock_desks(desks, {location.pk for location in locations})
    for location in locations:
        drop_expired_holds(desks, location, now=now)


def _answer_by(first: datetime, *, now: datetime) -> datetime:
    """Two days; half of what is left until the first session, if that is less."""
    return min(now + ANSWER_WITHIN, now + (first - now) / 2)


def _keep(
    session: Session,
    number: int,
    course: Course,
    openings: Openings,
    *,
    by: User,
    now: datetime,
) -> None:
    practitioner, location, start = session.practitioner, session.location, session.start
    if why_not := openings.why_not(practitioner, location, start):
        raise NotOffered(why_not)
    room = room_or_first(openings, practitioner, location, start)
    visit = place(course.service, practitioner, room, start, source=Source.DESK, now=now)
    expect_free(course.patient, visit)
    visit.course = course
    visit.held_by = f"course {course.pk} {number}"
    visit.hold_expires_at = course.answer_by
    write(visit, EventKind.HELD, to=State.HELD, by=by, now=now)


def _locked(course: Course) -> tuple[Course, list[Appointment]]:
    """The course and the places that it still keeps, locked in the diary's order."""
    desks = list(_held(course).values_list("practitioner", "location"))
    lock_desks({desk for desk, _ in desks}, {location for _, location in desks})
    related = Course.objects.select_related("patient__responsible_adult", "service")
    current = related.select_for_update(no_key=True, of=("self",)).get(pk=course.pk)
    return current, list(_held(current).select_for_update(no_key=True))


def _held(course: Course) -> AppointmentQuerySet:
    return Appointment.objects.filter(course=course, state=State.HELD).order_by("starts_at")


def _give_back(
    course: Course,
    kept: Sequence[Appointment],
    answer: Course.Answer,
    *,
    now: datetime,
    by: User | None = None,
) -> None:
    by_clock = answer == Course.Answer.LAPSED
    kind = EventKind.EXPIRED if by_clock else EventKind.RELEASED
    for visit in kept:
        remove_hold(visit, kind, now=now, by=by, by_clock=by_clock)
        free_the_time(visit, now=now, offer_from=now)
    _answer(course, answer, now=now)


def _answer(course: Course, answer: Course.Answer, *, now: datetime) -> None:
    """Write the answer down; a letter that still asks for it need not leave any more."""
    course.answer, course.answered_at = answer, now
    course.save(update_fields=["answer", "answered_at"])
    supersede(Message.objects.filter(course=course, kind=Message.Kind.COURSE))


def _tell_of(course: Course, visits: Sequence[Appointment], *, now: datetime) -> None:
    """One letter for all; while a clinician looks at the answers, the one that says so."""
    if visits[0].state == State.NEEDS_REVIEW:
        owe_letter(visits[0], Message.Kind.REVIEW, now=now)
        return
    confirm_course(course, visits, now=now)
