# ruff: noqa: FBT001, FBT002 - the signatures are Django's own
"""Admin pages that read what was typed for phrases that promise too much."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone

from content import publishing
from content.admin.markdown_field import MarkdownAdmin


class CheckedWordsAdmin(MarkdownAdmin):
    """Tells the form who is editing; keeps the reasons for phrases that may stand."""

    change_form_template = "admin/content/text_form.html"

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[ModelForm[Any]]:
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form.__name__, (form,), {"user": request.user})

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if isinstance(request.user, User):
            for phrase, reason in form.reasons.items():
                publishing.allow(
                    form.checked, phrase, reason=reason, by=request.user, now=timezone.now()
                )
