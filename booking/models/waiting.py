"""Who would come earlier, and what they were offered."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.timezone import localtime

from booking.models.appointments import Appointment
from booking.models.catalogue import Service
from booking.models.patients import Patient
from clinic_site.local_time import WEEKDAYS, wall_clock
from content.models import Location, Practitioner


class WaitingEntry(models.Model):
    """A patient's wish for a time: earlier than `appointment`, or for a first one if that is empty.

    What is left empty does not matter to the patient. Times of day are the clinic's wall clock.
    An entry `by_clinic` is nobody's wish: the clinic cannot keep the visit, and makes one offer.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        FULFILLED = "fulfilled", "Has got a time"
        WITHDRAWN = "withdrawn", "Taken off the list"
        ENDED = "ended", "Ended: its last day has passed"
        STOPPED = "stopped", "Stopped: nothing that was offered suited"

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="waiting_entries")
    service = models.ForeignKey(Service, models.PROTECT, related_name="+")
    appointment = models.ForeignKey(
        Appointment, models.PROTECT, null=True, blank=True, related_name="waiting_entries"
    )
    practitioner = models.ForeignKey(
        Practitioner, models.PROTECT, null=True, blank=True, related_name="+"
    )
    location = models.ForeignKey(Location, models.PROTECT, null=True, blank=True, related_name="+")
    weekdays = ArrayField(
        models.PositiveSmallIntegerField(),
        default=list,
        blank=True,
        help_text="0 is Monday. Empty: any day.",
    )
    earliest = models.TimeField("not before", null=True, blank=True)
    latest = models.TimeField("not after", null=True, blank=True)
    until = models.DateField("last day that suits")
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    by_clinic = models.BooleanField("made for an absence", default=False)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "waiting list"
        indexes = [
            models.Index(fields=["created_at"], condition=Q(state="waiting"), name="waiting_since"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["appointment", "by_clinic"],
                condition=Q(state="waiting"),
                name="one_waiting_entry_per_appointment",
            ),
            models.CheckConstraint(
                condition=Q(earliest__isnull=True)
                | Q(latest__isnull=True)
                | Q(earliest__lt=models.F("latest")),
                name="waiting_entry_earliest_before_latest",
                violation_error_message="“Not before” must lie before “not after”.",
            ),
        ]

    class Privacy:
        personal = frozenset(
            {"id", "patient", "service", "appointment", "practitioner", "location"}
            | {"weekdays", "earliest", "latest", "until", "state"}
        )
        not_personal = frozenset({"by_clinic", "created_at"})

    def __str__(self) -> str:
        return f"{self.patient}, waiting since {localtime(self.created_at):%d %B %Y}"

    @property
    def days_in_words(self) -> str:
        """Monday, Thursday."""
        return ", ".join(WEEKDAYS[day] for day in sorted(self.weekdays)) or "Any day"

    @property
    def hours_in_words(self) -> str:
        """From 9:00 am until 12 noon: when the visit can start."""
        ends = [("from", self.earliest), ("until", self.latest)]
        said = " ".join(f"{word} {wall_clock(wall)}" for word, wall in ends if wall)
        return said[:1].upper() + said[1:] or "Any time of day"


class SlotOffer(models.Model):
    """A freed time offered to one entry; its place is a held row until the answer or the end."""

    class Answer(models.TextChoices):
        OPEN = "open", "Waiting for the patient"
        ACCEPTED = "accepted", "Accepted"
        DECLINED = "declined", "Declined"
        LAPSED = "lapsed", "Not answered in time"

    entry = models.ForeignKey(WaitingEntry, models.PROTECT, related_name="offers")
    # The held place while the offer is open; after that the row is gone or somebody's visit.
    place = models.ForeignKey(
        Appointment,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="slot_offers",
    )
    starts_at = models.DateTimeField("time offered")
    practitioner = models.ForeignKey(Practitioner, models.PROTECT, related_name="+")
    location = models.ForeignKey(Location, models.PROTECT, related_name="+")
    offered_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    answer = models.CharField(max_length=8, choices=Answer, default=Answer.OPEN)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["expires_at"], condition=Q(answer="open"), name="open_offers_by_end"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["entry"], condition=Q(answer="open"), name="one_open_offer_per_entry"
            ),
            models.CheckConstraint(
                condition=Q(answer="open", answered_at__isnull=True)
                | (~Q(answer="open") & Q(answered_at__isnull=False)),
                name="slot_offer_says_when_it_was_answered",
            ),
        ]

    class Privacy:
        personal = frozenset(
            {"id", "entry", "place", "starts_at", "practitioner", "location", "answer"}
        )
        not_personal = frozenset({"offered_at", "expires_at", "answered_at"})

    def __str__(self) -> str:
        return f"Offer of {localtime(self.offered_at):%d %B %Y}"


class FreedTime(models.Model):
    """A stretch of the diary that became free, until it was offered or passed on to nobody."""

    practitioner = models.ForeignKey(Practitioner, models.CASCADE, related_name="+")
    location = models.ForeignKey(Location, models.CASCADE, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    # Not before: whoever gave it back may still take that back.
    offer_from = models.DateTimeField()
    handled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["offer_from"],
                condition=Q(handled_at__isnull=True),
                name="freed_times_to_offer",
            ),
        ]

    class Privacy:
        personal = frozenset[str]()
        not_personal = frozenset(
            {"id", "practitioner", "location", "starts_at", "ends_at", "offer_from", "handled_at"}
        )

    def __str__(self) -> str:
        return f"{self.practitioner} free from {localtime(self.starts_at):%d %B %Y %H:%M}"
