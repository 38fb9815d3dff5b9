"""Search over everything published: words, names, synonyms and slips of the pen."""

from __future__ import annotations

from datetime import datetime


def rebuild(now: datetime) -> None:
    """Make the search entries anew from what is public at `now`."""
