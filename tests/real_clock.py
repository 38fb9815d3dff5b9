"""For tests with the real worker, which goes by the real clock: for it, what was booked an hour ago
is due, and the visits lie ahead."""

from datetime import timedelta

from django.utils import timezone

from tests.factories import EDMONTON

AN_HOUR_AGO = timezone.now() - timedelta(hours=1)
_today = AN_HOUR_AGO.astimezone(EDMONTON).date()
# The Tuesday of next week: the clinic is open, and no cut-off has passed.
TUESDAY_AHEAD = _today + timedelta(days=8 - _today.weekday())
