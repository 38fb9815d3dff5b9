"""Secret links that were sent to patients and practitioners; only their hashes are kept."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.timezone import localtime

from booking.models.appointments import Appointment
from booking.models.courses import Course
from booking.models.waiting import SlotOffer, WaitingEntry
from content.models import Practitioner


class VisitLink(models.Model):
    """The right to see and change one thing: a visit, an offer, a place on the list, a course."""

    token_hash = models.CharField(max_length=64, unique=True)
    appointment = models.ForeignKey(
        Appointment, models.PROTECT, null=True, blank=True, related_name="links"
    )
    offer = models.ForeignKey(
        SlotOffer, models.PROTECT, null=True, blank=True, related_name="links"
    )
    waiting_entry = models.ForeignKey(
        WaitingEntry, models.PROTECT, null=True, blank=True, related_name="links"
    )
    course = models.ForeignKey(Course, models.PROTECT, null=True, blank=True, related_name="links")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    appointment__isnull=False,
                    offer__isnull=True,
                    waiting_entry__isnull=True,
                    course__isnull=True,
                )
                | Q(
                    appointment__isnull=True,
                    offer__isnull=False,
                    waiting_entry__isnull=True,
                    course__isnull=True,
                )
                | Q(
                    appointment__isnull=True,
                    offer__isnull=True,
                    waiting_entry__isnull=False,
                    course__isnull=True,
                )
                | Q(
                    appointment__isnull=True,
                    offer__isnull=True,
                    waiting_entry__isnull=True,
                    course__isnull=False,
                ),
                name="visit_link_opens_one_thing",
            ),
        ]

    class Privacy:
        personal = frozenset(
            {"id", "token_hash", "appointment", "offer", "waiting_entry", "course"}
        )
        not_personal = frozenset({"created_at", "expires_at", "revoked_at"})

    def __str__(self) -> str:
        return f"Link of {localtime(self.created_at):%d %B %Y}"


class CalendarFeed(models.Model):
    """A practitioner's own calendar address, for the calendar program of their phone."""

    practitioner = models.ForeignKey(Practitioner, models.CASCADE, related_name="calendar_feeds")
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Privacy:
        personal = frozenset({"token_hash", "created_by"})
        not_personal = frozenset({"id", "practitioner", "created_at", "revoked_at"})

    def __str__(self) -> str:
        return f"Calendar of {self.practitioner}"
