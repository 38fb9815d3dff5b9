"""A real mail server on the loopback address, and the real worker that sends to it."""

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import quote, urlencode

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import settings
from django.db import connection
from django.test import override_settings


class Letterbox:
    """What the server does: it takes every letter and keeps it, after giving the answers that wait
    in `answers_to["MAIL"]`, `["RCPT"]` and `["DATA"]`, one by one."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.answers_to: dict[str, list[str]] = {"MAIL": [], "RCPT": [], "DATA": []}
        self.takes_seconds = 0.0

    @property
    def message_ids(self) -> list[str]:
        return [str(letter["Message-ID"]) for letter in self.letters]

    async def handle_MAIL(  # noqa: N802 - aiosmtpd looks for these names
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        if self.answers_to["MAIL"]:
            return self.answers_to["MAIL"].pop(0)
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        if self.answers_to["RCPT"]:
            return self.answers_to["RCPT"].pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        if self.answers_to["DATA"]:
            return self.answers_to["DATA"].pop(0)
        assert isinstance(envelope.content, bytes)
        letter = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        await asyncio.sleep(self.takes_seconds)
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


def start_worker(
    *arguments: str, port: int, log: Path, name: str = "worker"
) -> subprocess.Popen[bytes]:
    """`manage.py deliver_messages` with the site's own settings, on the database of the tests.

    PostgreSQL knows its connection by `name`.
    """
    environment = os.environ | {
        "PGAPPNAME": name,
        "DJANGO_SETTINGS_MODULE": "clinic_site.settings",
        "DEBUG": "true",
        "DATABASE_URL": _url_of_the_test_database(),
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": str(port),
        "EMAIL_USE_TLS": "false",
    }
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "manage.py", "deliver_messages", *arguments],
            cwd=settings.BASE_DIR,
            env=environment,
            stdout=output,
            stderr=output,
        )


@contextmanager
def worker(port: int, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    process = start_worker(port=port, log=log)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _url_of_the_test_database() -> str:
    facts = connection.settings_dict
    login = f"{quote(facts['USER'])}:{quote(facts['PASSWORD'])}"
    options = urlencode({"host": facts["HOST"]} if facts["HOST"] else {})
    port = f":{facts['PORT']}" if facts["PORT"] else ""
    return f"postgresql://{login}@{port}/{quote(facts['NAME'])}?{options}"


def eventually(condition: Callable[[], bool], *, within: float = 60) -> None:
    """Wait for another process: return once `condition` holds, fail when it does not in time."""
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)
