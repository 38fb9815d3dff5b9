"""What patients answered to the safety questions, sealed, and who has read it."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.timezone import localtime

from booking import sealing
from booking.models.patients import Patient


class ScreeningAnswers(models.Model):
    """One patient's answers on one day; without a patient as long as the booking is not finished.

    The answers are sealed with a key that the database does not know and bound to their row. The
    front desk sees the outcome; whoever opens the answers leaves a `ScreeningReading`.
    """

    class Outcome(models.TextChoices):
        CLEAR = "clear", "Cleared"
        REVIEW = "review", "A clinician looks first"
        CALL_FIRST = "call_first", "Call first"

    class Decision(models.TextChoices):
        APPROVED = "approved", "Approved"
        DECLINED = "declined", "Declined"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(
        Patient, models.PROTECT, null=True, blank=True, related_name="screenings"
    )
    # Of the published safety rules as they were asked.
    version = models.CharField(max_length=64)
    sealed_answers = models.BinaryField()
    key_id = models.CharField(max_length=20)
    outcome = models.CharField(max_length=10, choices=Outcome)
    given_at = models.DateTimeField()
    decision = models.CharField(max_length=8, choices=Decision, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "screening answers"
        permissions = [
            ("read_answers", "Can read the answers of their own patients"),
            ("read_all_answers", "Can read every patient's answers"),
            ("decide_on_answers", "Can approve or decline a visit after reading the answers"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(decision="", decided_by__isnull=True, decided_at__isnull=True)
                | (
                    ~models.Q(decision="")
                    & models.Q(decided_by__isnull=False, decided_at__isnull=False)
                ),
                name="decision_on_answers_has_author_and_time",
            ),
        ]

    class Privacy:
        personal = frozenset(
            {"id", "patient", "sealed_answers", "outcome", "given_at"}
            | {"decision", "decided_by", "decided_at"}
        )
        not_personal = frozenset({"version", "key_id"})

    def __str__(self) -> str:
        return f"Answers of {localtime(self.given_at):%d %B %Y}"

    def seal(self, answers: dict[str, Any]) -> None:
        """Put `answers` under the current key; the caller saves the row."""
        self.key_id, self.sealed_answers = sealing.seal(answers, row=self._row)

    def open(self) -> dict[str, Any]:
        """The answers. Raises sealing.CannotOpen if they were not sealed for this row."""
        return sealing.open_sealed(self.key_id, bytes(self.sealed_answers), row=self._row)

    @property
    def _row(self) -> str:
        return f"booking.ScreeningAnswers {self.pk}"


class ScreeningReading(models.Model):
    """That somebody read a patient's answers; never altered."""

    answers = models.ForeignKey(ScreeningAnswers, models.PROTECT, related_name="readings")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["answers", "at"], name="readings_of_answers")]

    class Privacy:
        personal = frozenset({"id", "answers", "user", "at"})
        not_personal = frozenset[str]()

    def __str__(self) -> str:
        return f"Read on {localtime(self.at):%d %B %Y}"
