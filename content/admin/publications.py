# ruff: noqa: FBT001 - the signatures are Django's own
"""Articles, conditions, questions and pages: written, checked, previewed, published."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods
from simple_history.utils import update_change_reason

from content import publishing, search
from content.addresses import absolute
from content.admin.checked_words import CheckedWordsAdmin
from content.admin.history import VersionedAdmin
from content.admin.markdown_field import MarkdownFields
from content.admin.publication_forms import (
    ArticleForm,
    ConditionForm,
    FaqForm,
    PageForm,
)
from content.admin.standing import StandingFilter, publication_tag
from content.models import Article, Condition, EvidenceSummary, Faq, Page, Publication
from content.models.publishing import new_preview_key
from content.usage import in_words, pages_linking_to
from content.views.preview import preview_address, show_preview

CHECKED: Any = (
    "Who stands for it",
    {"fields": ("clinical", "author", "reviewer", "reviewed_on", "next_review_on", "updated_on")},
)
PUBLIC: Any = (
    "For readers",
    {
        "fields": ("status", "publish_at", "linked_from"),
        "description": "Before you make it a draft or give it another address, change the pages "
        "that link to it.",
    },
)


class VersionedTextAdmin(VersionedAdmin, CheckedWordsAdmin):  # type: ignore[misc] # comes without types
    """The version says which phrases were let stand with it."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if form.reasons:
            stands = ", ".join(f"“{phrase}”" for phrase in form.reasons)
            update_change_reason(obj, f"Let {stands} stand"[:100])


