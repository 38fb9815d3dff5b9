"""Consent to the treatment: a sheet to talk through, and the record that it was given in person."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.models import CHANGE as CHANGE_LOGGED
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone

from booking import answers_on_file
from booking.admin.rights import may_hear_consent
from booking.admin.wording import ZONE, page_of, short_time, who_comes
from booking.models import Appointment, Consent, Patient, State
from booking.screening import version_of
from clinic_site.local_time import clinic_zone, local_day
from content.models import Clinic, SafetyRule
from content.models.evidence import Region

ADD, CHANGE = "booking.add_consent", "booking.change_consent"
# Somebody who is here, or should be.
IN_PERSON = frozenset({State.BOOKED, State.ARRIVED, State.COMPLETED})


class RegionForm(forms.Form):
    region = forms.ChoiceField(
        label="Where the needle would go",
        required=False,
        choices=[
            ("", "Not chosen: every region"),
            *((value, word) for value, word in Region.choices if value != Region.WHOLE_BODY),
        ],
    )


def consent_of(visit: Appointment) -> Consent | None:
    return visit.consents.filter(text=Consent.Text.TREATMENT).select_related("recorded_by").first()


def consent_fact(consent: Consent) -> tuple[str, str]:
    """Who heard the consent and when, and whether it still stands."""
    by = consent.recorded_by
    heard_by = (by.get_full_name() or by.get_username()) if by else "–"
    words = f"Given to {heard_by} on {short_time(consent.acknowledged_at)} ({ZONE})"
    if consent.withdrawn_at:
        words += f"; withdrawn on {short_time(consent.withdrawn_at)} ({ZONE})"
    return (f"{consent.get_text_display()}, information of {consent.version}", words)


def consent_offered(visit: Appointment, reader: User | AnonymousUser, *, now: datetime) -> str:
    """What the reader can do about the consent now: "record", "withdraw", "again" or nothing."""
    if not may_hear_consent(reader, visit):
        return ""
    consent = consent_of(visit)
    if consent and not consent.withdrawn_at:
        return "withdraw" if reader.has_perm(CHANGE) else ""
    zone = clinic_zone()
    has_come = local_day(visit.starts_at, zone) <= local_day(now, zone)
    is_in_person = visit.state in IN_PERSON and not visit.service.by_phone
    if not (is_in_person and has_come and reader.has_perm(ADD)):
        return ""
    if consent is None:
        return "record"
    return "again" if reader.has_perm(CHANGE) else ""


def change_consent(request: HttpRequest, visit: Appointment) -> HttpResponse:
    """Record the consent that the patient gave in the room, or that they took it back."""
    user, now = request.user, timezone.now()
    wish = request.POST.get("wish")
    permission = CHANGE if wish == "withdraw" else ADD
    if not isinstance(user, User) or not user.has_perm(permission):
        raise PermissionDenied
    if not may_hear_consent(user, visit):
        raise PermissionDenied
    patient = visit.patient
    if patient is None or not wish or wish != consent_offered(visit, user, now=now):
        messages.error(request, "Nothing was changed: the consent is not as you saw it.")
    elif wish == "withdraw":
        Consent.objects.filter(
            appointment=visit, text=Consent.Text.TREATMENT, withdrawn_at=None
        ).update(withdrawn_at=now)
        messages.success(request, "The consent is marked as withdrawn.")
    elif wish == "again":
        _record_again(visit, by=user, now=now)
        messages.success(
            request, "The consent is recorded. What was before is in the patient’s history."
        )
    else:
        _record(visit, patient, by=user, now=now)
        messages.success(request, "The consent is recorded.")
    return HttpResponseRedirect(page_of(visit))


def _record(visit: Appointment, patient: Patient, *, by: User, now: datetime) -> None:
    """Pressed twice, or by two at once, the first one stands."""
    Consent.objects.get_or_create(
        appointment=visit,
        text=Consent.Text.TREATMENT,
        defaults={
            "patient": patient,
            "version": Clinic.objects.get().treatment_information_version,
            "acknowledged_at": now,
            "recorded_by": by,
        },
    )


@transaction.atomic
def _record_again(visit: Appointment, *, by: User, now: datetime) -> None:
    """The row tells of the consent that stands; what it told before stays in the patient's history.
    Of two at once, the first one stands."""
    withdrawn = Consent.objects.select_for_update(of=("self",), no_key=True).filter(
        appointment=visit, text=Consent.Text.TREATMENT, withdrawn_at__isnull=False
    )
    for consent in withdrawn.select_related("recorded_by", "patient"):
        before = f"{visit.reference}: {', '.join(consent_fact(consent))}"
        LogEntry.objects.log_actions(
            by.pk,
            [consent.patient],
            CHANGE_LOGGED,
            f"Consent given again. Before, for visit {before}",
            single_object=True,
        )
        consent.version = Clinic.objects.get().treatment_information_version
        consent.acknowledged_at, consent.recorded_by, consent.withdrawn_at = now, by, None
        consent.save()


def consent_sheet(request: HttpRequest, visit: Appointment) -> HttpResponse:
    """A page for print: nothing of the answers stands on it."""
    form = RegionForm(request.GET)
    region = form.cleaned_data["region"] if form.is_valid() else ""
    rules = rules_for(region)
    context: dict[str, Any] = {
        "visit": visit,
        "who": who_comes(visit.patient),
        "form": form,
        "region": Region(region).label if region else "",
        "levels": [
            (level.label, [rule for rule in rules if rule.level == level])
            for level in SafetyRule.Level
            if any(rule.level == level for rule in rules)
        ],
        "reviewed_on": oldest_review(rules),
        "questions_version": version_of(answers_on_file.questions())[:8],
    }
    return TemplateResponse(
        request,
        "admin/booking/appointment/consent_sheet.html",
        context,
        status=200 if form.is_valid() else 400,
    )


def rules_for(region: str) -> list[SafetyRule]:
    """The published rules that hold everywhere, and those of the region; all, if none is chosen."""
    published = SafetyRule.objects.filter(is_published=True).order_by("order", "key")
    return [
        rule
        for rule in published
        if not region or not rule.regions or {region, Region.WHOLE_BODY} & set(rule.regions)
    ]


def oldest_review(rules: list[SafetyRule]) -> date | None:
    return min((rule.reviewed_on for rule in rules), default=None)
