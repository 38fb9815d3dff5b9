from django.db import models
from django.db.models import Q

from booking.models.appointments import Appointment
from booking.models.courses import Course
from booking.models.waiting import SlotOffer, WaitingEntry


class MessageQuerySet(models.QuerySet["Message"]):
    def waiting(self) -> "MessageQuerySet":
        return self.filter(state=Message.Delivery.QUEUED)


class Message(models.Model):
    """A letter or text message that is owed to somebody: the outbox.

    Written in the same transaction as the change it tells of. `message_id` is fixed when the row
    is made, so that a letter sent twice after a crash is recognised as one by mail programs.
    """

    class Kind(models.TextChoices):
        CONFIRMATION = "confirmation", "Confirmation"
        MOVED = "moved", "New time"
        CANCELLATION = "cancellation", "Cancellation"
        REMINDER = "reminder", "Reminder"
        ADDRESS_PROOF = "address_proof", "Please confirm your e-mail"
        REVIEW = "review", "We look at your answers first"
        PLEASE_PHONE = "please_phone", "Please phone us"
        DECLINED = "declined", "We cannot give you this visit"
        AFTERCARE = "aftercare", "After your visit"
        WAITING = "waiting", "You are on the list"
        OFFER = "offer", "A free time"
        CHOOSE_TIME = "choose_time", "Please choose another time"
        COURSE = "course", "Proposed sessions"
        COURSE_BOOKED = "course_booked", "Your sessions"
        FIND_VISIT = "find_visit", "Your visits"

    class Delivery(models.TextChoices):
        QUEUED = "queued", "Queued"
        SENT = "sent", "Sent"
        FAILED = "failed", "Failed: please phone"
        SUPERSEDED = "superseded", "No longer needed"

    class Channel(models.TextChoices):
        EMAIL = "email", "E-mail"
        TEXT = "text", "Text message"

    # What it is about: one of these, or for a lost link only the address that asked.
    appointment = models.ForeignKey(
        Appointment, models.PROTECT, null=True, blank=True, related_name="messages"
    )
    offer = models.ForeignKey(
        SlotOffer, models.PROTECT, null=True, blank=True, related_name="messages"
    )
    waiting_entry = models.ForeignKey(
        WaitingEntry, models.PROTECT, null=True, blank=True, related_name="messages"
    )
    course = models.ForeignKey(
        Course, models.PROTECT, null=True, blank=True, related_name="messages"
    )
    kind = models.CharField(max_length=16, choices=Kind)
    channel = models.CharField(max_length=5, choices=Channel, default=Channel.EMAIL)
    to = models.CharField(max_length=254, help_text="E-mail address, or phone number.")
    calendar_sequence = models.PositiveIntegerField(default=0)
    message_id = models.CharField(max_length=120, unique=True)
    state = models.CharField("delivery", max_length=10, choices=Delivery, default=Delivery.QUEUED)
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=80, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    sent_text = models.TextField("text as sent", blank=True)
    created_at = models.DateTimeField()

    objects = MessageQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(state="queued"), name="messages_waiting_by_due_time"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False)
                | (~Q(state="sent") & Q(sent_at__isnull=True)),
                name="message_sent_at_says_when_it_was_sent",
            ),
            models.CheckConstraint(
                condition=Q(kind="find_visit")
                | Q(appointment__isnull=False)
                | Q(offer__isnull=False)
                | Q(waiting_entry__isnull=False)
                | Q(course__isnull=False),
                name="message_is_about_something",
            ),
        ]

    class Privacy:
        personal = frozenset(
            {"id", "appointment", "offer", "waiting_entry", "course"}
            | {"to", "sent_text", "message_id"}
        )
        not_personal = frozenset(
            {
                "kind",
                "channel",
                "calendar_sequence",
                "state",
                "due_at",
                "attempts",
                "last_error",
                "sent_at",
                "created_at",
            }
        )

    def __str__(self) -> str:
        return self.get_kind_display()
