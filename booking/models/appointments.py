"""Appointments: holds and visits. Only `booking.scheduling` writes them."""

from copy import copy
from datetime import timedelta

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from phonenumber_field.modelfields import PhoneNumberField

from booking.intervals import Interval
from booking.models.catalogue import Room, Service
from booking.models.courses import Course
from booking.models.patients import Patient
from booking.models.screening import ScreeningAnswers
from booking.models.single_writer import ReadOnlyQuerySet, WrittenByScheduling
from content.models import Location, Practitioner


class State(models.TextChoices):
    HELD = "held", "Held"
    UNPROVED = "unproved", "Waiting for the patient to confirm the e-mail"
    NEEDS_REVIEW = "needs_review", "Needs review"
    BOOKED = "booked", "Booked"
    ARRIVED = "arrived", "Arrived"
    COMPLETED = "completed", "Completed"
    DECLINED = "declined", "Declined"
    CANCELLED = "cancelled", "Cancelled"
    NO_SHOW = "no_show", "Did not come"
    LEFT_UNSEEN = "left_unseen", "Left unseen"
    LAPSED = "lapsed", "Lapsed"


BLOCKING_STATES = (
    State.HELD,
    State.UNPROVED,
    State.NEEDS_REVIEW,
    State.BOOKED,
    State.ARRIVED,
    State.COMPLETED,
)

# The clock takes these out of the diary when their end has come.
PASSING_STATES = (State.HELD, State.UNPROVED)

# A visit that lies ahead and stands, as far as anybody knows.
STANDING_STATES = (State.UNPROVED, State.NEEDS_REVIEW, State.BOOKED)

# A visit that is the patient's for certain, and so may get another time.
MOVABLE_STATES = (State.NEEDS_REVIEW, State.BOOKED)


class Source(models.TextChoices):
    ONLINE = "online", "Website"
    DESK = "desk", "Front desk"


class AppointmentQuerySet(ReadOnlyQuerySet["Appointment"]):
    def blocking(self) -> "AppointmentQuerySet":
        return self.filter(state__in=BLOCKING_STATES)

    def visits(self) -> "AppointmentQuerySet":
        """Everything but a stranger's passing hold: what the desk works with."""
        return self.exclude(state=State.HELD)

    def standing(self) -> "AppointmentQuerySet":
        """Visits that have not begun for anybody yet and are not off either."""
        return self.filter(state__in=STANDING_STATES)

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
    screening = models.ForeignKey(
        ScreeningAnswers, models.PROTECT, null=True, blank=True, related_name="appointments"
    )
    course = models.ForeignKey(
        Course, models.PROTECT, null=True, blank=True, related_name="appointments"
    )

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
            ("export_visits", "Can export lists of visits"),
            ("see_reports", "Can see reports about the clinic"),
        ]
        indexes = [
            models.Index(fields=["starts_at"], name="appointment_by_day"),
            models.Index(
                fields=["hold_expires_at"],
                condition=Q(state__in=PASSING_STATES),
                name="appointment_passing_by_end",
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
                | Q(state=State.UNPROVED, hold_expires_at__isnull=False, patient__isnull=False)
                | (
                    ~Q(state__in=PASSING_STATES)
                    & Q(hold_expires_at__isnull=True, patient__isnull=False)
                ),
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
                "screening",
                "course",
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

    @property
    def service_as_booked(self) -> Service:
        """The service, taking as long as it did when this was booked: a copy, not to be saved."""
        service = copy(self.service)
        service.length_minutes = self.length_minutes
        service.buffer_before_minutes = self.buffer_before_minutes
        service.buffer_after_minutes = self.buffer_after_minutes
        return service

    @property
    def block(self) -> Interval:
        """The visit with its buffers: what `blocks` says, as the rules have it."""
        return Interval(self.starts_at, self.ends_at).widened(
            before=timedelta(minutes=self.buffer_before_minutes),
            after=timedelta(minutes=self.buffer_after_minutes),
        )
