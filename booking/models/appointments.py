"""Appointments and their history. Only `booking.scheduling` writes them."""

from typing import Any, NoReturn, TypeVar

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from phonenumber_field.modelfields import PhoneNumberField

from booking.models.catalogue import Room, Service
from booking.models.patients import Patient
from content.models import Location, Practitioner

M = TypeVar("M", bound=models.Model)


class State(models.TextChoices):
    HELD = "held", "Held"
    NEEDS_REVIEW = "needs_review", "Needs review"
    BOOKED = "booked", "Booked"
    ARRIVED = "arrived", "Arrived"
    COMPLETED = "completed", "Completed"
    DECLINED = "declined", "Declined"
    CANCELLED = "cancelled", "Cancelled"
    NO_SHOW = "no_show", "Did not come"
    LEFT_UNSEEN = "left_unseen", "Left unseen"


BLOCKING_STATES = (
    State.HELD,
    State.NEEDS_REVIEW,
    State.BOOKED,
    State.ARRIVED,
    State.COMPLETED,
)


class Source(models.TextChoices):
    ONLINE = "online", "Website"
    DESK = "desk", "Front desk"


class NotThroughScheduling(TypeError):
    """Somebody tried to write the diary without `booking.scheduling`."""

    def __init__(self, *_args: object, **_kwargs: object) -> None:
        super().__init__("Only booking.scheduling writes appointments and their events.")


def _refuse(*_args: object, **_kwargs: object) -> NoReturn:
    raise NotThroughScheduling


class ReadOnlyQuerySet(models.QuerySet[M]):
    """Refuses every write, so that a forgotten `update()` cannot bypass the rules."""

    create = update = delete = _refuse  # type: ignore[assignment]
    bulk_create = bulk_update = _refuse
    get_or_create = update_or_create = _refuse


class WrittenByScheduling(models.Model):
    """A row that `booking.scheduling` alone may save or delete.

    Its base manager must be the refusing one too: `patient.appointments.add(…)` writes with that.
    """

    class Meta:
        abstract = True

    def save(self, *args: Any, by_scheduling: bool = False, **kwargs: Any) -> None:
        if not by_scheduling:
            raise NotThroughScheduling
        super().save(*args, **kwargs)

    def delete(
        self, *args: Any, by_scheduling: bool = False, **kwargs: Any
    ) -> tuple[int, dict[str, int]]:
        if not by_scheduling:
            raise NotThroughScheduling
        return super().delete(*args, **kwargs)


class AppointmentQuerySet(ReadOnlyQuerySet["Appointment"]):
    def blocking(self) -> "AppointmentQuerySet":
        return self.filter(state__in=BLOCKING_STATES)

    def visits(self) -> "AppointmentQuerySet":
        """Everything but a stranger's passing hold: what the desk works with."""
        return self.exclude(state=State.HELD)

    def with_everybody(self) -> "AppointmentQuerySet":
        return self.select_related(
            "patient__responsible_adult", "practitioner", "location", "room", "service"
        )


