"""The outbox: what was written to whom, and whether it arrived at the mail server."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from booking.admin.foundation import ReadOnlyAdmin
from booking.admin.wording import (
    delivery_tag,
    in_zone,
    link_to,
    national,
    phone_of,
    short_time,
    two_lines,
    who_comes,
)
from booking.letters.readers import patient_of
from booking.models import Message

Delivery = Message.Delivery


class NotReachedFilter(admin.SimpleListFilter):
    """Whom the desk has to phone, because no letter reached them."""

    title = "reached"
    parameter_name = "reached"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [("no", "Not reached: please phone")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Message]) -> QuerySet[Message]:
        return queryset.filter(state=Delivery.FAILED) if self.value() == "no" else queryset


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    list_display = (
        *("due", "kind", "whom", "delivery", "visit"),
        *("to", "sent", "last_error"),
    )
    list_display_links = ("due", "kind")
    list_filter = (NotReachedFilter, "state", "kind", "channel")
    list_select_related = (
        "appointment__patient__responsible_adult",
        "offer__entry__patient__responsible_adult",
        "waiting_entry__patient__responsible_adult",
        "course__patient__responsible_adult",
    )
    search_fields = ("to", "appointment__reference")
    search_help_text = "E-mail address, phone number or reference of the visit."
    ordering = ("-due_at", "-pk")
    actions = ("done_phoned",)  # type: ignore[assignment] # others have none at all
    fields = (
        "kind",
        "channel",
        "to",
        "phone",
        "visit",
        "delivery",
        "due",
        "attempts",
        "last_error",
        "sent",
        "sent_text",
    )
    readonly_fields = fields

    @admin.action(description="Done: phoned", permissions=["run_the_day"])
    def done_phoned(self, request: HttpRequest, chosen: QuerySet[Message]) -> None:
        """Take letters that reached nobody off the list: somebody has spoken to the patient."""
        done = 0
        for message in chosen.filter(state=Delivery.FAILED).order_by("pk"):
            # Of two people at two desks one is told that it is done already.
            if Message.objects.filter(pk=message.pk, state=Delivery.FAILED).update(
                state=Delivery.SUPERSEDED
            ):
                self.log_change(request, message, "Phoned instead of the letter that failed.")
                done += 1
        if done:
            self.message_user(request, f"Done: {done} phoned.", messages.SUCCESS)
        else:
            self.message_user(
                request, "Nothing changed: choose letters that failed.", messages.WARNING
            )

    def has_run_the_day_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("booking.run_the_day")

    @admin.display(description=in_zone("Due"), ordering="due_at")
    def due(self, message: Message) -> str:
        return short_time(message.due_at)

    @admin.display(description=in_zone("Sent"), ordering="sent_at")
    def sent(self, message: Message) -> str:
        return short_time(message.sent_at)

    @admin.display(description="Phone")
    def phone(self, message: Message) -> str:
        if message.appointment:
            return phone_of(message.appointment)
        patient = patient_of(message)
        return national(patient.correspondent.phone if patient else "")

    @admin.display(description="Patient and phone")
    def whom(self, message: Message) -> str:
        visit = message.appointment
        return two_lines(
            who_comes(visit.patient if visit else patient_of(message)), self.phone(message)
        )

    @admin.display(description="Visit", ordering="appointment__reference")
    def visit(self, message: Message) -> str:
        if message.appointment is None:
            return "–"
        return link_to(message.appointment, message.appointment.reference)

    @admin.display(description="Delivery", ordering="state")
    def delivery(self, message: Message) -> str:
        return delivery_tag(message)
