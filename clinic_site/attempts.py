"""How often somebody may try something: counted in PostgreSQL, exactly, for all servers at once.

A stretch begins with the first attempt and ends after `per`; then the count starts anew. So around
the end of a stretch twice as many can get through, which is fine for what is limited here.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.crypto import salted_hmac

from clinic_site.models import Attempts

# Rows that are over are removed by those who begin a new one, a few at a time.
REMOVED_AT_ONCE = 50

# One statement, so that attempts at the same moment are all counted.
COUNT = """
INSERT INTO clinic_site_attempts AS kept (key_hash, count, ends_at) VALUES (%s, 1, %s)
ON CONFLICT (key_hash) DO UPDATE SET
    count = CASE WHEN kept.ends_at <= %s THEN 1 ELSE kept.count + 1 END,
    ends_at = CASE WHEN kept.ends_at <= %s THEN excluded.ends_at ELSE kept.ends_at END
RETURNING count
"""


def within_limit(key: str, *, at_most: int, per: timedelta, now: datetime) -> bool:
    """Count one more attempt of `key`; whether it is one of the first `at_most` within `per`."""
    return not settings.ATTEMPT_LIMITS_ON or count_attempt(key, per=per, now=now) <= at_most


def count_attempt(key: str, *, per: timedelta, now: datetime) -> int:
    """Count one more attempt of `key`, and return how many there were in this stretch."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [hash_of(key), now + per, now, now])
        count: int = cursor.fetchone()[0]
    if count == 1:
        remove_what_is_over(now)
    return count


def hash_of(key: str) -> str:
    """Keyed, so that trying every address there is tells nothing."""
    return salted_hmac("clinic_site.attempts", key, algorithm="sha256").hexdigest()


def remove_what_is_over(now: datetime) -> None:
    with transaction.atomic():
        over = Attempts.objects.filter(ends_at__lte=now).order_by("ends_at", "pk")
        # Nobody waits here for a row that is being counted up at this moment.
        rows = over.select_for_update(skip_locked=True)[:REMOVED_AT_ONCE]
        Attempts.objects.filter(pk__in=[each.pk for each in rows]).delete()


def too_many(request: HttpRequest, sentence: str, *, wait: timedelta) -> HttpResponse:
    """429 with a sentence that says what to do, and after how long to come back."""
    response = render(request, "429.html", {"sentence": sentence}, status=429)
    response["Retry-After"] = str(int(wait.total_seconds()))
    return response
