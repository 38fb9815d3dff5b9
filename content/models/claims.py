"""Phrases that a clinic should not use of itself, and the exceptions a reviewer has made."""

from __future__ import annotations

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models


class DisputedPhrase(models.Model):
    phrase = models.CharField(
        max_length=80, help_text="Small letters; * stands for any ending, as in guarantee*."
    )
    region = models.CharField(
        max_length=10, blank=True, help_text="Country or province whose rules it breaks, or empty."
    )
    reason = models.CharField(max_length=200, help_text="Why not.")
    better = models.CharField("better wording", max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["phrase", "region"], name="disputed_phrase_once_per_region"
            ),
        ]

    class Privacy:
        personal = frozenset[str]()
        not_personal = frozenset({"id", "phrase", "region", "reason", "better"})

    def __str__(self) -> str:
        return self.phrase


class PhraseException(models.Model):
    """A reviewer let a disputed phrase stand in one text, and said why."""

    content_type = models.ForeignKey(ContentType, models.CASCADE)
    object_id = models.PositiveBigIntegerField()
    publication = GenericForeignKey()
    phrase = models.CharField(max_length=80)
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT)
    at = models.DateTimeField()

    class Meta:
        permissions = [("allow_phrase", "Can let a disputed phrase stand")]
        constraints = [
            models.UniqueConstraint(
                fields=["content_type", "object_id", "phrase"], name="one_exception_per_phrase"
            ),
        ]

    class Privacy:
        personal = frozenset({"by"})
        not_personal = frozenset({"id", "content_type", "object_id", "phrase", "reason", "at"})

    def __str__(self) -> str:
        return f"“{self.phrase}” allowed"
