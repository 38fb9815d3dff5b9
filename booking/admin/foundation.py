"""What the admin pages of the diary have in common: they refuse in sentences, never with a 500."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import Error
from django.db.models import DateField, DateTimeField, Field, ProtectedError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.text import capfirst

from clinic_site.reachable_days import DAYS, MOMENTS, without_moments


def author(request: HttpRequest) -> User:
    """Who gives the command; admin pages are for signed-in staff only."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


class ReachableDays(ChangeList):
    """A list whose address may name any day, also one that no calendar has; its heading says what
    is listed, where Django's says what can be done with a row."""

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        if not self.is_popup:
            self.title = capfirst(str(self.opts.verbose_name_plural))

    def get_filters(self, request: HttpRequest) -> Any:
        try:
            return super().get_filters(request)
        except (OverflowError, ValueError) as error:
            raise IncorrectLookupParameters(error) from error


class WholeRowForm(forms.ModelForm):  # type: ignore[type-arg] # takes none at run time
    """Checks every constraint of the row, also those of fields that the page does not show."""

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc] # Django's own hook, unknown to the stubs
        if self.errors:
            return
        try:
            self.instance.validate_constraints()
        except ValidationError as error:
            self.add_error(None, ValidationError(error.messages))


class ClinicAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # takes none at run time
    form = WholeRowForm
    show_full_result_count = False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return ReachableDays

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


class ReadOnlyAdmin(ClinicAdmin):
    """Rows to look at: nobody adds, changes or deletes them here, superusers included."""

    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False
