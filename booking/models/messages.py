from django.db import models
from django.db.models import Q

from booking.models.appointments import Appointment


class MessageQuerySet(models.QuerySet["Message"]):
    def waiting(self) -> "MessageQuerySet":
        return self.filter(state=Message.Delivery.QUEUED)


class Message(models.Model):
    """A letter that is owed to somebody: the outbox.

    Written in the same transaction as the change it tells of. `message_id` is fixed when the row
    is made, so that a letter sent twice after a crash is recognised as one by mail programs.
    """

    class Kind(models.TextChoices):
        CONFIRMATION = "confirmation", "Confirmation"
        CANCELLATION = "cancellation", "Cancellation"

    class Delivery(models.TextChoices):
        QUEUED = "queued", "Queued"
        SENT = "sent", "Sent"
        FAILED = "failed", "Failed: please phone"
        SUPERSEDED = "superseded", "No longer needed"

    appointment = models.ForeignKey(Appointment, models.PROTECT, related_name="messages")
    kind = models.CharField(max_length=16, choices=Kind)
    to = models.EmailField()
    calendar_sequence = models.PositiveIntegerField()
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
        ]

    class Privacy:
        personal = frozenset({"id", "appointment", "to", "sent_text", "message_id"})
        not_personal = frozenset(
            {
                "kind",
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
        return f"{self.get_kind_display()} of {self.appointment}"
