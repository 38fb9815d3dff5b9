# ruff: noqa: FBT001 - the signatures are Django's own
"""What texts share: topics, sources, disputed phrases, words that mean the same."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from content import search
from content.admin.foundation import PublishedAdmin
from content.admin.history import VersionedAdmin
from content.admin.lists import SmallLetters
from content.admin.publication_forms import free_place
from content.markdown_source import cited_keys
from content.models import DisputedPhrase, Faq, Reference, SynonymGroup, Topic
from content.usage import in_words, texts_citing

# Much of the web writes a DOI with one of these.
BEFORE_A_DOI = re.compile(r"^(https?://(dx\.)?doi\.org/|doi:\s*)", re.IGNORECASE)


class TopicForm(forms.ModelForm):  # type: ignore[type-arg] # takes none at run time
    def clean_slug(self) -> str:
        return free_place(self.cleaned_data["slug"], besides=Faq.objects.all())


@admin.register(Topic)
class TopicAdmin(PublishedAdmin):
    form = TopicForm
    list_display = ("name", "description", "order")
    ordering = ("order", "name")
    prepopulated_fields = {"slug": ("name",)}

    def get_readonly_fields(
        self, request: HttpRequest, obj: Topic | None = None
    ) -> tuple[str, ...]:
        """The yearly reviews of texts on safety go by that topic's address."""
        return ("slug",) if obj and obj.slug == "safety" else ()

    def get_prepopulated_fields(
        self, request: HttpRequest, obj: Topic | None = None
    ) -> dict[str, Any]:
        return {} if obj else super().get_prepopulated_fields(request, obj)


class ReferenceForm(forms.ModelForm):  # type: ignore[type-arg] # takes none at run time
    def clean_key(self) -> str:
        key: str = self.cleaned_data["key"]
        if cited_keys(f"[@{key}]") != [key]:
            raise ValidationError("Use small letters, digits and hyphens: no text can cite others.")
        stored = Reference.objects.filter(pk=self.instance.pk).first()
        if stored and stored.key != key and (citing := texts_citing(stored)):
            raise ValidationError(
                f"{in_words(citing)} cites it as {stored.key}: a new key would break that link."
            )
        return key

    def clean_doi(self) -> str:
        return BEFORE_A_DOI.sub("", self.cleaned_data["doi"])


@admin.register(Reference)
class ReferenceAdmin(VersionedAdmin, PublishedAdmin):  # type: ignore[misc] # comes without types
    actions = None
    form = ReferenceForm
    list_display = ("key", "authors", "year", "title", "kind")
    list_filter = ("kind",)
    search_fields = ("key", "authors", "title", "doi", "pmid")
    ordering = ("key",)
    readonly_fields = ("cited_in", "look_up")
    fieldsets = (
        (None, {"fields": ("key", "authors", "title", "kind", "finding")}),
        ("Where it appeared", {"fields": ("journal", "year", "volume", "pages")}),
        ("Where to read it", {"fields": ("doi", "pmid", "url", "look_up")}),
        ("On this site", {"fields": ("cited_in",)}),
    )

    @admin.display(description="look it up")
    def look_up(self, reference: Reference) -> str | SafeString:
        if not reference.pk:
            return "–"
        return format_html('<a href="{0}" rel="noopener noreferrer">{0}</a>', reference.address)

    @admin.display(description="cited in")
    def cited_in(self, reference: Reference) -> str | SafeString:
        texts = texts_citing(reference) if reference.pk else []
        return format_html_join(", ", "{}", ((text,) for text in texts)) or "No text yet."

    def has_delete_permission(self, request: HttpRequest, obj: Reference | None = None) -> bool:
        """What a text cites stays."""
        cited = obj is not None and bool(texts_citing(obj))
        return not cited and super().has_delete_permission(request, obj)


class DisputedPhraseForm(forms.ModelForm):  # type: ignore[type-arg] # takes none at run time
    def clean_phrase(self) -> str:
        phrase = str(self.cleaned_data["phrase"]).strip().lower()
        if not re.search(r"\w", phrase) or "*" in phrase.removesuffix("*"):
            raise ValidationError("Write a word or more; a * may stand only at the end.")
        return phrase


@admin.register(DisputedPhrase)
class DisputedPhraseAdmin(PublishedAdmin):
    form = DisputedPhraseForm
    list_display = ("phrase", "region", "reason", "better")
    list_filter = ("region",)
    search_fields = ("phrase", "reason", "better")
    ordering = ("phrase", "region")


class SynonymGroupForm(forms.ModelForm):  # type: ignore[type-arg] # takes none at run time
    terms = SmallLetters(rows=6, required=True, help_text="One per line, at least two.")

    def clean_terms(self) -> list[str]:
        terms: list[str] = list(dict.fromkeys(self.cleaned_data["terms"]))
        if len(terms) < 2:
            raise ValidationError("Write at least two: they are found in place of each other.")
        return terms


@admin.register(SynonymGroup)
class SynonymGroupAdmin(PublishedAdmin):
    actions = None
    form = SynonymGroupForm
    search_fields = ("terms",)
    ordering = ("terms",)

    def save_model(self, request: HttpRequest, obj: SynonymGroup, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        search.refresh(obj, timezone.now())

    def delete_model(self, request: HttpRequest, obj: SynonymGroup) -> None:
        super().delete_model(request, obj)
        search.refresh(obj, timezone.now())
