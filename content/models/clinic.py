from django.db import models
from django.urls import reverse
from phonenumber_field.modelfields import PhoneNumberField

from content.models.lengths import PART


class Clinic(models.Model):
    """The clinic itself: one row, shown in the header and footer of every page and letter."""

    name = models.CharField(max_length=100)
    short_name = models.CharField(max_length=40)
    tagline = models.CharField(max_length=200, help_text="What the clinic does, in a sentence.")
    phone = PhoneNumberField()
    email = models.EmailField()
    emergency_number = models.CharField(max_length=10, help_text="Shown in “get help” cards.")
    currency = models.CharField(max_length=3, help_text="Three letters, such as CAD.")
    cancellation_notice = models.CharField(max_length=200)
    privacy_notice_version = models.CharField(
        max_length=20,
        help_text="Change it whenever the privacy page changes: each booking keeps the version "
        "that the patient saw.",
    )
    treatment_information_version = models.CharField(
        max_length=20,
        default="2026-11-20",
        help_text="Change it whenever what patients read about the treatment before a visit "
        "changes: each booking keeps the version that the patient saw.",
    )
    texts_await_approval = models.BooleanField(
        default=False,
        help_text="Shows a banner on every page of health advice until your clinician approved it.",
    )

    class Meta:
        verbose_name_plural = "clinic"
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="there_is_one_clinic"),
        ]

    class Privacy:
        personal = frozenset[str]()
        not_personal = frozenset(
            {
                "id",
                "name",
                "short_name",
                "tagline",
                "phone",
                "email",
                "emergency_number",
                "currency",
                "cancellation_notice",
                "privacy_notice_version",
                "treatment_information_version",
                "texts_await_approval",
            }
        )

    def __str__(self) -> str:
        return self.name


class LocationQuerySet(models.QuerySet["Location"]):
    def open_to_patients(self) -> "LocationQuerySet":
        return self.filter(is_open=True).order_by("order", "name")


class Location(models.Model):
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    street = models.CharField(max_length=120)
    city = models.CharField(max_length=80)
    region_code = models.CharField(max_length=10)
    postal_code = models.CharField(max_length=12)
    phone = PhoneNumberField()
    opening_hours = models.JSONField(
        default=list, help_text='What readers see: [{"days": "Monday to Friday", "hours": "…"}].'
    )
    directions = models.TextField(
        blank=True, help_text="Markdown: how to find us.", validators=[PART]
    )
    access = models.TextField(
        blank=True, help_text="Markdown: steps, lift, toilets, hearing.", validators=[PART]
    )
    parking = models.TextField(
        blank=True, help_text="Markdown: cars and bicycles.", validators=[PART]
    )
    order = models.PositiveSmallIntegerField(default=0)
    is_open = models.BooleanField("open to patients", default=True)

    objects = LocationQuerySet.as_manager()

    class Privacy:
        personal = frozenset[str]()
        not_personal = frozenset(
            {
                "id",
                "slug",
                "name",
                "street",
                "city",
                "region_code",
                "postal_code",
                "phone",
                "opening_hours",
                "directions",
                "access",
                "parking",
                "order",
                "is_open",
            }
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("location", args=[self.slug])

    @property
    def address(self) -> str:
        return f"{self.street}, {self.city} {self.region_code} {self.postal_code}"
