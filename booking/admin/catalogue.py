"""What can be booked, and the rooms it takes place in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import ManyToManyField
from django.http import HttpRequest

from booking.admin.foundation import DiaryAdmin
from booking.models import Room, Service


@admin.register(Service)
class ServiceAdmin(DiaryAdmin):
    list_display = ("name", "visit", "length", "kept_free", "price", "online", "is_offered")
    list_filter = ("visit", "online", "is_offered", "practitioners")
    search_fields = ("name", "slug")
    ordering = ("order", "name")
    prepopulated_fields = {"slug": ("name",)}
    formfield_overrides = {ManyToManyField: {"widget": forms.CheckboxSelectMultiple}}
    fieldsets = (
        (
            None,
            {
                "fields": ("name", "slug", "summary", "visit", "price"),
                "description": "Visits that are booked keep the name, length, price and times "
                "they were booked with.",
            },
        ),
        (
            "How long",
            {
                "fields": (
                    "length_minutes",
                    "buffer_before_minutes",
                    "buffer_after_minutes",
                    "start_every_minutes",
                )
            },
        ),
        (
            "When",
            {"fields": ("notice_hours", "horizon_days", "cancel_cutoff_hours", "reminder_hours")},
        ),
        ("Safety questions", {"fields": ("asks_safety_questions",)}),
        (
            "Who and where",
            {"fields": ("practitioners", "by_phone", "online", "is_offered", "order")},
        ),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Whether the safety questions are asked is a house rule, and no matter of wording."""
        may_change = request.user.has_perm("booking.change_houserules")
        return () if may_change else ("asks_safety_questions",)

    @admin.display(description="Length", ordering="length_minutes")
    def length(self, service: Service) -> str:
        return f"{service.length_minutes} minutes"

    @admin.display(description="Kept free before / after")
    def kept_free(self, service: Service) -> str:
        return f"{service.buffer_before_minutes} / {service.buffer_after_minutes} minutes"


@admin.register(Room)
class RoomAdmin(DiaryAdmin):
    list_display = ("name", "location", "order", "in_use")
    list_filter = ("location", "in_use")
    list_select_related = ("location",)
    search_fields = ("name",)
    ordering = ("location__order", "order", "name")
