# ruff: noqa: FBT001 - the signatures are Django's own
"""Versions of a text: the list of them, what changed between two, and going back to one."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.text import capfirst
from simple_history.admin import SimpleHistoryAdmin
from simple_history.utils import update_change_reason

from clinic_site.local_time import full_time
from content import publishing

UNCHANGED_AROUND = 2


@dataclass(frozen=True)
class Line:
    """A line of a text: "same", "gone" or "new"; "skipped" stands for unchanged ones."""

    kind: str
    text: str


@dataclass(frozen=True)
class FieldChange:
    name: str
    lines: list[Line]


def changes_between(old: Any, new: Any) -> list[FieldChange]:
    """What differs between two versions of a row, line by line."""
    delta = new.diff_against(old, foreign_keys_are_objs=True)
    model = new.instance_type
    return [
        FieldChange(
            name=capfirst(str(model._meta.get_field(change.field).verbose_name)),
            lines=list(_lines(_as_text(change.old), _as_text(change.new))),
        )
        for change in delta.changes
    ]


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return "\n".join(str(entry) for entry in value)
    return full_time(value) if hasattr(value, "tzinfo") else str(value)


def _lines(old: str, new: str) -> Iterator[Line]:
    before, after = old.splitlines(), new.splitlines()
    matcher = difflib.SequenceMatcher(a=before, b=after, autojunk=False)
    end = 0
    for group in matcher.get_grouped_opcodes(UNCHANGED_AROUND):
        if group[0][1] > end:
            yield Line("skipped", "")
        for kind, start, stop, start_new, stop_new in group:
            if kind == "equal":
                yield from (Line("same", text) for text in before[start:stop])
            else:
                yield from (Line("gone", text) for text in before[start:stop])
                yield from (Line("new", text) for text in after[start_new:stop_new])
        end = group[-1][2]
    if end < len(before):
        yield Line("skipped", "")


def is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal()


class VersionedAdmin(SimpleHistoryAdmin):  # type: ignore[misc] # comes without types
    """Every saved version stays; each can be compared with the one before it and restored."""

    object_history_template = "admin/content/history.html"
    object_history_list_template = "admin/content/history_list.html"
    object_history_form_template = "admin/content/history_form.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.changes_view)
        name = f"content_{self.opts.model_name}_changes"
        address = "<int:object_id>/history/<int:version_id>/changes/"
        return [path(address, view, name=name), *super().get_urls()]

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not is_number(object_id):
            raise Http404
        text = self.get_object(request, object_id)
        more = {"exceptions": publishing.exceptions_of(text) if text else []}
        answer: HttpResponse = super().history_view(
            request, object_id, {**more, **(extra_context or {})}
        )
        return answer

    def set_history_delta_changes(self, request: HttpRequest, historical_records: Any) -> None:
        """The list names the fields that changed; the lines have a page of their own."""
        records = list(historical_records)
        for record, older in pairwise(records):
            record.changed = [change.name for change in changes_between(older, record)]

    def history_form_view(
        self,
        request: HttpRequest,
        object_id: str,
        version_id: str,
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if not (is_number(object_id) and is_number(version_id)):
            raise Http404
        answer: HttpResponse = super().history_form_view(
            request, object_id, version_id, extra_context
        )
        return answer

    def history_form_view_title(self, request: HttpRequest, obj: Any) -> str:
        return f"An older version: {obj}"

    def changes_view(self, request: HttpRequest, object_id: int, version_id: int) -> HttpResponse:
        """What a version changed, or with ?with=now what has changed since."""
        versions = self.model.history.filter(id=object_id).select_related("history_user")
        new = versions.filter(history_id=version_id).first()
        if new is None:
            raise Http404
        if not self.has_view_or_change_permission(request, new.instance):
            raise PermissionDenied
        since = request.GET.get("with") == "now"
        older = versions.filter(history_id__lt=version_id).first()
        old, new = (new, versions.first()) if since else (older, new)
        context = {
            **self.admin_site.each_context(request),
            "title": f"What changed: {new.instance}",
            "opts": self.opts,
            "object_id": object_id,
            "old": old,
            "new": new,
            "since": since,
            "changes": changes_between(old, new) if old else [],
        }
        return render(request, "admin/content/changes.html", context)

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        match = request.resolver_match
        if match and str(match.url_name).endswith("_simple_history"):
            version = self.model.history.get(history_id=match.args[1])
            update_change_reason(obj, f"Restored from {full_time(version.history_date)}")
            # Simple History saves the row alone: it is in here that search is told.
            self.save_related(request, form, [], change)
