"""The history of appointments. Only `booking.scheduling` writes it."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from booking.models.appointments import Appointment, State
from booking.models.single_writer import ReadOnlyQuerySet, WrittenByScheduling
from content.models import Location, Practitioner


class EventKind(models.TextChoices):
    HELD = "held", "Held"
    EXTENDED = "extended", "Hold extended"
    RELEASED = "released", "Released"
    EXPIRED = "expired", "Hold ran out"
    BOOKED = "booked", "Booked"
    CANCELLED = "cancelled", "Cancelled"
    ARRIVED = "arrived", "Arrived"
    COMPLETED = "completed", "Completed"
    NO_SHOW = "no_show", "Marked as did not come"
    LEFT_UNSEEN = "left_unseen", "Left unseen"
    PROVED = "proved", "E-mail confirmed"
    LAPSED = "lapsed", "Lapsed: the e-mail was not confirmed in time"
    MOVED = "moved", "Moved"
    CONFIRMED = "confirmed", "Patient will be there"
    ASKED = "asked", "Patient asked to phone about the answers"
    APPROVED = "approved", "Answers approved"
    DECLINED = "declined", "Declined after the answers were read"
    UNDONE = "undone", "Undone"


class AppointmentEventQuerySet(ReadOnlyQuerySet["AppointmentEvent"]):
    def history_of(self, appointment: Appointment) -> "AppointmentEventQuerySet":
        return self.filter(appointment=appointment).order_by("at", "pk")


class AppointmentEvent(WrittenByScheduling):
    """One change of one appointment; never altered.

    It names its appointment without a database constraint, because a hold that ran out is
    removed while its history stays.
    """

    class Author(models.TextChoices):
        PATIENT = "patient", "Patient"
        STAFF = "staff", "Staff"
        CLOCK = "clock", "Clock"

    class Wish(models.TextChoices):
        PATIENT = "patient", "The patient asked for it"
        CLINIC = "clinic", "The clinic had to"

    appointment = models.ForeignKey(
        Appointment, models.DO_NOTHING, db_constraint=False, related_name="events"
    )
    reference = models.CharField(max_length=10)
    kind = models.CharField(max_length=12, choices=EventKind)
    from_state = models.CharField(max_length=12, choices=State, blank=True)
    to_state = models.CharField(max_length=12, choices=State, blank=True)
    starts_at = models.DateTimeField("time of the visit")
    # Where a moved visit stood before.
    from_starts_at = models.DateTimeField("time before", null=True, blank=True)
    from_practitioner = models.ForeignKey(
        Practitioner, models.PROTECT, null=True, blank=True, related_name="+"
    )
    from_location = models.ForeignKey(
        Location, models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField("when")
    author = models.CharField(max_length=7, choices=Author)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    wish = models.CharField("whose wish", max_length=7, choices=Wish, blank=True)

    objects = AppointmentEventQuerySet.as_manager()

    class Meta:
        base_manager_name = "objects"
        indexes = [models.Index(fields=["appointment", "at"], name="events_of_an_appointment")]
        constraints = [
            models.CheckConstraint(
                condition=Q(author="staff", user__isnull=False)
                | (~Q(author="staff") & Q(user__isnull=True)),
                name="staff_events_have_their_user",
            ),
        ]

    class Privacy:
        personal = frozenset(
            {
                "id",
                "appointment",
                "reference",
                "starts_at",
                "from_starts_at",
                "from_practitioner",
                "from_location",
                "author",
                "user",
                "reason",
            }
        )
        not_personal = frozenset({"kind", "from_state", "to_state", "at", "wish"})

    def __str__(self) -> str:
        return f"{self.reference} {self.get_kind_display()}"

    @property
    def by(self) -> str:
        """Whose doing it was, in words."""
        if self.user:
            return self.user.get_full_name() or self.user.get_username()
        return self.get_author_display()
