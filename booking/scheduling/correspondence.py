"""What is owed to a patient in writing when the diary changes, and what is taken back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from email.utils import make_msgid

from django.conf import settings
from django.db.models import QuerySet

from booking.models import Appointment, Course, Message, Patient

# A patient's own change can be taken back this long; its letters wait as long.
TAKE_BACK_WITHIN = timedelta(minutes=3)
# A reminder that would come this soon after booking tells nothing new.
NO_REMINDER_WITHIN = timedelta(hours=2)

# What may also go to a phone. It says when and which number to phone; a reminder or an offer also
# has its link where that fits.
ALSO_AS_TEXT = {
    Message.Kind.MOVED,
    Message.Kind.CANCELLATION,
    Message.Kind.REMINDER,
    Message.Kind.OFFER,
}


def owe(
    kind: Message.Kind,
    *,
    to: Patient,
    now: datetime,
    due_at: datetime | None = None,
    text_due_at: datetime | None = None,
    by_text: bool = True,
    calendar_sequence: int = 0,
    **about: object,
) -> None:
    """Put a letter to `to`, a patient's correspondent, into the outbox: on every channel that they
    agreed to and that is set up. `about` names what it tells of, as `Message` has it. A text
    message can be due later than the letter, so that it wakes nobody."""
    channels = []
    if to.email:
        channels.append((Message.Channel.EMAIL, to.email))
    if (
        by_text
        and kind in ALSO_AS_TEXT
        and settings.TEXT_GATEWAY_URL
        and to.texts_agreed_at
        and to.phone
    ):
        channels.append((Message.Channel.TEXT, to.phone.as_e164))
    for channel, address in channels:
        later = text_due_at if channel == Message.Channel.TEXT else None
        Message.objects.create(
            kind=kind,
            channel=channel,
            to=address,
            calendar_sequence=calendar_sequence,
            message_id=make_msgid(domain=settings.MAIL_DOMAIN),
            due_at=later or due_at or now,
            created_at=now,
            **about,
        )


def owe_letter(
    visit: Appointment,
    kind: Message.Kind,
    *,
    now: datetime,
    due_at: datetime | None = None,
    by_text: bool = True,
) -> None:
    """Put a letter about the visit into the outbox, if there is an address to write to."""
    if visit.patient is None:
        return
    owe(
        kind,
        to=visit.patient.correspondent,
        now=now,
        due_at=due_at,
        by_text=by_text,
        calendar_sequence=visit.calendar_sequence,
        appointment=visit,
    )


def owe_reminders(
    visit: Appointment, *, now: datetime, not_within: timedelta = NO_REMINDER_WITHIN
) -> None:
    """One reminder for each of the service's hours that still lies ahead."""
    if visit.patient is None or not visit.patient.correspondent.reminders:
        return
    # Letters about a visit leave in the order in which they are owed.
    for hours in sorted(visit.service.reminder_hours, reverse=True):
        due_at = visit.starts_at - timedelta(hours=hours)
        if due_at >= now + not_within:
            owe_letter(visit, Message.Kind.REMINDER, now=now, due_at=due_at)


def confirm(visit: Appointment, *, now: datetime) -> None:
    """The visit is booked: say so, and remind."""
    owe_letter(visit, Message.Kind.CONFIRMATION, now=now)
    owe_reminders(visit, now=now)


def confirm_course(course: Course, visits: Iterable[Appointment], *, now: datetime) -> None:
    """The sessions are booked: one letter says so, and each is reminded of."""
    owe(Message.Kind.COURSE_BOOKED, to=course.patient.correspondent, now=now, course=course)
    for visit in visits:
        owe_reminders(visit, now=now)


def take_back_letters(visit: Appointment) -> None:
    """Letters that have not left yet would tell of a visit that no longer stands so."""
    supersede(Message.objects.filter(appointment=visit))


def supersede(letters: QuerySet[Message]) -> None:
    """Those of `letters` that have not left yet need not leave any more."""
    waiting = [letter.pk for letter in in_nobodys_hands(letters)]
    Message.objects.filter(pk__in=waiting).update(state=Message.Delivery.SUPERSEDED)


def in_nobodys_hands(letters: QuerySet[Message]) -> QuerySet[Message]:
    """Those that wait to leave, locked.

    One that a worker is sending at this moment is left to it: waiting for a mail server would hold
    up the diary, and if sending fails the outbox looks again at what has become of its subject.
    """
    waiting = letters.filter(state=Message.Delivery.QUEUED)
    return waiting.select_for_update(skip_locked=True, no_key=True)


def overtake(visit: Appointment) -> None:
    """The visit is not what letters said of it: take back those that wait, and have calendars
    replace what they hold."""
    visit.calendar_sequence += 1
    take_back_letters(visit)