class PublicationAdmin(VersionedTextAdmin):
    actions = None
    list_filter: ClassVar[tuple[Any, ...]] = (StandingFilter, "clinical")
    ordering: ClassVar[tuple[str, ...]] = ("order",)
    readonly_fields: ClassVar[tuple[str, ...]] = ("linked_from",)

    def get_urls(self) -> list[URLPattern]:
        view = require_http_methods(["GET", "HEAD", "POST"])(
            self.admin_site.admin_view(self.preview_link_view)
        )
        name = f"content_{self.opts.model_name}_preview_link"
        return [path("<int:pk>/preview-link/", view, name=name), *super().get_urls()]

    @admin.display(description="state", ordering="publish_at")
    def state(self, publication: Publication) -> SafeString:
        return publication_tag(publication)

    @admin.display(description="linked from")
    def linked_from(self, publication: Publication) -> str | SafeString:
        pages = pages_linking_to(publication) if publication.slug else []
        return format_html_join(", ", "{}", ((page,) for page in pages)) or "No page yet."

    def has_delete_permission(self, request: HttpRequest, obj: Publication | None = None) -> bool:
        """Only a draft: what was public is taken back first, which also takes it out of search."""
        is_draft = obj is None or obj.status == Publication.Status.DRAFT
        return is_draft and super().has_delete_permission(request, obj)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        return super().render_change_form(
            request, {**context, "has_preview": True}, *args, **kwargs
        )

    def view_on_site(self, publication: Publication) -> str:
        if publication.is_public(timezone.now()):
            return publication.get_absolute_url()
        return preview_address(publication)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        now, stored = timezone.now(), self.model.objects.filter(pk=obj.pk).first()
        super().save_model(request, obj, form, change)
        stays = obj.is_public(now) and stored is not None and stored.slug == obj.slug
        if stored and stored.is_public(now) and not stays and (pages := pages_linking_to(stored)):
            messages.warning(
                request,
                f"{stored.get_absolute_url()} is gone for readers, and {in_words(pages)} still "
                "leads there: change that link.",
            )

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        search.refresh(form.instance, timezone.now())

    def preview_link_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The link that shows a draft to whoever has it; a POST makes a new one."""
        publication = get_object_or_404(self.model, pk=pk)
        if not self.has_change_permission(request, publication):
            raise PermissionDenied
        if request.method == "POST":
            self.model.objects.filter(pk=pk).update(preview_key=new_preview_key())
            messages.success(request, "This is the new link. The old one no longer works.")
            return HttpResponseRedirect(request.path)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Preview link: {publication}",
            "opts": self.opts,
            "original": publication,
            "address": absolute(preview_address(publication)),
        }
        return render(request, "admin/content/preview_link.html", context)

    def whole_preview(self, request: HttpRequest) -> HttpResponse:
        text = request.GET.get("text", "")
        obj = self.get_object(request, text) if text else None
        form = self.get_form(request, obj, change=obj is not None)(request.POST, instance=obj)
        lacking = [] if form.is_valid() else form.non_field_errors()
        return show_preview(request, form.instance, typed=True, lacking=lacking)


@admin.register(Article)
class ArticleAdmin(PublicationAdmin):
    form = ArticleForm
    markdown_fields = publishing.MARKDOWN_FIELDS[Article]
    markdown_page = "article"
    list_display = ("title", "topic", "state", "next_review_on", "reviewer")
    list_select_related = ("topic", "reviewer")
    list_filter = (*PublicationAdmin.list_filter, "topic", "audience")
    search_fields = ("title", "summary", "body")
    ordering = ("topic__order", "order", "title")
    prepopulated_fields = {"slug": ("title",)}
    filter_horizontal = ("related", "related_conditions")
    fieldsets = (
        (None, {"fields": ("title", "slug", "topic", "audience", "summary", "body")}),
        CHECKED,
        PUBLIC,
        ("Found by", {"fields": ("search_terms", "related", "related_conditions", "order")}),
    )


class EvidenceInline(MarkdownFields, admin.StackedInline):  # type: ignore[type-arg] # as above
    model = EvidenceSummary
    markdown_fields = publishing.MARKDOWN_FIELDS[EvidenceSummary]
    markdown_page = "condition"
    can_delete = False
    max_num = 1


@admin.register(Condition)
class ConditionAdmin(PublicationAdmin):
    form = ConditionForm
    inlines = (EvidenceInline,)
    markdown_fields = publishing.MARKDOWN_FIELDS[Condition]
    markdown_page = "condition"
    list_display = ("name", "evidence_label", "treated", "state", "next_review_on", "reviewer")
    list_select_related = ("evidence", "reviewer")
    list_filter = (*PublicationAdmin.list_filter, "treated", "evidence__label")
    search_fields = ("name", "also_called", "summary")
    ordering = ("name",)
    prepopulated_fields = {"slug": ("name",)}
    filter_horizontal = ("related", "related_articles")
    fieldsets = (
        (None, {"fields": ("name", "slug", "also_called", "regions", "summary")}),
        ("Treated here?", {"fields": ("treated", "see_instead", "see_instead_text")}),
        ("Text", {"fields": markdown_fields}),
        CHECKED,
        PUBLIC,
        ("Found by", {"fields": ("search_terms", "related", "related_articles", "order")}),
    )

    @admin.display(description="evidence", ordering="evidence__label")
    def evidence_label(self, condition: Condition) -> str:
        evidence = publishing.evidence_of(condition)
        return evidence.get_label_display() if evidence else "–"


@admin.register(Faq)
class FaqAdmin(PublicationAdmin):
    form = FaqForm
    markdown_fields = publishing.MARKDOWN_FIELDS[Faq]
    markdown_page = "faq"
    list_display = ("question", "topic", "state", "next_review_on", "helped", "did_not_help")
    list_select_related = ("topic",)
    list_filter = (*PublicationAdmin.list_filter, "topic")
    search_fields = ("question", "body")
    ordering = ("topic__order", "order", "question")
    prepopulated_fields = {"slug": ("question",)}
    readonly_fields = (*PublicationAdmin.readonly_fields, "helped", "did_not_help")
    fieldsets = (
        (None, {"fields": ("question", "slug", "topic", "body", "see_also")}),
        CHECKED,
        PUBLIC,
        ("Found by", {"fields": ("search_terms", "order")}),
        ("Readers said", {"fields": ("helped", "did_not_help")}),
    )


@admin.register(Page)
class PageAdmin(PublicationAdmin):
    form = PageForm
    markdown_fields = publishing.MARKDOWN_FIELDS[Page]
    markdown_page = "page"
    list_display = ("title", "slug", "state", "updated_on")
    search_fields = ("title", "body")
    ordering = ("order", "title")
    fieldsets = (
        (None, {"fields": ("title", "slug", "summary", "body")}),
        CHECKED,
        PUBLIC,
        ("In lists", {"fields": ("order",)}),
    )
