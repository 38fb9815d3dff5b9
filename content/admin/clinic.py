# ruff: noqa: FBT001 - the signatures are Django's own
"""What the clinic publishes about itself: its people, places, and its own few facts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from content import search
from content.admin.checked_words import CheckedWordsAdmin
from content.admin.foundation import PublishedAdmin
from content.admin.lists import OnePerLine
from content.admin.publication_forms import CheckedWordsForm
from content.models import Clinic, Location, Practitioner
from content.usage import text_reviewed_by

LEFT_BEHIND = (
    "Visits that are still booked {} are counted on admin’s front page, for the front desk to find "
    "them another time."
)


class DaysAndHours(OnePerLine):
    """Opening hours as “Monday to Friday: 8 am to 6 pm”."""

    def line(self, entry: Any) -> str:
        return f"{entry.get('days', '')}: {entry.get('hours', '')}"

    def entry(self, line: str) -> dict[str, str]:
        days, colon, hours = (part.strip() for part in super().entry(line).partition(":"))
        if not (days and colon and hours):
            raise forms.ValidationError(
                f"“{line}” needs days, a colon and hours, like “Monday to Friday: 8 am to 6 pm”."
            )
        return {"days": days, "hours": hours}


class PractitionerForm(CheckedWordsForm):
    languages = OnePerLine(help_text="One per line.")
    interests = OnePerLine(help_text="Short phrases, one per line.")

    def clean_registration_number(self) -> str:
        number: str = self.cleaned_data["registration_number"]
        if not number.strip() and (text := text_reviewed_by(self.instance)):
            raise ValidationError(
                f"“{text}” was reviewed by {self.instance.name}: it needs this number."
            )
        return number


class FindableAdmin(CheckedWordsAdmin):
    """Keeps what is found of a row as the row is."""

    actions = None  # deleting many at once passes by `delete_model`

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        search.refresh(form.instance, timezone.now())

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        super().delete_model(request, obj)
        search.refresh(obj, timezone.now())


@admin.register(Practitioner)
class PractitionerAdmin(FindableAdmin):
    form = PractitionerForm
    markdown_fields = ("bio",)
    markdown_page = "practitioner"
    list_display = ("name", "job_title", "needling_authorised", "is_treating", "order")
    list_filter = ("is_treating", "needling_authorised")
    search_fields = ("name", "job_title")
    ordering = ("order", "name")
    prepopulated_fields = {"slug": ("name",)}
    fieldsets = (
        (None, {"fields": ("name", "slug", "job_title", "credentials", "languages")}),
        ("Registration", {"fields": ("register_name", "registration_number", "register_url")}),
        ("On the team page", {"fields": ("interests", "bio", "order")}),
        (
            "At work",
            {
                "fields": ("needling_authorised", "is_treating", "user"),
                "description": LEFT_BEHIND.format("with whoever does not treat any more"),
            },
        ),
    )

    def get_readonly_fields(
        self, request: HttpRequest, obj: Practitioner | None = None
    ) -> tuple[str, ...]:
        """Whose login a practitioner has is for those who look after logins."""
        return () if request.user.has_perm("auth.change_user") else ("user",)


class LocationForm(CheckedWordsForm):
    opening_hours = DaysAndHours(
        help_text="What readers see, one line each, like “Monday to Friday: 8 am to 6 pm”. "
        "The diary follows the working hours, not this."
    )


@admin.register(Location)
class LocationAdmin(FindableAdmin):
    form = LocationForm
    markdown_fields = ("directions", "access", "parking")
    markdown_page = "location"
    list_display = ("name", "street", "city", "phone", "is_open", "order")
    list_filter = ("is_open",)
    search_fields = ("name", "street")
    ordering = ("order", "name")
    prepopulated_fields = {"slug": ("name",)}
    fieldsets = (
        (None, {"fields": ("name", "slug", "phone", "opening_hours", "order")}),
        (
            "Open or closed for good",
            {"fields": ("is_open",), "description": LEFT_BEHIND.format("at a closed location")},
        ),
        ("Address", {"fields": ("street", "city", "region_code", "postal_code")}),
        ("For visitors", {"fields": ("directions", "access", "parking")}),
    )


@admin.register(Clinic)
class ClinicAdmin(PublishedAdmin):
    """One row: its list leads straight to it."""

    actions = None
    fieldsets = (
        (None, {"fields": ("name", "short_name", "tagline")}),
        ("How to reach us", {"fields": ("phone", "email", "emergency_number")}),
        ("Booking", {"fields": ("currency", "cancellation_notice")}),
        (
            "What patients acknowledge",
            {"fields": ("privacy_notice_version", "treatment_information_version")},
        ),
        ("Health advice", {"fields": ("texts_await_approval",)}),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not Clinic.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj: Clinic | None = None) -> bool:
        return False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        clinic = Clinic.objects.first()
        if clinic and self.has_view_permission(request, clinic):
            return HttpResponseRedirect(reverse("admin:content_clinic_change", args=[clinic.pk]))
        return super().changelist_view(request, extra_context)

    def save_model(self, request: HttpRequest, obj: Clinic, form: Any, change: bool) -> None:
        obj.pk = 1
        super().save_model(request, obj, form, change)
