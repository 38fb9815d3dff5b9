# ruff: noqa: FBT001 - the signatures are Django's own
"""Safety rules: used on pages, in questions before booking, and in consent."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString

from content import search
from content.admin.publication_forms import EvidenceForm, SafetyRuleForm
from content.admin.publications import VersionedTextAdmin
from content.admin.standing import RuleStandingFilter, rule_tag
from content.models import EvidenceSummary, SafetyRule
from content.publishing import MARKDOWN_FIELDS


@admin.register(SafetyRule)
class SafetyRuleAdmin(VersionedTextAdmin):
    actions = None
    form = SafetyRuleForm
    list_display = ("trigger", "level", "group", "state", "reviewed_on", "reviewer")
    list_select_related = ("reviewer",)
    list_filter = (RuleStandingFilter, "level", "group")
    search_fields = ("trigger", "question", "patient_wording", "clinician_wording")
    ordering = ("order", "trigger")
    filter_horizontal = ("references",)
    prepopulated_fields = {"key": ("trigger",)}
    fieldsets = (
        (None, {"fields": ("trigger", "key", "level", "group", "regions", "order")}),
        ("Wording", {"fields": ("question", "patient_wording", "clinician_wording", "outcome")}),
        ("Who stands for it", {"fields": ("references", "source_note", "reviewer", "reviewed_on")}),
        ("For readers", {"fields": ("is_published",)}),
    )

    @admin.display(description="state", ordering="reviewed_on")
    def state(self, rule: SafetyRule) -> SafeString:
        return rule_tag(rule)

    def has_delete_permission(self, request: HttpRequest, obj: SafetyRule | None = None) -> bool:
        """Only a draft: what patients are asked is taken back first."""
        is_draft = obj is None or not obj.is_published
        return is_draft and super().has_delete_permission(request, obj)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        search.refresh(form.instance, timezone.now())


@admin.register(EvidenceSummary)
class EvidenceSummaryAdmin(VersionedTextAdmin):
    """Edited on its condition's page; here are its versions."""

    form = EvidenceForm
    markdown_fields = MARKDOWN_FIELDS[EvidenceSummary]
    markdown_page = "evidencesummary"
    fields = ("label", "verdict", "found", "unknown")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(
        self, request: HttpRequest, obj: EvidenceSummary | None = None
    ) -> bool:
        return False

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        search.refresh(form.instance.condition, timezone.now())
