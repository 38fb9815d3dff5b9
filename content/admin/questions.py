"""Questions that readers left for the front desk; they are never published."""

from __future__ import annotations

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from clinic_site.local_time import full_time
from content.admin.foundation import PublishedAdmin
from content.models import ReaderQuestion


class AnsweredFilter(admin.SimpleListFilter):
    title = "answered"
    parameter_name = "answered"

    def lookups(self, request: HttpRequest, model_admin: object) -> tuple[tuple[str, str], ...]:
        return (("no", "Waiting for an answer"), ("yes", "Answered"))

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[ReaderQuestion]
    ) -> QuerySet[ReaderQuestion]:
        if self.value() in {"no", "yes"}:
            return queryset.filter(answered_at__isnull=self.value() == "no")
        return queryset


@admin.register(ReaderQuestion)
class ReaderQuestionAdmin(PublishedAdmin):
    actions = ("mark_answered",)
    change_form_template = "admin/content/question.html"
    list_display = ("asked", "beginning", "email", "answered")
    list_filter = (AnsweredFilter,)
    ordering = (F("answered_at").asc(nulls_first=True), "-asked_at")
    fields = ("asked", "text", "email", "answered")
    readonly_fields = fields

    def get_urls(self) -> list[URLPattern]:
        view = require_POST(self.admin_site.admin_view(self.mark_view))
        name = "content_readerquestion_mark"
        return [path("<int:pk>/mark-answered/", view, name=name), *super().get_urls()]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @admin.display(description="asked", ordering="asked_at")
    def asked(self, question: ReaderQuestion) -> str:
        return full_time(question.asked_at)

    @admin.display(description="question")
    def beginning(self, question: ReaderQuestion) -> str:
        return question.text if len(question.text) <= 80 else f"{question.text[:80]}…"

    @admin.display(description="answered", ordering="answered_at")
    def answered(self, question: ReaderQuestion) -> str:
        return full_time(question.answered_at) if question.answered_at else "Not yet"

    @admin.action(description="Mark answered", permissions=["change"])
    def mark_answered(self, request: HttpRequest, questions: QuerySet[ReaderQuestion]) -> None:
        marked = questions.filter(answered_at=None).update(answered_at=timezone.now())
        messages.success(request, f"{marked} marked as answered.")

    def mark_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        self.mark_answered(request, ReaderQuestion.objects.filter(pk=pk))
        return HttpResponseRedirect(reverse("admin:content_readerquestion_changelist"))
