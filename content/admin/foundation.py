"""What the admin pages of published texts have in common."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminSplitDateTime
from django.db.models import Field, URLField
from django.http import HttpRequest

from clinic_site.refusing_admin import RefusingAdmin


class PublishedAdmin(RefusingAdmin):
    formfield_overrides = {URLField: {"assume_scheme": "https"}}

    class Media:
        css = {"all": ("css/admin-content.css",)}

    def formfield_for_dbfield(
        self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> forms.Field | None:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, AdminSplitDateTime):
            # Their visible words are not labels.
            for widget, part in zip(field.widget.widgets, ("date", "time"), strict=True):
                widget.attrs["aria-label"] = f"{field.label}: {part}"
        return field
