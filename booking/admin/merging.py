"""Making one patient of two rows: choose the other, see what changes hands, do it, take it back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_http_methods, require_POST

from booking import scheduling
from booking.admin.foundation import DiaryAdmin, author
from booking.admin.search import patients_matching
from booking.admin.wording import national, page_of, short_time
from booking.models import Patient, PatientMerge

MAY_MERGE = "booking.add_patientmerge"
MOST_CANDIDATES = 20


class MergingPages(DiaryAdmin):
    def get_urls(self) -> list[URLPattern]:
        def page(route: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
            return path(route, self.admin_site.admin_view(view), name=f"booking_patient_{name}")

        return [
            page("<int:pk>/merge/", self.merge_view, "merge"),
            page("merges/<int:pk>/undo/", self.undo_merge_view, "undo_merge"),
            *super().get_urls(),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Without the rows that were found to be somebody else's duplicates."""
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.filter(merged_into=None)

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def merge_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        kept = self._patient(request, pk)
        wanted = request.POST.get("with") or request.GET.get("with") or ""
        duplicate = Patient.objects.filter(pk=int(wanted)).first() if is_id(wanted) else None
        if request.method == "POST" and duplicate:
            return self._merge(request, kept, duplicate)
        return self._merge_page(request, kept, duplicate)

    def _merge(self, request: HttpRequest, kept: Patient, duplicate: Patient) -> HttpResponse:
        try:
            scheduling.merge(kept=kept, duplicate=duplicate, by=author(request), now=timezone.now())
        except scheduling.CannotMerge as refusal:
            return self._merge_page(request, kept, duplicate, problem=str(refusal), status=409)
        except (scheduling.SlotTaken, scheduling.DiaryBusy):
            problem = "Their visits changed at this moment. Nothing was merged: look again."
            return self._merge_page(request, kept, duplicate, problem=problem, status=409)
        messages.success(
            request, f"{duplicate.name} is merged into {kept.name}. You can undo it for a day."
        )
        return HttpResponseRedirect(page_of(kept))

    def _merge_page(
        self,
        request: HttpRequest,
        kept: Patient,
        duplicate: Patient | None,
        *,
        problem: str = "",
        status: int = 200,
    ) -> HttpResponse:
        plan = None
        if duplicate and not problem:
            try:
                plan = scheduling.plan_merge(kept, duplicate)
            except scheduling.CannotMerge as refusal:
                problem = str(refusal)
        asked = request.GET.get("q", kept.name).replace("\x00", "")
        context = {
            **self.admin_site.each_context(request),
            "title": f"Merge another patient into {kept.name}",
            "opts": self.opts,
            "kept": facts_of(kept),
            "duplicate": facts_of(duplicate) if duplicate else None,
            "plan": plan,
            "problem": problem,
            "asked": asked,
            "candidates": [facts_of(each) for each in _candidates(asked, kept)],
        }
        return TemplateResponse(request, "admin/booking/patient/merge.html", context, status=status)

    @method_decorator(require_POST)
    def undo_merge_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not request.user.has_perm(MAY_MERGE):
            raise PermissionDenied
        merge = PatientMerge.objects.select_related("kept", "duplicate").filter(pk=pk).first()
        if merge is None:
            raise Http404
        try:
            scheduling.undo_merge(merge=merge, now=timezone.now())
        except scheduling.CannotUndoMerge:
            messages.error(request, "It was undone already, or its day is over.")
        except (scheduling.SlotTaken, scheduling.DiaryBusy):
            messages.error(request, "Their rows have changed since. Nothing was undone.")
        else:
            messages.success(request, f"{merge.duplicate.name} is a patient of their own again.")
        return HttpResponseRedirect(page_of(merge.kept))

    def _patient(self, request: HttpRequest, pk: int) -> Patient:
        if not request.user.has_perm(MAY_MERGE):
            raise PermissionDenied
        patient = Patient.objects.filter(pk=pk, merged_into=None).first()
        if patient is None:
            raise Http404
        return patient


def merges_to_undo(patient: Patient) -> list[PatientMerge]:
    """What was merged into the patient within the last day and not undone."""
    since = timezone.now() - scheduling.UNDO_MERGE_WITHIN
    recent = PatientMerge.objects.filter(kept=patient, undone_at=None, at__gte=since)
    return list(recent.select_related("duplicate", "by").order_by("-at"))


def facts_of(patient: Patient) -> dict[str, Any]:
    """How the desk tells two people of one name apart."""
    first = patient.appointments.order_by("starts_at").first()
    return {
        "patient": patient,
        "born": day_of_birth(patient.born_on),
        "phone": national(patient.correspondent.phone),
        "email": patient.correspondent.email or "–",
        "visits": patient.appointments.count(),
        "first": short_time(first.starts_at) if first else "–",
        "since": short_time(patient.created_at),
    }


def day_of_birth(born_on: date | None) -> str:
    return f"{born_on.day} {born_on:%B %Y}" if born_on else "–"


def is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 16


def _candidates(asked: str, kept: Patient) -> list[Patient]:
    others = Patient.objects.filter(merged_into=None).exclude(pk=kept.pk)
    found = patients_matching(others.select_related("responsible_adult"), asked)
    return list(found[:MOST_CANDIDATES])
