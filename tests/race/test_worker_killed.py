"""kill -9 of the worker, at every step of a letter's way to the mail server and at any moment.

Letters keep being queued meanwhile. In the end each has been sent; one that the server had taken
when the worker died was sent again, as the same letter but for its links, and no other was sent
twice. Every link in every letter opens.
"""

import asyncio
import itertools
import random
import re
import signal
import subprocess
import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import settings
from django.db import connection
from django.utils import timezone

from booking import visit_links
from booking.models import Message
from booking.registration import Person
from tests.cast import Cast, make_cast
from tests.factories import local, make_booking
from tests.mail_server import Letterbox, eventually, free_port, listening, start_worker
from tests.real_clock import AN_HOUR_AGO, TUESDAY_AHEAD

pytest_plugins = ["tests.committed"]

KILLS = 50 if settings.PROVE else 6
LETTERS_PER_KILL = 10

LINK = re.compile(r"/v/([\w-]{43})")

# When the worker dies: asked by the server for nothing yet, half-way, with the letter taken but not
# acknowledged, acknowledged but not written down, about when it is written down, whenever.
STEPS = ("DATA", "QUIT", "AFTER QUIT", "ANY TIME", "RCPT", "EHLO", "MAIL")


@dataclass
class Kill:
    """Kill `victim` when the letter after so many others reaches the step."""

    victim: subprocess.Popen[bytes]
    step: str
    after_letters: int
    after_seconds: float