class Appointment(WrittenByScheduling):
    """A place in the diary: first a hold without a patient, then somebody's visit.

    The service's name, length, buffers, price and cut-off are copied when the place is taken, so
    that editing a service does not rewrite history. `blocks` is the time that nobody else can
    have: the visit with its buffers.
    """

    reference = models.CharField(max_length=10, unique=True)
    state = models.CharField(max_length=12, choices=State)
    source = models.CharField(max_length=6, choices=Source)
    practitioner = models.ForeignKey(Practitioner, models.PROTECT, related_name="appointments")
    location = models.ForeignKey(Location, models.PROTECT, related_name="appointments")
    room = models.ForeignKey(Room, models.PROTECT, related_name="appointments")
    starts_at = models.DateTimeField("time")
    ends_at = models.DateTimeField("ends")
    blocks = DateTimeRangeField()

    service = models.ForeignKey(Service, models.PROTECT, related_name="appointments")
    service_name = models.CharField("service as booked", max_length=80)
    length_minutes = models.PositiveSmallIntegerField()
    buffer_before_minutes = models.PositiveSmallIntegerField()
    buffer_after_minutes = models.PositiveSmallIntegerField()
    price = models.DecimalField(max_digits=8, decimal_places=2)
    cancel_cutoff_hours = models.PositiveSmallIntegerField()

    patient = models.ForeignKey(
        Patient, models.PROTECT, null=True, blank=True, related_name="appointments"
    )
    contact_phone = PhoneNumberField("phone for this visit", blank=True)
    about = models.TextField("what it is about", blank=True)

    held_by = models.CharField(max_length=64, blank=True)
    hold_expires_at = models.DateTimeField(null=True, blank=True)
    overbooked = models.BooleanField(default=False)
    overbooking_reason = models.CharField(max_length=200, blank=True)
    patient_confirmed_at = models.DateTimeField(null=True, blank=True)
    calendar_sequence = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        base_manager_name = "objects"
        permissions = [
            ("overbook", "Can overbook, giving a reason"),
            ("run_the_day", "Can book for callers, cancel, mark arrivals and no-shows"),
        ]
        indexes = [
            models.Index(fields=["starts_at"], name="appointment_by_day"),
            models.Index(
                fields=["hold_expires_at"],
                condition=Q(state=State.HELD),
                name="appointment_holds_by_end",
            ),
        ]
        constraints = [
            ExclusionConstraint(
                name="practitioner_is_in_one_place",
                expressions=[
                    ("practitioner", RangeOperators.EQUAL),
                    ("blocks", RangeOperators.OVERLAPS),
                ],
                condition=Q(state__in=BLOCKING_STATES, overbooked=False),
                violation_error_message="The practitioner has another appointment at this time.",
            ),
            ExclusionConstraint(
                name="room_is_used_once",
                expressions=[
                    ("room", RangeOperators.EQUAL),
                    ("blocks", RangeOperators.OVERLAPS),
                ],
                condition=Q(state__in=BLOCKING_STATES, overbooked=False),
                violation_error_message="The room is taken at this time.",
            ),
            ExclusionConstraint(
                name="patient_is_in_one_place",
                expressions=[
                    ("patient", RangeOperators.EQUAL),
                    (
                        Func(
                            F("starts_at"),
                            F("ends_at"),
                            RangeBoundary(),
                            function="TSTZRANGE",
                            output_field=DateTimeRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(state__in=BLOCKING_STATES, overbooked=False),
                violation_error_message="The patient has another appointment at this time.",
            ),
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at")), name="appointment_starts_before_it_ends"
            ),
            models.CheckConstraint(
                condition=Q(blocks__contains=F("starts_at"), blocks__endswith__gte=F("ends_at")),
                name="appointment_blocks_at_least_itself",
            ),
            models.CheckConstraint(
                condition=Q(state=State.HELD, hold_expires_at__isnull=False, patient__isnull=True)
                | (~Q(state=State.HELD) & Q(hold_expires_at__isnull=True, patient__isnull=False)),
                name="hold_has_an_end_and_visit_has_a_patient",
            ),
            models.CheckConstraint(
                condition=Q(overbooked=False) | ~Q(overbooking_reason=""),
                name="overbooking_has_a_reason",
            ),
            models.UniqueConstraint(
                fields=["held_by"],
                condition=Q(state=State.HELD),
                name="one_hold_per_visitor",
            ),
        ]

    class Privacy:
        personal = frozenset(
            {
                "id",
                "reference",
                "state",
                "starts_at",
                "ends_at",
                "blocks",
                "practitioner",
                "location",
                "room",
                "service",
                "service_name",
                "patient",
                "contact_phone",
                "about",
                "held_by",
                "overbooking_reason",
                "patient_confirmed_at",
            }
        )
        not_personal = frozenset(
            {
                "source",
                "length_minutes",
                "buffer_before_minutes",
                "buffer_after_minutes",
                "price",
                "cancel_cutoff_hours",
                "hold_expires_at",
                "overbooked",
                "calendar_sequence",
                "created_at",
            }
        )

    def __str__(self) -> str:
        return self.reference


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

    appointment = models.ForeignKey(
        Appointment, models.DO_NOTHING, db_constraint=False, related_name="events"
    )
    reference = models.CharField(max_length=10)
    kind = models.CharField(max_length=12, choices=EventKind)
    from_state = models.CharField(max_length=12, choices=State, blank=True)
    to_state = models.CharField(max_length=12, choices=State, blank=True)
    starts_at = models.DateTimeField("time of the visit")
    at = models.DateTimeField("when")
    author = models.CharField(max_length=7, choices=Author)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True)

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
            {"id", "appointment", "reference", "starts_at", "author", "user", "reason"}
        )
        not_personal = frozenset({"kind", "from_state", "to_state", "at"})

    def __str__(self) -> str:
        return f"{self.reference} {self.get_kind_display()}"

    @property
    def by(self) -> str:
        """Whose doing it was, in words."""
        if self.user:
            return self.user.get_full_name() or self.user.get_username()
        return self.get_author_display()
