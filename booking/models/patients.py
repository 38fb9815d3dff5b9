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
    responsible_adult = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="dependants"
    )
    discreet = models.BooleanField(
        default=True, help_text="Letters say nothing of the clinic's work in their subject."
    )
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            # Two browsers booking as one person must meet the same row.
            models.UniqueConstraint(
                Lower("name"),
                Lower("email"),
                condition=Q(responsible_adult__isnull=True) & ~Q(email=""),
                name="one_patient_per_name_and_email",
                violation_error_message="A patient of this name and e-mail address exists.",
            ),
            models.UniqueConstraint(
                Lower("name"),
                "responsible_adult",
                condition=Q(responsible_adult__isnull=False),
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
        personal = frozenset({"id", "name", "email", "phone", "responsible_adult", "discreet"})
        not_personal = frozenset({"created_at"})

    def __str__(self) -> str:
        return self.name

    @property
    def correspondent(self) -> "Patient":
        """The person whom letters and calls go to."""
        return self.responsible_adult or self


class Consent(models.Model):
    """Which version of a text a patient was shown and acknowledged, and when."""

    class Text(models.TextChoices):
        PRIVACY_NOTICE = "privacy_notice", "Privacy notice"

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="consents")
    appointment = models.ForeignKey("booking.Appointment", models.PROTECT, related_name="consents")
    text = models.CharField(max_length=20, choices=Text)
    version = models.CharField(max_length=20)
    acknowledged_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["appointment", "text"], name="one_consent_per_text_and_appointment"
            ),
        ]

    class Privacy:
        personal = frozenset({"id", "patient", "appointment", "acknowledged_at"})
        not_personal = frozenset({"text", "version"})

    def __str__(self) -> str:
        return f"{self.get_text_display()} {self.version}"
