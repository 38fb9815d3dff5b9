"""The people who come: how to reach them, who cares for them, and their visits."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html_join

from booking import scheduling
from booking.admin.foundation import WholeRowForm
from booking.admin.merging import MAY_MERGE, MergingPages, merges_to_undo
from booking.admin.relatives import dependant_page
from booking.admin.search import patients_matching
from booking.admin.wording import in_zone, link_to, national, short_time, state_tag
from booking.models import Appointment, Patient


def visits_of(patient: Patient) -> list[tuple[str, ...]]:
    """When, who, what, with whom, where, state: a row for each visit of the patient and of those
    in their care, the latest first."""
    theirs = Q(patient=patient) | Q(patient__responsible_adult=patient)
    visits = Appointment.objects.filter(theirs).select_related(
        "patient", "practitioner", "location"
    )
    return [
        (
            link_to(visit, short_time(visit.starts_at)),
            str(visit.patient),
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


# A tick on the page is a moment in the row.
STANDS_FOR = {"agrees_to_texts": "texts_agreed_at"}


class PatientForm(WholeRowForm):
    agrees_to_texts = forms.BooleanField(
        label="Agreed to text messages",
        required=False,
        help_text="Text messages go to the phone number above. They say when and which number "
        "to phone; a reminder or an offer also has its link where that fits.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["agrees_to_texts"] = self.instance.texts_agreed_at is not None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("agrees_to_texts") and "phone" in cleaned and not cleaned["phone"]:
            self.add_error("agrees_to_texts", "There is no phone number to send them to.")
        return cleaned


@admin.register(Patient)
class PatientAdmin(MergingPages):
    """Contact details can be corrected. People are made by booking and never deleted here."""

    actions = None
    form = PatientForm
    list_display = ("name", "phone_shown", "email", "responsible_adult", "known_since")
    list_select_related = ("responsible_adult",)
    search_fields = ("name",)
    search_help_text = "Name, phone number in any format, e-mail address, or date of birth."
    ordering = ("name", "pk")
    fieldsets = (
        (None, {"fields": ("name", "born_on", "phone", "email")}),
        ("How we write", {"fields": ("reminders", "agrees_to_texts", "discreet")}),
        ("Care", {"fields": ("cared_for_by", "cares_for", "known_since")}),
    )

    def get_urls(self) -> list[URLPattern]:
        dependant = self.admin_site.admin_view(self.dependant_view)
        name = "booking_patient_dependant"
        return [path("<int:pk>/dependant/", dependant, name=name), *super().get_urls()]

    def dependant_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "opts": self.opts}
        return dependant_page(request, pk, context)

    def save_model(self, request: HttpRequest, obj: Patient, form: Any, change: Any) -> None:
        """Another address or number reads what is sent from now on, and links at the old one end.

        Only what was typed is saved: the patient may be merged, or prove the address, at this very
        moment.
        """
        changed, now = set(form.changed_data), timezone.now()
        if "agrees_to_texts" in changed:
            obj.texts_agreed_at = now if form.cleaned_data["agrees_to_texts"] else None
        obj.save(update_fields=[STANDS_FOR.get(name, name) for name in changed])
        if "phone" in changed:
            scheduling.phone_corrected(obj, was=form.initial["phone"], now=now)
        if "email" in changed:
            scheduling.contact_changed(obj, now=now)
        elif changed & {"reminders", "agrees_to_texts", "phone"}:
            scheduling.renew_reminders(obj, now=now)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Patient | None = None) -> bool:
        return False

    def get_fieldsets(self, request: HttpRequest, obj: Patient | None = None) -> Any:
        """What somebody in care is sent, and how, is their responsible adult's wish."""
        sets = super().get_fieldsets(request, obj)
        if obj and obj.responsible_adult_id:
            wishes = [("How we write", {"fields": ("discreet",)})]
            return [wishes[0] if name == "How we write" else (name, rest) for name, rest in sets]
        return sets

    def get_readonly_fields(self, request: HttpRequest, obj: Patient | None = None) -> list[str]:
        """Who is in somebody's care is reached through them, so has no phone or e-mail here."""
        shown = ["cared_for_by", "cares_for", "known_since"]
        return ["phone", "email", *shown] if obj and obj.responsible_adult_id else shown

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """The person's visits and consents stand below the form, and are no part of it."""
        patient = context["original"]
        if patient and request.user.has_perm(MAY_MERGE):
            context["merges"] = merges_to_undo(patient)
            context["may_merge"] = True
        if request.user.has_perm("booking.view_appointment"):
            context["visits"] = visits_of(patient)
        if request.user.has_perm("booking.view_consent"):
            context["consents"] = consents_of(patient)
        return super().render_change_form(request, context, *args, **kwargs)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        return patients_matching(queryset, search_term), False

    @admin.display(description="Agreed to text messages", boolean=True)
    def agrees_to_texts(self, patient: Patient) -> bool:
        return patient.texts_agreed_at is not None

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
        on_file = patient.dependants.filter(merged_into=None).order_by("name")
        people = [(link_to(each, each.name),) for each in on_file]
        return format_html_join(", ", "{}", people) or "–"
