# ruff: noqa: FBT001 - the signatures are Django's own
"""What the clinic publishes about itself. Lists are typed one entry per line."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import URLField
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from content.models import Clinic, Location, Practitioner

MOST_LINES, LONGEST_LINE = 20, 100


class OnePerLine(forms.CharField):
    """A list of short texts, one per line."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, widget=forms.Textarea(attrs={"rows": 4}), **options)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(self.line(entry) for entry in value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[Any]:
        lines = [line.strip() for line in super().clean(value).splitlines()]
        entries = [self.entry(line) for line in lines if line]
        if len(entries) > MOST_LINES:
            raise forms.ValidationError(f"Enter at most {MOST_LINES} lines.")
        return entries

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)

    def line(self, entry: Any) -> str:
        """How an entry of the list is written."""
        return str(entry)

    def entry(self, line: str) -> Any:
        """What a line stands for, or ValidationError."""
        if len(line) > LONGEST_LINE:
            raise forms.ValidationError(
                f"Shorten “{line[:40]}…” to {LONGEST_LINE} characters, or use two lines."
            )
        return line


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


class PublishedAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # takes none at run time
    formfield_overrides = {URLField: {"assume_scheme": "https"}}
    show_full_result_count = False

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What stands in the way is told as such, not as a permission that is lacking."""
        rows, counts, lacking, protected = super().get_deleted_objects(objs, request)
        return rows, counts, set() if protected else lacking, protected


class PractitionerForm(forms.ModelForm):  # type: ignore[type-arg] # takes none at run time
    languages = OnePerLine(help_text="One per line.")
    interests = OnePerLine(help_text="Short phrases, one per line.")


@admin.register(Practitioner)
class PractitionerAdmin(PublishedAdmin):
    form = PractitionerForm
    list_display = ("name", "job_title", "needling_authorised", "is_treating", "order")
    list_filter = ("is_treating", "needling_authorised")
    search_fields = ("name", "job_title")
    ordering = ("order", "name")
    prepopulated_fields = {"slug": ("name",)}
    fieldsets = (
        (None, {"fields": ("name", "slug", "job_title", "credentials", "languages")}),
        ("Registration", {"fields": ("register_name", "registration_number", "register_url")}),
        ("On the team page", {"fields": ("interests", "bio", "order")}),
        ("At work", {"fields": ("needling_authorised", "is_treating", "user")}),
    )

    def get_readonly_fields(
        self, request: HttpRequest, obj: Practitioner | None = None
    ) -> tuple[str, ...]:
        """Whose login a practitioner has is for those who look after logins."""
        return () if request.user.has_perm("auth.change_user") else ("user",)


class LocationForm(forms.ModelForm):  # type: ignore[type-arg] # takes none at run time
    opening_hours = DaysAndHours(
        help_text="What readers see, one line each, like “Monday to Friday: 8 am to 6 pm”. "
        "The diary follows the working hours, not this."
    )


@admin.register(Location)
class LocationAdmin(PublishedAdmin):
    form = LocationForm
    list_display = ("name", "street", "city", "phone", "is_open", "order")
    list_filter = ("is_open",)
    search_fields = ("name", "street")
    ordering = ("order", "name")
    prepopulated_fields = {"slug": ("name",)}
    fieldsets = (
        (None, {"fields": ("name", "slug", "phone", "opening_hours", "is_open", "order")}),
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
        ("Booking", {"fields": ("currency", "cancellation_notice", "privacy_notice_version")}),
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
