"""What a clinician decides after reading the answers to the safety questions."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User

from booking import visit_links
from booking.course_plan import in_review_with
from booking.diary_lock import in_diary_transaction, lock_desks
from booking.models import (
    Appointment,
    AppointmentEvent,
    EventKind,
    Message,
    ScreeningAnswers,
    State,
)
from booking.scheduling.correspondence import (
    confirm,
    confirm_course,
    overtake,
    owe_letter,
    take_back_letters,
)
from booking.scheduling.ledger import expect, free_the_time, locked, write


@in_diary_transaction
def approve(*, appointment: Appointment, by: User, now: datetime) -> Appointment:
    """The visit can take place as booked, and so can the sessions of its course that wait for a
    look at the same answers; the patient gets one confirmation of all."""
    current = _to_review(appointment)
    _decide(current, ScreeningAnswers.Decision.APPROVED, by=by, now=now)
    approved = [current, *in_review_with(current).select_for_update(no_key=True)]
    for visit in approved:
        take_back_letters(visit)
        write(visit, EventKind.APPROVED, to=State.BOOKED, by=by, now=now)
    if current.course and len(approved) > 1:
        confirm_course(current.course, approved, now=now)
    else:
        confirm(current, now=now)
    return current


@in_diary_transaction
def decline(*, appointment: Appointment, by: User, now: datetime, reason: str) -> Appointment:
    """The visit cannot take place; its time is free again, and the patient is asked to phone.

    `reason` is for the clinic's own history. It is read by the front desk too, and no letter
    repeats it.
    """
    current = _to_review(appointment)
    _decide(current, ScreeningAnswers.Decision.DECLINED, by=by, now=now)
    overtake(current)
    visit_links.revoke(current, now=now)
    wish = AppointmentEvent.Wish.CLINIC
    write(current, EventKind.DECLINED, to=State.DECLINED, by=by, now=now, reason=reason, wish=wish)
    free_the_time(current, now=now, offer_from=now)
    owe_letter(current, Message.Kind.DECLINED, now=now)
    return current


@in_diary_transaction
def ask_to_phone(*, appointment: Appointment, by: User, now: datetime) -> Appointment:
    """The answers leave a question: the patient is asked to phone; the time stays theirs."""
    current = _to_review(appointment)
    write(current, EventKind.ASKED, to=State.NEEDS_REVIEW, by=by, now=now)
    owe_letter(current, Message.Kind.PLEASE_PHONE, now=now)
    return current


def _to_review(appointment: Appointment) -> Appointment:
    lock_desks([appointment.practitioner_id], [appointment.location_id])
    current = locked(appointment)
    expect(current, State.NEEDS_REVIEW)
    return current


def _decide(
    visit: Appointment, decision: ScreeningAnswers.Decision, *, by: User, now: datetime
) -> None:
    answers = visit.screening
    if answers and not answers.decision:
        answers.decision, answers.decided_by, answers.decided_at = decision, by, now
        answers.save(update_fields=["decision", "decided_by", "decided_at"])
