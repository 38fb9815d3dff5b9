"""What the admin pages of the diary have in common."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest
from django.utils.text import capfirst

from clinic_site.refusing_admin import RefusingAdmin


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


class DiaryAdmin(RefusingAdmin):
    form = WholeRowForm

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return ReachableDays


class ReadOnlyAdmin(DiaryAdmin):
    """Rows to look at: nobody adds, changes or deletes them here, superusers included."""

    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False
