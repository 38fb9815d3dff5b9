"""Several sessions that are planned together."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.timezone import localtime

from booking.models.catalogue import Service
from booking.models.patients import Patient
from content.models import Location, Practitioner


class Course(models.Model):
    """A number of sessions proposed to a patient, who accepts or declines all of them by link.

    The places are held rows of the diary that point here, until the answer or `answer_by`.
    """

    class Answer(models.TextChoices):
        OPEN = "open", "Waiting for the patient"
        ACCEPTED = "accepted", "Accepted"
        DECLINED = "declined", "Declined"
        LAPSED = "lapsed", "Not answered in time"

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="courses")
    service = models.ForeignKey(Service, models.PROTECT, related_name="+")
    practitioner = models.ForeignKey(Practitioner, models.PROTECT, related_name="+")
    location = models.ForeignKey(Location, models.PROTECT, related_name="+")
    sessions = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(2), MaxValueValidator(20)]
    )
    minimum_gap_days = models.PositiveSmallIntegerField(
        default=7, validators=[MinValueValidator(1), MaxValueValidator(60)]
    )
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    answer_by = models.DateTimeField()
    answer = models.CharField(max_length=8, choices=Answer, default=Answer.OPEN)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(answer="open", answered_at__isnull=True)
                | (~models.Q(answer="open") & models.Q(answered_at__isnull=False)),
                name="course_says_when_it_was_answered",
            ),
        ]

    class Privacy:
        personal = frozenset(
            {
                "id",
                "patient",
                "service",
                "practitioner",
                "location",
                "sessions",
                "minimum_gap_days",
                "proposed_by",
                "answer",
            }
        )
        not_personal = frozenset({"proposed_at", "answer_by", "answered_at"})

    def __str__(self) -> str:
        return f"{self.sessions} sessions proposed on {localtime(self.proposed_at):%d %B %Y}"
