"""Keeps the search entries and their words as the published texts are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime

from django.contrib.postgres.search import SearchVector
from django.db import connection, transaction
from django.db.models import Q
from django.db.models.expressions import CombinedExpression

from content.models import (
    Article,
    Condition,
    Faq,
    Location,
    Page,
    Practitioner,
    SafetyRule,
    SearchEntry,
    SearchWord,
    SynonymGroup,
)
from content.search_entries import Findable, entry_of, overviews, source_of
from content.search_words import words

MODELS = (Condition, Article, Faq, Page, Practitioner, Location)
LONGEST_WORD = SearchWord._meta.get_field("word").max_length or 0


@transaction.atomic
def rebuild(now: datetime) -> None:
    """Make everything that can be found anew."""
    _lock()
    SearchEntry.objects.all().delete()
    entries = [entry_of(thing, now) for model in MODELS for thing in model.objects.all()]
    _save([*filter(None, entries), *overviews(now)], now)


@transaction.atomic
def refresh(changed: Findable | SafetyRule | SynonymGroup, now: datetime) -> None:
    """Call it after a row was saved or deleted, with all that belongs to it: what is found of it
    is made anew from the database, or is gone."""
    _lock()
    match changed:
        case SynonymGroup():
            entries, outdated = [], Q(pk=None)
        case SafetyRule():
            entries = list(overviews(now))
            outdated = Q(source__in=[entry.source for entry in entries])
        case _:
            thing = type(changed).objects.filter(pk=changed.pk).first()
            entries = [entry for entry in [thing and entry_of(thing, now)] if entry]
            outdated = Q(source=source_of(changed)) | Q(address=changed.get_absolute_url())
    SearchEntry.objects.filter(outdated).delete()
    _save(entries, now)


def _lock() -> None:
    """One at a time; readers go on with what there was."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE content_searchentry IN SHARE ROW EXCLUSIVE MODE")


def _save(entries: Iterable[SearchEntry], now: datetime) -> None:
    saved = SearchEntry.objects.bulk_create(entries)
    SearchEntry.objects.filter(pk__in=[entry.pk for entry in saved]).update(vector=_vector())
    SearchWord.objects.all().delete()
    SearchWord.objects.bulk_create(_vocabulary(now))


def _vector() -> CombinedExpression:
    """Of titles and names also the words that have no stem, as in “Who does it?”."""
    return (
        SearchVector("title", config="clinic_english", weight="A")
        + SearchVector("title", config="clinic_words", weight="A")
        + SearchVector("names", config="clinic_english", weight="B")
        + SearchVector("names", config="clinic_words", weight="B")
        + SearchVector("summary", config="clinic_english", weight="C")
        + SearchVector("body", config="clinic_english", weight="D")
    )


def _vocabulary(now: datetime) -> Iterator[SearchWord]:
    counts: Counter[str] = Counter()
    since: dict[str, datetime] = {}
    for entry in SearchEntry.objects.order_by("findable_from"):
        found = set(words(f"{entry.title} {entry.names} {entry.summary} {entry.body}"))
        counts.update(found)
        for word in found:
            since.setdefault(word, entry.findable_from)
    for group in SynonymGroup.objects.all():
        for word in words(" ".join(group.terms)):
            since[word] = min(now, since.get(word, now))
    for word, findable_from in since.items():
        if len(word) <= LONGEST_WORD:
            yield SearchWord(word=word, entries=counts[word], findable_from=findable_from)
