"""The one table of the site itself: how often something was tried."""

from django.db import models


class Attempts(models.Model):
    """How often somebody tried something since `ends_at` less the stretch that is counted.

    Who and what stand here as a keyed hash: nobody can read an address of any kind off a row.
    """

    key_hash = models.CharField(max_length=64, unique=True)
    count = models.PositiveIntegerField()
    ends_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name_plural = "attempts"

    class Privacy:
        personal = frozenset({"key_hash"})
        not_personal = frozenset({"id", "count", "ends_at"})

    def __str__(self) -> str:
        return f"{self.count} attempts"
