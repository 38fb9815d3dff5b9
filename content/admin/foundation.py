"""What the admin pages of published texts have in common: they refuse in sentences."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminSplitDateTime
from django.db import Error
from django.db.models import DateField, DateTimeField, Field, URLField
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from clinic_site.reachable_days import DAYS, MOMENTS, without_moments


class PublishedAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # takes none at run time
    formfield_overrides = {URLField: {"assume_scheme": "https"}}
    show_full_result_count = False

    class Media:
        css = {"all": ("css/admin-content.css",)}

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What stands in the way is told as such, not as a permission that is lacking."""
        rows, counts, lacking, protected = super().get_deleted_objects(objs, request)
        return rows, counts, set() if protected else lacking, protected

    def formfield_for_dbfield(
        self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> forms.Field | None:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(db_field, DateField):
            field.validators += MOMENTS if isinstance(db_field, DateTimeField) else DAYS
        if field is not None and isinstance(field.widget, AdminSplitDateTime):
            # Their visible words are not labels.
            for widget, part in zip(field.widget.widgets, ("date", "time"), strict=True):
                widget.attrs["aria-label"] = f"{field.label}: {part}"
        return field

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        # An address may have an empty `_to_field`, which Django takes for a field's name.
        return super().get_object(request, object_id, from_field or None)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return without_moments(super().get_changeform_initial_data(request), self.model)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except Error:
            # The form found nothing wrong, so somebody else's change came in between.
            messages.error(
                request,
                "Nothing was saved: somebody else changed this at the same moment. "
                "Look at it again and repeat your change.",
            )
            return HttpResponseRedirect(request.path)
