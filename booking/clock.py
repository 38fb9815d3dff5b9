"""What becomes due by time alone, without anybody's doing.

The worker that delivers letters calls `tick` every few seconds. Any number of workers may: each
command locks what it changes and leaves alone what somebody else has in hand.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from django.db import InterfaceError, OperationalError

from booking import answers_on_file, scheduling

logger = logging.getLogger(__name__)

# Answers that did not come first: their places are free for those who wait; last what is to be
# forgotten.
DUE_BY_TIME: tuple[Callable[..., int], ...] = (
    scheduling.lapse_offers,
    scheduling.lapse_courses,
    scheduling.sweep,
    scheduling.end_wishes,
    scheduling.offer_freed_times,
    answers_on_file.forget_never_finished,
    scheduling.forget_found_visits,
)


def tick(*, now: datetime) -> None:
    """Do all that is due at `now`. What fails is left for the next time and holds up nothing.

    Raises Django's OperationalError and InterfaceError when the database is away.
    """
    for command in DUE_BY_TIME:
        try:
            count = command(now=now)
        except (OperationalError, InterfaceError):
            raise
        except scheduling.DiaryBusy:
            logger.info("the diary is busy: %s waits", command.__name__)
        except Exception:  # letters must leave whatever becomes of the rest
            logger.exception("not done by the clock: %s", command.__name__)
        else:
            if count:
                logger.info("done by the clock: %s, %s", command.__name__, count)
