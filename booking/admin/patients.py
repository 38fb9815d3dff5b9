"""The people who come: how to reach them, who cares for them, and their visits."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join

from booking.admin.foundation import ClinicAdmin, ReadOnlyRows
from booking.admin.search import patients_matching
from booking.admin.wording import in_zone, link_to, national, short_time, state_tag
from booking.models import Appointment, Consent, Patient


class VisitRows(ReadOnlyRows):
    model = Appointment
    verbose_name_plural = "visits"
    fields = ("when", "service_name", "practitioner", "location", "state_shown")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request).select_related("practitioner", "location")
        return rows.order_by("-starts_at", "-pk")

    @admin.display(description=in_zone("Time"))
    def when(self, visit: Appointment) -> str:
        return link_to(visit, short_time(visit.starts_at))

    @admin.display(description="State")
    def state_shown(self, visit: Appointment) -> str:
        return state_tag(visit)


class ConsentRows(ReadOnlyRows):
    model = Consent
    verbose_name_plural = "texts acknowledged"
    fields = ("text", "version", "acknowledged", "visit")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request).select_related("appointment")
        return rows.order_by("-acknowledged_at", "-pk")

    @admin.display(description=in_zone("Acknowledged"))
    def acknowledged(self, consent: Consent) -> str:
        return short_time(consent.acknowledged_at)

    @admin.display(description="Visit")
    def visit(self, consent: Consent) -> str:
        return link_to(consent.appointment, consent.appointment.reference)


@admin.register(Patient)
class PatientAdmin(ClinicAdmin):
    """Contact details can be corrected. People are made by booking and never deleted here."""

    actions = None
    list_display = ("name", "phone_shown", "email", "responsible_adult", "known_since")
    list_select_related = ("responsible_adult",)
    search_fields = ("name",)
    search_help_text = "Name, phone number in any format, or e-mail address."
    ordering = ("name", "pk")
    inlines = (VisitRows, ConsentRows)
    fieldsets = (
        (None, {"fields": ("name", "phone", "email", "discreet")}),
        ("Care", {"fields": ("cared_for_by", "cares_for", "known_since")}),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Patient | None = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Patient | None = None) -> list[str]:
        """Who is in somebody's care is reached through them, so has no phone or e-mail here."""
        shown = ["cared_for_by", "cares_for", "known_since"]
        return ["phone", "email", *shown] if obj and obj.responsible_adult_id else shown

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        return patients_matching(queryset, search_term), False

    @admin.display(description="Phone")
    def phone_shown(self, patient: Patient) -> str:
        return national(patient.correspondent.phone)

    @admin.display(description=in_zone("Known since"), ordering="created_at")
    def known_since(self, patient: Patient) -> str:
        return short_time(patient.created_at)

    @admin.display(description="In the care of")
    def cared_for_by(self, patient: Patient) -> str:
        adult = patient.responsible_adult
        return link_to(adult, adult.name) if adult else "–"

    @admin.display(description="Cares for")
    def cares_for(self, patient: Patient) -> str:
        people = [(link_to(each, each.name),) for each in patient.dependants.order_by("name")]
        return format_html_join(", ", "{}", people) or "–"
