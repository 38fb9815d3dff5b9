"""Days and moments that can still be counted in months and zones, as validators of forms."""

from datetime import UTC, date, datetime

from django.core.validators import MaxValueValidator, MinValueValidator

FIRST_YEAR, LAST_YEAR = 2000, 2099
OUT_OF_REACH = f"Choose a year from {FIRST_YEAR} to {LAST_YEAR}."

DAYS = (
    MinValueValidator(date(FIRST_YEAR, 1, 1), OUT_OF_REACH),
    MaxValueValidator(date(LAST_YEAR, 12, 31), OUT_OF_REACH),
)
MOMENTS = (
    MinValueValidator(datetime(FIRST_YEAR, 1, 1, tzinfo=UTC), OUT_OF_REACH),
    MaxValueValidator(datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC), OUT_OF_REACH),
)
