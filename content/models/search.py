from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models


class SearchEntry(models.Model):
    """One thing that can be found: made anew from the published texts by `content.search_index`."""

    class Kind(models.TextChoices):
        CONDITION = "condition", "Condition"
        ARTICLE = "article", "Article"
        QUESTION = "question", "Question"
        PAGE = "page", "Page"
        PERSON = "person", "Team"
        LOCATION = "location", "Location"

    source = models.CharField(max_length=60, unique=True, help_text="The row it was made from.")
    kind = models.CharField(max_length=12, choices=Kind)
    address = models.CharField(max_length=200, unique=True)
    title = models.CharField(max_length=200)
    names = models.TextField(help_text="Other names and search terms, one per line.")
    keys = ArrayField(
        models.TextField(), help_text="The title, then the names, in the form `words` gives them."
    )
    summary = models.TextField()
    body = models.TextField()
    findable_from = models.DateTimeField()
    vector = SearchVectorField(null=True)

    class Meta:
        indexes = [GinIndex(fields=["vector"], name="search_entries_by_words")]

    class Privacy:
        personal = frozenset[str]()
        not_personal = frozenset(
            {
                "id",
                "source",
                "kind",
                "address",
                "title",
                "names",
                "keys",
                "summary",
                "body",
                "findable_from",
                "vector",
            }
        )

    def __str__(self) -> str:
        return self.title


class SearchWord(models.Model):
    """A word of the entries or synonyms, to set right what was mistyped."""

    word = models.CharField(max_length=40, unique=True)
    entries = models.PositiveIntegerField(help_text="How many entries have it.")
    findable_from = models.DateTimeField()

    class Meta:
        indexes = [GinIndex(OpClass("word", "gin_trgm_ops"), name="search_words_by_letters")]

    class Privacy:
        personal = frozenset[str]()
        not_personal = frozenset({"id", "word", "entries", "findable_from"})

    def __str__(self) -> str:
        return self.word


class SynonymGroup(models.Model):
    """Words and phrases that people use for the same thing."""

    terms = models.JSONField(help_text="Small letters, one per line.")

    class Privacy:
        personal = frozenset[str]()
        not_personal = frozenset({"id", "terms"})

    def __str__(self) -> str:
        return ", ".join(self.terms)
