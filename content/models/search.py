from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models


class SearchEntry(models.Model):
    """One thing that can be found: made anew from the published texts by `content.search`."""

    kind = models.CharField(max_length=12)
    address = models.CharField(max_length=200, unique=True)
    title = models.CharField(max_length=200)
    names = models.TextField(help_text="Other names, search terms and synonyms, one per line.")
    summary = models.TextField()
    body = models.TextField()
    vector = SearchVectorField(null=True)

    class Meta:
        indexes = [
            GinIndex(fields=["vector"], name="search_entries_by_words"),
            GinIndex(OpClass("title", "gin_trgm_ops"), name="search_entries_by_title"),
        ]

    class Privacy:
        personal = frozenset[str]()
        not_personal = frozenset(
            {"id", "kind", "address", "title", "names", "summary", "body", "vector"}
        )

    def __str__(self) -> str:
        return self.title


class SynonymGroup(models.Model):
    """Words and phrases that people use for the same thing."""

    terms = models.JSONField(help_text="Small letters, one per line.")

    class Privacy:
        personal = frozenset[str]()
        not_personal = frozenset({"id", "terms"})

    def __str__(self) -> str:
        return ", ".join(self.terms)
