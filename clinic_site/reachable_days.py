"""Days and moments that can still be counted in months and zones, as validators of forms."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import DateTimeField, Model

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


def without_moments(given: Mapping[str, Any], model: type[Model]) -> dict[str, Any]:
    """What an address fills into a new row's form, but for its moments: Django's two fields for day
    and time cannot take a text apart."""
    moments = {field.name for field in model._meta.fields if isinstance(field, DateTimeField)}
    return {name: value for name, value in given.items() if name not in moments}
