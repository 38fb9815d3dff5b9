from django.conf import settings
from django.db import models
from django.urls import reverse

from content.models.lengths import PART


class PractitionerQuerySet(models.QuerySet["Practitioner"]):
    def treating(self) -> "PractitionerQuerySet":
        return self.filter(is_treating=True).order_by("order", "name")


class Practitioner(models.Model):
    """A clinician who treats patients here; published on the team page, booked in the diary."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    job_title = models.CharField(max_length=80)
    credentials = models.CharField(max_length=80, blank=True)
    register_name = models.CharField(max_length=120, blank=True)
    registration_number = models.CharField(max_length=40, blank=True)
    register_url = models.URLField(blank=True)
    languages = models.JSONField(default=list)
    interests = models.JSONField(default=list, help_text="Short phrases.")
    needling_authorised = models.BooleanField("authorised to needle", default=False)
    bio = models.TextField(blank=True, help_text="Markdown.", validators=[PART])
    order = models.PositiveSmallIntegerField(default=0)
    is_treating = models.BooleanField(
        "treating patients", default=True, help_text="Untick when they leave: history is kept."
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, verbose_name="login"
    )

    objects = PractitionerQuerySet.as_manager()

    class Privacy:
        # What a practitioner publishes of themselves; nothing here is about a patient.
        personal = frozenset({"user"})
        not_personal = frozenset(
            {
                "id",
                "slug",
                "name",
                "job_title",
                "credentials",
                "register_name",
                "registration_number",
                "register_url",
                "languages",
                "interests",
                "needling_authorised",
                "bio",
                "order",
                "is_treating",
            }
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("practitioner", args=[self.slug])
