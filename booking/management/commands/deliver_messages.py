import logging
import signal
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand
from django.db import Error, close_old_connections, connection
from django.utils import timezone

from booking import clock, outbox
from booking.models import Message

logger = logging.getLogger(__name__)

IDLE_SECONDS = 1.0
DATABASE_AWAY_SECONDS = 3.0
TICK_SECONDS = 10.0


class Command(BaseCommand):
    help = (
        "Delivers the letters in the outbox and does what becomes due by time alone, until it is "
        "told to stop (SIGTERM or Ctrl-C); the letter at hand is finished first. Any number of "
        "these may run at once."
    )
    is_stopping = False
    ticked_at = float("-inf")

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="End when nothing is due.")

    def handle(self, *, once: bool, **options: Any) -> None:
        with self.stopping_politely():
            while not self.is_stopping:
                try:
                    self.tick(always=once)
                    delivered = self.deliver_next()
                except Error as away:
                    if once:
                        raise
                    # Its text may repeat a row; the class says enough.
                    logger.warning("the database does not answer: %s", type(away).__name__)
                    connection.close()
                    time.sleep(DATABASE_AWAY_SECONDS)
                    continue
                if delivered is None:
                    if once:
                        return
                    time.sleep(IDLE_SECONDS)

    def tick(self, *, always: bool) -> None:
        if always or time.monotonic() - self.ticked_at >= TICK_SECONDS:
            close_old_connections()
            clock.tick(now=timezone.now())
            self.ticked_at = time.monotonic()

    def deliver_next(self) -> Message | None:
        # Also has the connection looked at before it is used again.
        close_old_connections()
        return outbox.deliver_next(now=timezone.now())

    @contextmanager
    def stopping_politely(self) -> Iterator[None]:
        def stop(_signal: int, _frame: FrameType | None) -> None:
            self.is_stopping = True

        before = {each: signal.signal(each, stop) for each in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)
