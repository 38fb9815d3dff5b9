"""What every admin page has in common: it refuses in sentences, never with a 500."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import Error
from django.db.models import DateField, DateTimeField, Field, ProtectedError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from clinic_site.reachable_days import DAYS, MOMENTS, without_moments


class RefusingAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # takes none at run time
    show_full_result_count = False

    def formfield_for_dbfield(
        self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> forms.Field | None:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(db_field, DateField):
            field.validators += MOMENTS if isinstance(db_field, DateTimeField) else DAYS
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
            return self._somebody_was_faster(request)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What stands in the way is told as such, not as a permission that is lacking."""
        rows, counts, lacking, protected = super().get_deleted_objects(objs, request)
        return rows, counts, set() if protected else lacking, protected

    def delete_view(
        self,
        request: HttpRequest,
        object_id: str,
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        try:
            return super().delete_view(request, object_id, extra_context)
        except ProtectedError:
            return self._somebody_was_faster(request)

    def _somebody_was_faster(self, request: HttpRequest) -> HttpResponse:
        messages.error(
            request,
            "Nothing was saved: somebody else changed this at the same moment. "
            "Look at it again and repeat your change.",
        )
        return HttpResponseRedirect(request.path)
