"""Text areas for Markdown with a preview beside them, and the address that renders it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import Field
from django.forms.renderers import BaseRenderer
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from content.admin.foundation import PublishedAdmin
from content.forms import LongText
from content.previews import preview_of


class MarkdownTextarea(forms.Textarea):
    """The script keeps the preview up to date; without it, the preview is of what was loaded."""

    class Media:
        js = ("js/markdown-preview.js",)
        # What a text looks like is declared by the site's own stylesheets, in a tree of their own.
        css = {"all": ("css/tokens.css",)}

    def __init__(self, model_name: str) -> None:
        super().__init__(attrs={"rows": 14, "spellcheck": "true"})
        self.model_name = model_name

    def render(
        self,
        name: str,
        value: Any,
        attrs: dict[str, Any] | None = None,
        renderer: BaseRenderer | None = None,
    ) -> SafeString:
        context = {
            "textarea": super().render(name, value, attrs, renderer),
            "id": (attrs or {}).get("id", name),
            "label": name.rpartition("-")[2].replace("_", " "),
            "address": reverse(f"admin:content_{self.model_name}_preview"),
            "preview": preview_of(value or ""),
        }
        return render_to_string("admin/content/markdown_field.html", context)


class MarkdownFields:
    """For admin pages and their inlines: which fields are Markdown, and whose page renders it."""

    markdown_fields: tuple[str, ...] = ()
    markdown_page: str

    def formfield_for_dbfield(
        self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> forms.Field | None:
        if db_field.name in self.markdown_fields:
            kwargs |= {
                "form_class": LongText,
                "widget": MarkdownTextarea(self.markdown_page),
            }
        field: forms.Field | None = super().formfield_for_dbfield(  # type: ignore[misc]
            db_field, request, **kwargs
        )
        return field


class MarkdownAdmin(MarkdownFields, PublishedAdmin):
    """Answers what is typed into a Markdown field with what it will look like."""

    def get_urls(self) -> list[URLPattern]:
        view = require_POST(self.admin_site.admin_view(self.preview_view))
        name = f"content_{self.opts.model_name}_preview"
        return [path("preview/", view, name=name), *super().get_urls()]

    def preview_view(self, request: HttpRequest) -> HttpResponse:
        if not (self.has_change_permission(request) or self.has_add_permission(request)):
            raise PermissionDenied
        if "text" in request.POST:
            preview = preview_of(request.POST["text"])
            return render(request, "admin/content/markdown_preview.html", {"preview": preview})
        return self.whole_preview(request)

    def whole_preview(self, request: HttpRequest) -> HttpResponse:
        """The page as it was typed, without saving it."""
        raise BadRequest("There is nothing to preview.")