class DeadlyLetterbox(Letterbox):
    """A mail server during whose conversation the worker is killed, as `planned`."""

    def __init__(self) -> None:
        super().__init__()
        self.planned: Kill | None = None

    async def handle_EHLO(  # noqa: N802 - aiosmtpd looks for these names
        self,
        _server: SMTP,
        session: Session,
        _envelope: Envelope,
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        session.host_name = hostname
        if self.planned and self.planned.step == "ANY TIME":
            self.kill_later()
        await self.reached("EHLO")
        return responses

    async def handle_MAIL(  # noqa: N802
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        await self.reached("MAIL")
        return await super().handle_MAIL(server, session, envelope, address, options)

    async def handle_RCPT(  # noqa: N802
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        await self.reached("RCPT")
        return await super().handle_RCPT(server, session, envelope, address, options)

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        answer = await super().handle_DATA(server, session, envelope)
        await self.reached("DATA")
        return answer

    async def handle_QUIT(  # noqa: N802
        self, _server: SMTP, _session: Session, _envelope: Envelope
    ) -> str:
        await self.reached("QUIT")
        if self.planned and self.planned.step == "AFTER QUIT":
            self.kill_later()
        return "221 Bye"

    async def reached(self, step: str) -> None:
        if self.planned and self.planned.step == step and self.is_its_turn():
            self.planned.victim.kill()
            self.planned = None
            # Whatever is answered now comes too late.
            await asyncio.sleep(0.05)

    def kill_later(self) -> None:
        assert self.planned is not None
        if self.is_its_turn():
            asyncio.get_running_loop().call_later(
                self.planned.after_seconds, self.planned.victim.kill
            )
            self.planned = None

    def is_its_turn(self) -> bool:
        assert self.planned is not None
        self.planned.after_letters -= 1
        return self.planned.after_letters < 0


@dataclass
class Tally:
    """How many workers died at each step, and which letters the server had taken by then."""

    killed_at: "Counter[str]" = field(default_factory=Counter)
    taken_at: "Counter[str]" = field(default_factory=Counter)
    cut_off: "Counter[str]" = field(default_factory=Counter)

    def add(self, step: str, letters: list[str]) -> None:
        self.killed_at[step] += 1
        self.taken_at[step] += len(letters)
        self.cut_off.update(letters)


@pytest.mark.prove
@pytest.mark.usefixtures("committed")
def test_no_letter_is_lost_and_only_those_in_the_server_s_hands_are_sent_twice(
    tmp_path: Path,
) -> None:
    cast, server, port, log = clinic(), DeadlyLetterbox(), free_port(), tmp_path / "log"
    numbers, tally = itertools.count(), Tally()
    with listening(server, port):
        for number, step in zip(range(KILLS), itertools.cycle(STEPS), strict=False):
            victim = start_worker(port=port, log=log, name=f"worker {number}")
            server.planned = planned(step, victim)
            queueing = threading.Thread(target=queue_letters, args=[cast, numbers])
            queueing.start()
            assert victim.wait(timeout=60) == -signal.SIGKILL
            queueing.join()
            eventually(partial(is_gone, f"worker {number}"))
            tally.add(step, taken_but_not_written_down(server, known=tally.cut_off))
        last = start_worker("--once", port=port, log=log)
        assert last.wait(timeout=120) == 0

    owed = set(Message.objects.values_list("message_id", flat=True))
    received = Counter(server.message_ids)
    report(owed, received, tally, log)
    assert len(owed) == KILLS * LETTERS_PER_KILL
    assert set(Message.objects.values_list("state", flat=True)) == {Message.Delivery.SENT}
    assert set(received) == owed
    assert received - Counter(owed) == tally.cut_off
    assert_copies_are_the_same_letter(server)
    assert_every_link_opens(server)
    # The kills did land inside, between the server's taking a letter and our writing it down.
    for step in ("DATA", "QUIT"):
        assert tally.taken_at[step] == tally.killed_at[step] > 0


def planned(step: str, victim: subprocess.Popen[bytes]) -> Kill:
    return Kill(
        victim,
        step,
        after_letters=random.randrange(LETTERS_PER_KILL - 1),
        after_seconds=random.uniform(0, 0.2 if step == "ANY TIME" else 0.008),
    )


def clinic() -> Cast:
    """Visits of ten minutes without a pause: room for many letters."""
    cast = make_cast()
    cast.first_visit.length_minutes = cast.first_visit.start_every_minutes = 10
    cast.first_visit.buffer_after_minutes = 0
    cast.first_visit.save()
    return cast


def queue_letters(cast: Cast, numbers: "itertools.count[int]") -> None:
    """Book visits as the website does, each with a confirmation to another person."""
    try:
        for number in itertools.islice(numbers, LETTERS_PER_KILL):
            workday, of_the_day = divmod(number, 48)
            week, weekday = divmod(workday, 4)
            day = TUESDAY_AHEAD + timedelta(weeks=week, days=weekday)
            make_booking(
                cast.first_visit,
                cast.priya,
                cast.riverside,
                local(day, f"{9 + of_the_day // 6}:{of_the_day % 6}0"),
                person=Person(f"Patient {number}", f"patient-{number}@example.com", ""),
                now=AN_HOUR_AGO,
            )
    finally:
        connection.close()


def is_gone(name: str) -> bool:
    """Whether PostgreSQL has noticed that the worker of this name is dead."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_stat_activity WHERE application_name = %s", [name])
        return cursor.fetchone() is None


def taken_but_not_written_down(server: Letterbox, *, known: "Counter[str]") -> list[str]:
    """What waits here although the server has taken it, once more often than is `known`."""
    waiting = Message.objects.waiting().values_list("message_id", flat=True)
    taken = Counter(server.message_ids)
    return [message_id for message_id in waiting if taken[message_id] > known[message_id]]


def assert_copies_are_the_same_letter(server: Letterbox) -> None:
    first: dict[str, list[object]] = {}
    for letter in server.letters:
        parts = [
            LINK.sub("/v/…", part.get_content())
            for part in letter.walk()
            if not part.is_multipart()
        ]
        content = [letter["Subject"], letter["To"], *parts]
        assert first.setdefault(letter["Message-ID"], content) == content


def assert_every_link_opens(server: Letterbox) -> None:
    """Also those of a letter that left twice, and of no letter the links of another."""
    opened: dict[str, str] = {}
    for letter in server.letters:
        tokens = {
            token
            for part in letter.walk()
            if not part.is_multipart()
            for token in LINK.findall(part.get_content())
        }
        (token,) = tokens
        link = visit_links.find(token, now=timezone.now())
        assert link is not None
        reference = Message.objects.get(message_id=letter["Message-ID"]).appointment.reference
        assert link.appointment.reference == reference
        assert opened.setdefault(token, letter["Message-ID"]) == letter["Message-ID"]
    sent = Message.objects.values_list("sent_text", flat=True)
    assert not any(LINK.search(text) for text in sent)


def report(owed: set[str], received: "Counter[str]", tally: Tally, log: Path) -> None:
    """The figures, for whoever runs it with -s."""
    print(
        f"\n{tally.killed_at.total()} kills, {len(owed)} letters: "
        f"{len(owed - set(received))} lost, "
        f"{received.total() - len(received)} sent twice with the same Message-ID, "
        f"{len(set(received) - owed)} unknown"
    )
    for step, kills in sorted(tally.killed_at.items()):
        print(
            f"  killed at {step}: {kills}, of these with the letter taken: {tally.taken_at[step]}"
        )
    troubles = [line for line in log.read_text().splitlines() if "letter sent" not in line]
    print(f"  other lines in the workers' log: {len(troubles)}", *troubles[:5], sep="\n    ")
