"""For the positive control of the race suite: nobody waits for anybody."""

from tests.settings import *  # noqa: F403 - all but one

DIARY_LOCKING = False
