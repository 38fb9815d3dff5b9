"""What the clinic lets people do online, in one row."""

from datetime import time

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models


class HouseRules(models.Model):
    """The clinic's own limits for booking online; a row is made with these defaults."""

    class AddressProof(models.TextChoices):
        OFF = "off", "Nobody"
        NEW_PATIENTS = "new", "New patients"
        EVERYONE = "everyone", "Everyone"

    address_proof = models.CharField(
        "who confirms their e-mail address first",
        max_length=8,
        choices=AddressProof,
        default=AddressProof.OFF,
        help_text="Their time is kept for half an hour; it is booked when they use the link.",
    )
    open_visits_at_most = models.PositiveSmallIntegerField(
        "visits ahead, at most",
        default=6,
        validators=[MinValueValidator(1), MaxValueValidator(50)],
        help_text="With more, the website asks to phone. Counted per e-mail address.",
    )
    missed_visits_at_most = models.PositiveSmallIntegerField(
        "missed visits, at most",
        default=3,
        validators=[MaxValueValidator(50)],
        help_text="No-shows and late cancellations within a year; above it the website asks to "
        "phone, without saying why.",
    )
    offers_at_most = models.PositiveSmallIntegerField(
        "offers to one entry, at most",
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(20)],
        help_text="Of the earlier-slot list; after that it stops.",
    )
    offer_minutes = models.PositiveSmallIntegerField(
        "minutes to answer an offer", default=30, validators=[MinValueValidator(10)]
    )
    day_starts_at = models.TimeField(
        default=time(8), help_text="An offer made at night stands until an hour after this."
    )
    day_ends_at = models.TimeField(default=time(20))
    screening_months = models.PositiveSmallIntegerField(
        "months until the safety questions are asked again",
        default=6,
        validators=[MinValueValidator(1), MaxValueValidator(24)],
    )

    class Meta:
        verbose_name_plural = "house rules"
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="there_is_one_row_of_house_rules")
        ]

    class Privacy:
        personal = frozenset[str]()
        not_personal = frozenset(
            {
                "id",
                "address_proof",
                "open_visits_at_most",
                "missed_visits_at_most",
                "offers_at_most",
                "offer_minutes",
                "day_starts_at",
                "day_ends_at",
                "screening_months",
            }
        )

    def __str__(self) -> str:
        return "House rules for booking online"

    @classmethod
    def current(cls) -> "HouseRules":
        """The clinic's row, or the defaults if nobody has saved one."""
        return cls.objects.first() or cls(pk=1)
