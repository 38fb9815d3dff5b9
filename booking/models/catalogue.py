"""What can be booked, and where it takes place."""

from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse

from booking.policy import BookingPolicy
from content.models import Location, Practitioner


def default_reminder_hours() -> list[int]:
    return [72, 24]


class ServiceQuerySet(models.QuerySet["Service"]):
    def offered(self) -> "ServiceQuerySet":
        return self.filter(is_offered=True).order_by("order", "name")

    def bookable_online(self) -> "ServiceQuerySet":
        return self.offered().filter(online=True)


class Service(models.Model):
    class Visit(models.TextChoices):
        FIRST = "first", "First visit"
        FOLLOW_UP = "follow_up", "Follow-up"

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    summary = models.CharField(max_length=200, help_text="Who it is for, in a sentence.")
    visit = models.CharField(max_length=10, choices=Visit)
    length_minutes = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(5), MaxValueValidator(8 * 60)]
    )
    buffer_before_minutes = models.PositiveSmallIntegerField(
        default=0, validators=[MaxValueValidator(120)], help_text="Kept free before the visit."
    )
    buffer_after_minutes = models.PositiveSmallIntegerField(
        default=0, validators=[MaxValueValidator(120)], help_text="Kept free after the visit."
    )
    start_every_minutes = models.PositiveSmallIntegerField(
        default=15,
        validators=[MinValueValidator(5), MaxValueValidator(120)],
        help_text="Start times lie this far apart, counted from the start of a working window.",
    )
    notice_hours = models.PositiveSmallIntegerField(
        default=2, help_text="How long before the visit it can still be booked."
    )
    horizon_days = models.PositiveSmallIntegerField(
        default=60,
        validators=[MinValueValidator(1), MaxValueValidator(366)],
        help_text="How far ahead it can be booked.",
    )
    cancel_cutoff_hours = models.PositiveSmallIntegerField(
        default=24,
        help_text="Until this long before the visit patients may move or cancel it themselves.",
    )
    price = models.DecimalField(max_digits=8, decimal_places=2, validators=[MinValueValidator(0)])
    reminder_hours = ArrayField(
        models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(336)]),
        default=default_reminder_hours,
        blank=True,
        verbose_name="reminders",
        help_text="Hours before the visit, such as 72, 24. Empty: no reminders.",
    )
    asks_safety_questions = models.BooleanField(
        default=True, help_text="Whether the safety questions are asked before it is booked online."
    )
    by_phone = models.BooleanField(
        "takes place by phone", default=False, help_text="Letters then give no address to come to."
    )
    online = models.BooleanField("bookable online", default=True)
    is_offered = models.BooleanField("offered", default=True)
    order = models.PositiveSmallIntegerField(default=0)
    practitioners = models.ManyToManyField(Practitioner, related_name="services")

    objects = ServiceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(length_minutes__gte=5), name="service_lasts_five_minutes_or_more"
            ),
            models.CheckConstraint(
                condition=models.Q(start_every_minutes__gte=5), name="service_starts_lie_apart"
            ),
            models.CheckConstraint(
                condition=models.Q(price__gte=0), name="service_price_is_not_negative"
            ),
        ]

    class Privacy:
        personal = frozenset[str]()
        not_personal = frozenset(
            {
                "id",
                "slug",
                "name",
                "summary",
                "visit",
                "length_minutes",
                "buffer_before_minutes",
                "buffer_after_minutes",
                "start_every_minutes",
                "notice_hours",
                "horizon_days",
                "cancel_cutoff_hours",
                "price",
                "reminder_hours",
                "asks_safety_questions",
                "by_phone",
                "online",
                "is_offered",
                "order",
                "practitioners",
            }
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("times", args=[self.slug])

    @property
    def length(self) -> timedelta:
        return timedelta(minutes=self.length_minutes)

    @property
    def policy(self) -> BookingPolicy:
        return BookingPolicy(
            notice=timedelta(hours=self.notice_hours),
            horizon=timedelta(days=self.horizon_days),
            start_every=timedelta(minutes=self.start_every_minutes),
            buffer_before=timedelta(minutes=self.buffer_before_minutes),
            buffer_after=timedelta(minutes=self.buffer_after_minutes),
        )


class Room(models.Model):
    location = models.ForeignKey(Location, models.PROTECT, related_name="rooms")
    name = models.CharField(max_length=40)
    order = models.PositiveSmallIntegerField(default=0, help_text="Lower numbers are filled first.")
    in_use = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["location", "name"], name="room_name_is_unique_at_its_location"
            ),
        ]

    class Privacy:
        personal = frozenset[str]()
        not_personal = frozenset({"id", "location", "name", "order", "in_use"})

    def __str__(self) -> str:
        return f"{self.name}, {self.location}"
