"""Delivering the letters and text messages that are owed.

The promise: every one in the outbox is sent, or its row says why it could not be or need not; none
is lost when a worker, the database or the mail server dies. Any number of workers may run at once,
on any number of machines: a row that one has locked is skipped by the others.

Each takes two transactions. The first makes the secret links of the letter, of which only hashes
may be kept, so that they are good before anybody can have them; the second sends it. A worker that
dies in between leaves links that nobody knows (docs/decisions/0010).

Its limits: mail knows no "exactly once". If a worker dies, or loses the database or the mail
server, after the server took the letter and before that is written down here, the letter is sent
again, with links of its own; with the same Message-ID, by which mail programs show it once. And
"sent" means that the mail server took it: what becomes of it then, `note_bounce` is told.

The lock ends with the worker's database connection, so a letter in the hands of a worker that died
is free again at once. After a machine vanished without closing its connections it is free when
PostgreSQL notices (`tcp_keepalives_idle`).
"""

from __future__ import annotations

import logging
import smtplib
import socket
from datetime import datetime, timedelta

from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from booking import text_messages
from booking.letters import Links, address_of, compose, is_still_true, issue_links, short_text
from booking.models import Message
from booking.text_messages import GatewayTrouble

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
    while (prepared := _prepare_next(now)) is not None:
        message, links = prepared
        delivered = message if links is None else _deliver(message, links, now=now)
        if delivered is not None:
            logger.info("letter %s: %s", delivered.state, delivered.kind)
            return delivered
    return None


def wait_after(attempts: int) -> timedelta:
    """1, 2, 4, … minutes, at most half an hour."""
    return min(timedelta(minutes=2 ** min(attempts - 1, 10)), LONGEST_WAIT)


def _prepare_next(now: datetime) -> tuple[Message, Links | None] | None:
    """The next row and the links made for it; no links if it is done with already."""
    with transaction.atomic(durable=True):
        message = _claim_next(now)
        if message is None:
            return None
        message.to = address_of(message)
        if not is_still_true(message, now=now):
            message.state = Message.Delivery.SUPERSEDED
            message.save()
            return message, None
        try:
            # A failing query in here must not spoil the transaction that notes the failure.
            with transaction.atomic():
                return message, issue_links(message, now=now)
        except Exception as mistake:  # one letter must not stop all others
            message.attempts += 1
            _note(mistake, message, now=now)
            message.save()
            logger.exception("letter without its links: %s", message.kind)
            return message, None


def _deliver(prepared: Message, links: Links, *, now: datetime) -> Message | None:
    """Send the letter, or note why not; None if another worker was faster, whose links it has."""
    with transaction.atomic(durable=True):
        message = _claim_again(prepared, now)
        if message is None:
            links.withdraw()
            return None
        # It may have been on its way to another address when that was corrected.
        message.to = address_of(message)
        if is_still_true(message, now=now):
            _attempt(message, links, now=now)
        else:
            message.state = Message.Delivery.SUPERSEDED
            links.withdraw()
        message.save()
    return message


def _claim_next(now: datetime) -> Message | None:
    """The next row, locked until the transaction ends.

    Letters about one visit leave in the order in which they were written: while one is on its way
    in other hands, or waits for a mail server to come back, the next has to wait.
    """
    due = Message.objects.waiting().filter(due_at__lte=now)
    earlier = Message.objects.waiting().filter(
        Q(due_at__lte=now) | Q(attempts__gt=0),
        appointment=OuterRef("appointment"),
        channel=OuterRef("channel"),
        pk__lt=OuterRef("pk"),
    )
    return (
        due.filter(~Exists(earlier))
        .order_by("due_at", "pk")
        .select_for_update(skip_locked=True, no_key=True)
        .first()
    )


def _claim_again(message: Message, now: datetime) -> Message | None:
    """The same row once more, if nobody has touched it meanwhile."""
    untouched = Message.objects.waiting().filter(
        pk=message.pk, attempts=message.attempts, due_at__lte=now
    )
    return untouched.select_for_update(skip_locked=True, no_key=True).first()


def _attempt(message: Message, links: Links, *, now: datetime) -> None:
    message.attempts += 1
    try:
        text = _send(message, links)
    except OSError as refusal:  # smtplib's own and the text gateway's among them
        if _was_surely_not_taken(refusal):
            links.withdraw()
        _note(refusal, message, now=now)
        logger.warning("letter refused: %s, %s", message.kind, message.last_error)
    except Exception as mistake:  # one letter must not stop all others
        links.withdraw()
        _note(mistake, message, now=now)
        logger.exception("letter not composed: %s", message.kind)
    else:
        message.state = Message.Delivery.SENT
        message.sent_at = now
        message.sent_text = links.cut_out_of(text)
        message.last_error = ""


def _send(message: Message, links: Links) -> str:
    """Send it by its channel; the words that were sent."""
    # A failing query in here must not spoil the transaction that notes the failure.
    if message.channel == Message.Channel.TEXT:
        with transaction.atomic():
            text = short_text(message, links)
        text_messages.send_text(to=message.to, text=text, message_id=message.message_id)
        return text
    with transaction.atomic():
        letter = compose(message, links)
    _send_letter(letter)
    return str(letter.body)


def _send_letter(letter: EmailMultiAlternatives) -> None:
    if not letter.send():
        raise NothingSent


def _note(trouble: Exception, message: Message, *, now: datetime) -> None:
    """What went wrong, without the server's words, which repeat the address; and when to go on."""
    code = _code_of(trouble)
    message.last_error = f"{type(trouble).__name__} {code or ''}".strip()[:80]
    if _is_final(trouble, code) or message.attempts >= ATTEMPTS:
        message.state = Message.Delivery.FAILED
    elif not is_still_true(message, now=now):
        message.state = Message.Delivery.SUPERSEDED
    else:
        message.due_at = now + wait_after(message.attempts)


def _is_final(trouble: Exception, code: int | None) -> bool:
    """Whether the server refuses this letter or its reader for good.

    A 5xx to our greeting, login or sender is about us: every letter would meet it, and all can
    leave once the settings are right.
    """
    if isinstance(trouble, GatewayTrouble):
        return text_messages.is_final(trouble)
    about_the_letter = smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError
    return isinstance(trouble, about_the_letter) and code is not None and code >= 500


def _was_surely_not_taken(trouble: OSError) -> bool:
    """Whether its reader cannot have the letter: nobody listened, or somebody said no."""
    nobody_listened = isinstance(trouble, ConnectionRefusedError | socket.gaierror)
    return nobody_listened or _code_of(trouble) is not None


def _code_of(trouble: Exception) -> int | None:
    if isinstance(trouble, smtplib.SMTPResponseException):
        return int(trouble.smtp_code)
    if isinstance(trouble, GatewayTrouble):
        return trouble.code
    if isinstance(trouble, smtplib.SMTPRecipientsRefused):
        # One letter has one reader.
        code, _words = next(iter(trouble.recipients.values()))
        return int(code)
    return None
