"""What every text has in common: who wrote it, who checked it, and until when it stands."""

from __future__ import annotations

import secrets
from datetime import date, datetime, timedelta
from typing import Self, TypeVar

from django.db import models
from django.db.models import Q

from content.models.people import Practitioner

# Past its next review by more than this, a page loses its booking link.
REVIEW_GRACE = timedelta(days=60)


def new_preview_key() -> str:
    return secrets.token_urlsafe(24)


Text = TypeVar("Text", bound="Publication")


class PublicationQuerySet(models.QuerySet[Text]):
    def published(self, now: datetime) -> Self:
        """What readers may see: published, and its hour has come."""
        return self.filter(status=Publication.Status.PUBLISHED, publish_at__lte=now)

    def overdue(self, today: date) -> Self:
        return self.filter(status=Publication.Status.PUBLISHED, next_review_on__lt=today)


class Publication(models.Model):
    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        PUBLISHED = "published", "Published"

    slug = models.SlugField(unique=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    publish_at = models.DateTimeField(
        null=True, blank=True, help_text="Readers see it from this time on; it may lie ahead."
    )
    clinical = models.BooleanField(
        default=True, help_text="It speaks of health: it needs a reviewer, dates and references."
    )
    author = models.ForeignKey(
        Practitioner, models.PROTECT, null=True, blank=True, related_name="+"
    )
    reviewer = models.ForeignKey(
        Practitioner,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Needs a registration number.",
    )
    reviewed_on = models.DateField(null=True, blank=True)
    next_review_on = models.DateField(null=True, blank=True)
    updated_on = models.DateField(null=True, blank=True, help_text="Last change of substance.")
    order = models.PositiveSmallIntegerField(default=0)
    preview_key = models.CharField(max_length=40, default=new_preview_key, editable=False)

    objects = PublicationQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(status="draft") | Q(publish_at__isnull=False),
                name="published_%(class)s_has_its_hour",
                violation_error_message="Say from when on readers see it.",
            ),
            models.CheckConstraint(
                condition=Q(status="draft")
                | Q(clinical=False)
                | Q(
                    reviewer__isnull=False,
                    reviewed_on__isnull=False,
                    next_review_on__isnull=False,
                ),
                name="published_clinical_%(class)s_is_reviewed",
                violation_error_message="A clinical text needs a reviewer and both review dates "
                "before it is published.",
            ),
        ]

    class Privacy:
        personal = frozenset[str]()
        not_personal = frozenset(
            {
                "id",
                "slug",
                "status",
                "publish_at",
                "clinical",
                "author",
                "reviewer",
                "reviewed_on",
                "next_review_on",
                "updated_on",
                "order",
                "preview_key",
            }
        )

    # Months between reviews: a text on safety gets the shorter one (`content.gate`).
    concerns_safety = False

    def get_absolute_url(self) -> str:
        raise NotImplementedError

    def is_public(self, now: datetime) -> bool:
        return (
            self.status == self.Status.PUBLISHED
            and self.publish_at is not None
            and self.publish_at <= now
        )

    def is_overdue(self, today: date) -> bool:
        return self.next_review_on is not None and self.next_review_on < today

    def may_lead_to_booking(self, today: date) -> bool:
        """Whether it may still carry a booking link: not long past its review."""
        return self.next_review_on is None or today <= self.next_review_on + REVIEW_GRACE

    def clinical_texts(self) -> list[tuple[str, str]]:
        """(heading, Markdown) of the parts in which a clinical claim needs a reference."""
        raise NotImplementedError
