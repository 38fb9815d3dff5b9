# ruff: noqa: FBT001 - the signatures are Django's own
"""Pictures for texts: written anew from what is uploaded, with words or marked as decorative."""

from __future__ import annotations

from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminFileWidget
from django.core.files.base import ContentFile
from django.db import transaction
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from pictures.models import PictureFieldFile

from content import picture_files
from content.admin.foundation import PublishedAdmin
from content.models import Picture
from content.usage import texts_showing


class PictureUpload(forms.FileField):
    """A file that was checked before it was decoded, and encoded again."""

    widget = AdminFileWidget

    def to_python(self, data: Any) -> ContentFile[bytes] | None:
        upload = super().to_python(data)
        return picture_files.cleaned(upload) if upload else None


class PictureForm(forms.ModelForm):  # type: ignore[type-arg] # takes none at run time
    file = PictureUpload(
        help_text="JPEG, PNG or WebP, at most 10 MB and 25 million pixels. Where and with what it "
        "was taken is removed. Show people only with their written consent."
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        cleaned["alt"] = cleaned.get("alt", "").strip()
        return cleaned


@admin.register(Picture)
class PictureAdmin(PublishedAdmin):
    actions = None
    form = PictureForm
    list_display = ("small", "title", "how_to_show", "alt", "decorative")
    list_display_links = ("small", "title")
    search_fields = ("title", "alt", "caption")
    ordering = ("-pk",)
    readonly_fields = ("small", "how_to_show", "shown_in")
    fieldsets = (
        (None, {"fields": ("small", "file", "title")}),
        ("Its words", {"fields": ("alt", "decorative", "caption", "credit")}),
        ("On this site", {"fields": ("how_to_show", "shown_in")}),
    )

    @admin.display(description="picture")
    def small(self, picture: Picture) -> str | SafeString:
        if not picture.file:
            return "–"
        width, height = picture.width, picture.height
        return format_html(
            '<img class="small-picture" src="{}" alt="{}" width="{}" height="{}" loading="lazy">',
            smallest_address(picture.file),
            picture.alt,
            160,
            round(160 * height / width),
        )

    @admin.display(description="to show it, write")
    def how_to_show(self, picture: Picture) -> str | SafeString:
        return format_html("<code>::: photo {}<br>:::</code>", picture.pk) if picture.pk else "–"

    @admin.display(description="shown in")
    def shown_in(self, picture: Picture) -> str | SafeString:
        texts = texts_showing(picture) if picture.pk else []
        return format_html_join(", ", "{}", ((text,) for text in texts)) or "No text yet."

    def has_delete_permission(self, request: HttpRequest, obj: Picture | None = None) -> bool:
        """What a text shows stays."""
        shown = obj is not None and bool(texts_showing(obj))
        return not shown and super().has_delete_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Picture, form: Any, change: bool) -> None:
        replaced = change and "file" in form.changed_data
        old = Picture.objects.get(pk=obj.pk).file if replaced else None
        super().save_model(request, obj, form, change)
        if old:
            transaction.on_commit(partial(remove, old))

    def delete_model(self, request: HttpRequest, obj: Picture) -> None:
        file = obj.file
        super().delete_model(request, obj)
        transaction.on_commit(partial(remove, file))


def remove(file: PictureFieldFile) -> None:
    """The file and every size made of it."""
    file.delete(save=False)


def smallest_address(file: PictureFieldFile) -> str:
    sizes = file.aspect_ratios[None]["WEBP"]
    return str(sizes[min(sizes)].url) if sizes else str(file.url)
