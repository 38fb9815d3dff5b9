"""A real mail server on the loopback address: it keeps the letters it takes, and answers as told."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.test import override_settings


class Letterbox:
    """What the server does. `recipient_answers` and `data_answers` are given first, one by one."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.recipient_answers: list[str] = []
        self.data_answers: list[str] = []
        self.answer_after = 0.0

    def of(self, message_id: str) -> EmailMessage:
        """The one letter of this id."""
        (letter,) = [each for each in self.letters if each["Message-ID"] == message_id]
        return letter

    @property
    def message_ids(self) -> list[str]:
        return [str(letter["Message-ID"]) for letter in self.letters]

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.recipient_answers:
            return self.recipient_answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.data_answers:
            return self.data_answers.pop(0)
        assert isinstance(envelope.content, bytes)
        letter = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        await asyncio.sleep(self.answer_after)
        return "250 OK"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def mail_sent_to(port: int) -> Iterator[None]:
    """Send this process's mail by SMTP to `port`, whether somebody listens there or not."""
    with override_settings(
        EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=port,
        EMAIL_USE_TLS=False,
        EMAIL_TIMEOUT=10,
    ):
        yield


@contextmanager
def listening(letterbox: Letterbox, port: int) -> Iterator[None]:
    controller = Controller(letterbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield
    finally:
        controller.stop()


@contextmanager
def mail_server() -> Iterator[Letterbox]:
    """A server that this process's mail goes to."""
    letterbox, port = Letterbox(), free_port()
    with listening(letterbox, port), mail_sent_to(port):
        yield letterbox
