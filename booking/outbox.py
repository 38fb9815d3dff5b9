"""Delivering the letters that are owed.

The promise: every letter in the outbox is sent, or its row says why it could not be; none is lost
when a worker, the database or the mail server dies. Any number of workers may run at once, on any
number of machines: a row that one has locked is skipped by the others.

Its limits: mail knows no "exactly once". If a worker dies, or loses the database or the mail
server, after the server took the letter and before that is written down here, the letter is sent
again; with the same Message-ID, by which mail programs show it once. And "sent" means that the
mail server took it: what becomes of it then is not known here.

The lock ends with the worker's database connection, so a letter in the hands of a worker that died
is free again at once. After a machine vanished without closing its connections it is free when
PostgreSQL notices (`tcp_keepalives_idle`).
"""

from __future__ import annotations

import logging
import smtplib
from datetime import datetime, timedelta

from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import Exists, OuterRef

from booking.letters import compose
from booking.models import Appointment, Message

logger = logging.getLogger(__name__)

LONGEST_WAIT = timedelta(minutes=30)
# With the waits between them these attempts span three days; a test adds them up.
ATTEMPTS = 149


class NothingSent(Exception):
    """The mail backend reports that it sent no letter."""


def deliver_next(*, now: datetime) -> Message | None:
    """Deliver the letter that has been due longest, and return its row as it stands then.

    Returns None when no letter is due that nobody else is delivering. A mail server in trouble
    puts the letter off; a database in trouble raises Django's database errors.
    """
    with transaction.atomic(durable=True):
        message = _claim(now)
        if message is None:
            return None
        if _is_outdated(message):
            message.state = Message.Delivery.SUPERSEDED
        else:
            _attempt(message, now=now)
        message.save()
    logger.info("letter %s: %s", message.state, message.kind)
    return message


def wait_after(attempts: int) -> timedelta:
    """1, 2, 4, … minutes, at most half an hour."""
    return min(timedelta(minutes=2 ** min(attempts - 1, 10)), LONGEST_WAIT)


def _claim(now: datetime) -> Message | None:
    """The next row, locked until the transaction ends.

    Letters about one visit leave in the order in which they were written: while one is on its way
    in other hands, the next has to wait.
    """
    due = Message.objects.waiting().filter(due_at__lte=now)
    earlier = due.filter(appointment=OuterRef("appointment"), pk__lt=OuterRef("pk"))
    return (
        due.filter(~Exists(earlier))
        .order_by("due_at", "pk")
        .select_for_update(skip_locked=True, no_key=True)
        .first()
    )


def _is_outdated(message: Message) -> bool:
    """Whether the visit has changed since: a later letter tells how it stands."""
    return (
        message.appointment_id is not None
        and Appointment.objects.filter(
            pk=message.appointment_id, calendar_sequence__gt=message.calendar_sequence
        ).exists()
    )


def _attempt(message: Message, *, now: datetime) -> None:
    message.attempts += 1
    try:
        # A failing query in here must not spoil the transaction that notes the failure.
        with transaction.atomic():
            letter = compose(message)
        _send(letter)
    except OSError as refusal:  # smtplib's own among them
        _note(refusal, message, now=now)
        logger.warning("letter refused: %s, %s", message.kind, message.last_error)
    except Exception as mistake:  # one letter must not stop all others
        _note(mistake, message, now=now)
        logger.exception("letter not composed: %s", message.kind)
    else:
        message.state = Message.Delivery.SENT
        message.sent_at = now
        message.sent_text = str(letter.body)
        message.last_error = ""


def _send(letter: EmailMultiAlternatives) -> None:
    if not letter.send():
        raise NothingSent


def _note(trouble: Exception, message: Message, *, now: datetime) -> None:
    """What went wrong, without the server's words, which repeat the address; and when to go on."""
    code = _smtp_code(trouble)
    message.last_error = f"{type(trouble).__name__} {code or ''}".strip()[:80]
    if _is_final(trouble, code) or message.attempts >= ATTEMPTS:
        message.state = Message.Delivery.FAILED
    elif _is_outdated(message):
        message.state = Message.Delivery.SUPERSEDED
    else:
        message.due_at = now + wait_after(message.attempts)


def _is_final(trouble: Exception, code: int | None) -> bool:
    """Whether the server refuses this letter or its reader for good.

    A 5xx to our greeting, login or sender is about us: every letter would meet it, and all can
    leave once the settings are right.
    """
    about_the_letter = smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError
    return isinstance(trouble, about_the_letter) and code is not None and code >= 500


def _smtp_code(trouble: Exception) -> int | None:
    if isinstance(trouble, smtplib.SMTPResponseException):
        return int(trouble.smtp_code)
    if isinstance(trouble, smtplib.SMTPRecipientsRefused):
        # One letter has one reader.
        code, _words = next(iter(trouble.recipients.values()))
        return int(code)
    return None
