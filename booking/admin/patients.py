"""The people who come: how to reach them, who cares for them, and their visits."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html_join

from booking.admin.foundation import ClinicAdmin
from booking.admin.search import patients_matching
from booking.admin.wording import in_zone, link_to, national, short_time, state_tag
from booking.models import Patient


def visits_of(patient: Patient) -> list[tuple[str, ...]]:
    """When, what, with whom, where, state: a row for each visit, the latest first."""
    visits = patient.appointments.select_related("practitioner", "location")
    return [
        (
            link_to(visit, short_time(visit.starts_at)),
            visit.service_name,
            visit.practitioner.name,
            visit.location.name,
            state_tag(visit),
        )
        for visit in visits.order_by("-starts_at", "-pk")
    ]


def consents_of(patient: Patient) -> list[tuple[str, ...]]:
    """Which text, its version, when, for which visit: a row for each, the latest first."""
    consents = patient.consents.select_related("appointment")
    return [
        (
            consent.get_text_display(),
            consent.version,
            short_time(consent.acknowledged_at),
            link_to(consent.appointment, consent.appointment.reference),
        )
        for consent in consents.order_by("-acknowledged_at", "-pk")
    ]


@admin.register(Patient)
class PatientAdmin(ClinicAdmin):
    """Contact details can be corrected. People are made by booking and never deleted here."""

    actions = None
    list_display = ("name", "phone_shown", "email", "responsible_adult", "known_since")
    list_select_related = ("responsible_adult",)
    search_fields = ("name",)
    search_help_text = "Name, phone number in any format, or e-mail address."
    ordering = ("name", "pk")
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

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """The person's visits and consents stand below the form, and are no part of it."""
        patient = context["original"]
        if request.user.has_perm("booking.view_appointment"):
            context["visits"] = visits_of(patient)
        if request.user.has_perm("booking.view_consent"):
            context["consents"] = consents_of(patient)
        return super().render_change_form(request, context, *args, **kwargs)

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
