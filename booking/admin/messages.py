"""The outbox: what was written to whom, and whether it arrived at the mail server."""

from __future__ import annotations

from django.contrib import admin

from booking.admin.foundation import ReadOnlyAdmin
from booking.admin.wording import delivery_tag, in_zone, link_to, short_time
from booking.models import Message


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    list_display = ("due", "kind", "to", "visit", "delivery", "attempts", "sent", "last_error")
    list_display_links = ("due", "kind")
    list_filter = ("state", "kind")
    list_select_related = ("appointment",)
    search_fields = ("to", "appointment__reference")
    search_help_text = "E-mail address or reference of the visit."
    ordering = ("-due_at", "-pk")
    fields = (
        "kind",
        "to",
        "visit",
        "delivery",
        "due",
        "attempts",
        "last_error",
        "sent",
        "sent_text",
    )
    readonly_fields = fields

    @admin.display(description=in_zone("Due"), ordering="due_at")
    def due(self, message: Message) -> str:
        return short_time(message.due_at)

    @admin.display(description=in_zone("Sent"), ordering="sent_at")
    def sent(self, message: Message) -> str:
        return short_time(message.sent_at)

    @admin.display(description="Visit", ordering="appointment__reference")
    def visit(self, message: Message) -> str:
        return link_to(message.appointment, message.appointment.reference)

    @admin.display(description="Delivery", ordering="state")
    def delivery(self, message: Message) -> str:
        return delivery_tag(message)
