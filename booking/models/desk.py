"""What the front desk does beside the diary itself: rearranging visits, merging patients."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.timezone import localtime

from booking.models.appointments import Appointment
from booking.models.hours import Closure
from booking.models.patients import Patient
from booking.models.waiting import SlotOffer


class Rearrangement(models.Model):
    """That somebody was asked to take another time because a closure falls on their visit.

    What has become of it is not written here: the visit and the offer tell it (`absences`).
    """

    class Way(models.TextChoices):
        OFFER = "offer", "Another time is offered"
        CHOICE = "choice", "The patient chooses a time"
        PHONE = "phone", "We phone"

    closure = models.ForeignKey(Closure, models.PROTECT, related_name="rearrangements")
    appointment = models.ForeignKey(Appointment, models.PROTECT, related_name="rearrangements")
    way = models.CharField(max_length=6, choices=Way)
    offer = models.OneToOneField(SlotOffer, models.PROTECT, null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["closure", "appointment"], name="one_rearrangement_per_visit_and_closure"
            ),
            models.CheckConstraint(
                condition=Q(way="offer", offer__isnull=False)
                | (~Q(way="offer") & Q(offer__isnull=True)),
                name="rearrangement_by_offer_has_its_offer",
            ),
        ]

    class Privacy:
        personal = frozenset({"id", "appointment", "way", "offer", "by", "at"})
        not_personal = frozenset({"closure"})

    def __str__(self) -> str:
        return f"{self.appointment}: {self.get_way_display()}"


class PatientMerge(models.Model):
    """That two rows were found to be one person, and which rows changed hands; kept for undoing."""

    kept = models.ForeignKey(Patient, models.PROTECT, related_name="+")
    duplicate = models.ForeignKey(Patient, models.PROTECT, related_name="+")
    # {"booking.appointment": [ids], …}: what moved from the duplicate to the one that is kept.
    moved = models.JSONField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(kept=models.F("duplicate")), name="merge_is_of_two_patients"
            ),
        ]

    class Privacy:
        personal = frozenset({"id", "kept", "duplicate", "moved", "by", "at", "undone_at"})
        not_personal = frozenset[str]()

    def __str__(self) -> str:
        return f"Merge of {localtime(self.at):%d %B %Y}"
