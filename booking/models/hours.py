"""When the clinic works: weekly windows in local wall time, exceptions as instants."""

from django.db import models
from django.db.models import F, Q

from content.models import Location, Practitioner


class WorkingHours(models.Model):
    """A weekly window in which a practitioner treats at a location; several a day are fine."""

    class Weekday(models.IntegerChoices):
        MONDAY = 0
        TUESDAY = 1
        WEDNESDAY = 2
        THURSDAY = 3
        FRIDAY = 4
        SATURDAY = 5
        SUNDAY = 6

    practitioner = models.ForeignKey(Practitioner, models.CASCADE, related_name="working_hours")
    location = models.ForeignKey(Location, models.PROTECT, related_name="working_hours")
    weekday = models.PositiveSmallIntegerField(choices=Weekday)
    starts_at = models.TimeField("from")
    ends_at = models.TimeField("to")
    valid_from = models.DateField(null=True, blank=True, help_text="Empty: since ever.")
    valid_to = models.DateField(
        null=True, blank=True, help_text="The last day that counts. Empty: until further notice."
    )

    class Meta:
        verbose_name = "working hours"
        verbose_name_plural = "working hours"
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at")),
                name="working_hours_start_before_they_end",
                violation_error_message="The window must start before it ends.",
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True)
                | Q(valid_to__isnull=True)
                | Q(valid_from__lte=F("valid_to")),
                name="working_hours_valid_from_before_to",
                violation_error_message="“Valid from” must not lie after “valid to”.",
            ),
            models.CheckConstraint(
                condition=Q(weekday__range=(0, 6)), name="working_hours_on_a_day_of_the_week"
            ),
        ]

    class Privacy:
        personal = frozenset[str]()
        not_personal = frozenset(
            {
                "id",
                "practitioner",
                "location",
                "weekday",
                "starts_at",
                "ends_at",
                "valid_from",
                "valid_to",
            }
        )

    def __str__(self) -> str:
        day = self.Weekday(self.weekday).label
        return f"{self.practitioner}, {day} {self.starts_at:%H:%M}–{self.ends_at:%H:%M}"


class Closure(models.Model):
    """A stretch without visits: of one practitioner, of a location, or of the whole clinic."""

    practitioner = models.ForeignKey(
        Practitioner, models.CASCADE, null=True, blank=True, related_name="closures"
    )
    location = models.ForeignKey(
        Location, models.CASCADE, null=True, blank=True, related_name="closures"
    )
    starts_at = models.DateTimeField("from")
    ends_at = models.DateTimeField("to")
    reason = models.CharField(max_length=120, help_text="Shown to staff only.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at")),
                name="closure_starts_before_it_ends",
                violation_error_message="The closure must start before it ends.",
            ),
            models.CheckConstraint(
                condition=Q(practitioner__isnull=True) | Q(location__isnull=True),
                name="closure_is_of_a_practitioner_or_a_location",
                violation_error_message="Choose a practitioner or a location, not both. "
                "Leave both empty to close the whole clinic.",
            ),
        ]

    class Privacy:
        # "Dr Costa is ill" is about a member of staff.
        personal = frozenset({"reason"})
        not_personal = frozenset({"id", "practitioner", "location", "starts_at", "ends_at"})

    def __str__(self) -> str:
        return f"{self.practitioner or self.location or 'Whole clinic'} closed: {self.reason}"


class ExtraHours(models.Model):
    """A stretch in which a practitioner works beyond the weekly windows."""

    practitioner = models.ForeignKey(Practitioner, models.CASCADE, related_name="extra_hours")
    location = models.ForeignKey(Location, models.PROTECT, related_name="extra_hours")
    starts_at = models.DateTimeField("from")
    ends_at = models.DateTimeField("to")

    class Meta:
        verbose_name = "extra hours"
        verbose_name_plural = "extra hours"
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at")),
                name="extra_hours_start_before_they_end",
                violation_error_message="The extra hours must start before they end.",
            ),
        ]

    class Privacy:
        personal = frozenset[str]()
        not_personal = frozenset({"id", "practitioner", "location", "starts_at", "ends_at"})

    def __str__(self) -> str:
        return f"{self.practitioner} works extra hours at {self.location}"
