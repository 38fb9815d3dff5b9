from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from phonenumber_field.modelfields import PhoneNumberField


class Patient(models.Model):
    """A person who is treated. A child or a person in care has a responsible adult who is
    written to instead; the adult is a row here too, perhaps without a visit of their own."""

    name = models.CharField(max_length=120)
    email = models.EmailField(blank=True)
    phone = PhoneNumberField(blank=True)
    born_on = models.DateField("date of birth", null=True, blank=True)
    responsible_adult = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="dependants"
    )
    discreet = models.BooleanField(
        default=True, help_text="Letters say nothing of the clinic's work in their subject."
    )
    reminders = models.BooleanField(
        "wants reminders", default=True, help_text="Untick if they would rather have none."
    )
    texts_agreed_at = models.DateTimeField(
        "agreed to text messages", null=True, blank=True, help_text="Empty: only e-mail."
    )
    email_proved_at = models.DateTimeField(
        "e-mail proved", null=True, blank=True, help_text="When a link sent there was used."
    )
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, editable=False, related_name="duplicates"
    )
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            # Two browsers booking as one person must meet the same row. One that was merged into
            # another keeps its name and address, by which its person is still found.
            models.UniqueConstraint(
                Lower("name"),
                Lower("email"),
                condition=Q(responsible_adult__isnull=True, merged_into__isnull=True)
                & ~Q(email=""),
                name="one_patient_per_name_and_email",
                violation_error_message="A patient of this name and e-mail address exists.",
            ),
            models.UniqueConstraint(
                Lower("name"),
                "responsible_adult",
                condition=Q(responsible_adult__isnull=False, merged_into__isnull=True),
                name="one_dependant_of_a_name_per_adult",
                violation_error_message="This adult already has a dependant of this name.",
            ),
            models.CheckConstraint(
                condition=Q(responsible_adult__isnull=True) | Q(email="", phone=""),
                name="dependants_are_reached_through_their_adult",
                violation_error_message="Leave e-mail and phone empty: letters go to the "
                "responsible adult.",
            ),
            models.CheckConstraint(
                condition=~Q(responsible_adult=models.F("pk")),
                name="nobody_is_their_own_responsible_adult",
            ),
        ]

    class Privacy:
        personal = frozenset(
            {
                "id",
                "name",
                "email",
                "phone",
                "born_on",
                "responsible_adult",
                "merged_into",
                "discreet",
                "reminders",
                "texts_agreed_at",
                "email_proved_at",
            }
        )
        not_personal = frozenset({"created_at"})

    def __str__(self) -> str:
        return self.name

    @property
    def correspondent(self) -> "Patient":
        """The person whom letters and calls go to."""
        return self.responsible_adult or self

    @property
    def also_on_file_as(self) -> "list[Patient]":
        """The rows that were found to be duplicates of this one, or of one of them."""
        return [
            row
            for duplicate in self.duplicates.all()
            for row in (duplicate, *duplicate.also_on_file_as)
        ]


class Consent(models.Model):
    """Which version of a text a patient was shown and acknowledged, and when.

    Reading is not agreeing: consent to treatment is given in person, and whoever heard it records
    it here (`recorded_by`). It can be taken back at any time (`withdrawn_at`).
    """

    class Text(models.TextChoices):
        PRIVACY_NOTICE = "privacy_notice", "Privacy notice"
        TREATMENT_INFORMATION = "treatment_info", "Information about the treatment"
        TREATMENT = "treatment", "Consent to the treatment, in person"

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="consents")
    appointment = models.ForeignKey("booking.Appointment", models.PROTECT, related_name="consents")
    text = models.CharField(max_length=20, choices=Text)
    version = models.CharField(max_length=20)
    acknowledged_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["appointment", "text"], name="one_consent_per_text_and_appointment"
            ),
            models.CheckConstraint(
                condition=Q(text="treatment", recorded_by__isnull=False)
                | (~Q(text="treatment") & Q(recorded_by__isnull=True)),
                name="consent_to_treatment_is_recorded_by_staff",
            ),
        ]

    class Privacy:
        personal = frozenset(
            {"id", "patient", "appointment", "acknowledged_at", "recorded_by", "withdrawn_at"}
        )
        not_personal = frozenset({"text", "version"})

    def __str__(self) -> str:
        return f"{self.get_text_display()} {self.version}"
