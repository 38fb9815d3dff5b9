"""Rows that `booking.scheduling` alone may write."""

from typing import Any, NoReturn, TypeVar

from django.db import models

M = TypeVar("M", bound=models.Model)


class NotThroughScheduling(TypeError):
    """Somebody tried to write the diary without `booking.scheduling`."""

    def __init__(self, *_args: object, **_kwargs: object) -> None:
        super().__init__("Only booking.scheduling writes appointments and their events.")


def _refuse(*_args: object, **_kwargs: object) -> NoReturn:
    raise NotThroughScheduling


class ReadOnlyQuerySet(models.QuerySet[M]):
    """Refuses every write, so that a forgotten `update()` cannot bypass the rules."""

    create = update = delete = _refuse
    bulk_create = bulk_update = _refuse
    get_or_create = update_or_create = _refuse


class WrittenByScheduling(models.Model):
    """A row that `booking.scheduling` alone may save or delete.

    Its base manager must be the refusing one too: `patient.appointments.add(…)` writes with that.
    """

    class Meta:
        abstract = True

    def save(self, *args: Any, by_scheduling: bool = False, **kwargs: Any) -> None:
        if not by_scheduling:
            raise NotThroughScheduling
        super().save(*args, **kwargs)

    def delete(
        self, *args: Any, by_scheduling: bool = False, **kwargs: Any
    ) -> tuple[int, dict[str, int]]:
        if not by_scheduling:
            raise NotThroughScheduling
        return super().delete(*args, **kwargs)
