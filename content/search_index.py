"""What can be found, as rows to search in: made from the published texts.

A text has its entry as soon as it is published in admin; `findable_from` keeps the entry back until
readers may see the text.
"""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from django.contrib.postgres.search import SearchVector
from django.db import connection, transaction
from django.urls import reverse

from content.markdown import plain_text
from content.models import (
    Article,
    Condition,
    Faq,
    Location,
    Page,
    Practitioner,
    Publication,
    Region,
    SafetyRule,
    SearchEntry,
    SearchWord,
    SynonymGroup,
)
from content.search_words import key, words

Kind = SearchEntry.Kind
LONGEST_WORD = 40
# A text must not hold the characters that mark what was found in it.
UNPRINTABLE = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 127])


def rebuild(now: datetime) -> None:
    """Make every entry anew; what has no hour of publication can be found from `now` on."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE content_searchentry IN SHARE ROW EXCLUSIVE MODE")
        SearchEntry.objects.all().delete()
        SearchEntry.objects.bulk_create(_entries(now))
        SearchEntry.objects.update(vector=_vector())
        SearchWord.objects.all().delete()
        SearchWord.objects.bulk_create(_words(now))


def _vector() -> SearchVector:
    """Titles and names also hold the words that stems leave out, as in “Who does it?”."""
    vector = SearchVector("title", config="clinic_english", weight="A")
    vector += SearchVector("title", config="clinic_words", weight="A")
    vector += SearchVector("names", config="clinic_english", weight="B")
    vector += SearchVector("names", config="clinic_words", weight="B")
    vector += SearchVector("summary", config="clinic_english", weight="C")
    vector += SearchVector("body", config="clinic_english", weight="D")
    return vector


def _words(now: datetime) -> Iterator[SearchWord]:
    counts: Counter[str] = Counter()
    since: dict[str, datetime] = {}
    for entry in SearchEntry.objects.order_by("findable_from"):
        found = set(words(f"{entry.title} {entry.names} {entry.summary} {entry.body}"))
        counts.update(found)
        since = dict.fromkeys(found, entry.findable_from) | since
    for group in SynonymGroup.objects.all():
        for word in words(" ".join(group.terms)):
            counts.setdefault(word, 0)
            since[word] = min(now, since.get(word, now))
    for word, entries in counts.items():
        if len(word) <= LONGEST_WORD:
            yield SearchWord(word=word, entries=entries, findable_from=since[word])


def _entries(now: datetime) -> Iterator[SearchEntry]:
    published = Publication.Status.PUBLISHED
    conditions = Condition.objects.filter(status=published).select_related("evidence")
    for condition in conditions:
        yield _of_condition(condition)
    for article in Article.objects.filter(status=published):
        yield _of_article(article)
    for faq in Faq.objects.filter(status=published):
        yield _of_faq(faq)
    for page in Page.objects.filter(status=published):
        yield _of_page(page)
    for practitioner in Practitioner.objects.treating():
        yield _of_practitioner(practitioner, now)
    for location in Location.objects.open_to_patients():
        yield _of_location(location, now)
    yield _of_conditions(now)
    yield _of_safety(now)


def _entry(
    thing: object,
    kind: str,
    title: str,
    *,
    address: str,
    names: list[str],
    summary: str,
    body: str,
    findable_from: datetime,
    more_names: list[str] | None = None,
) -> SearchEntry:
    """`more_names` are words that others share: a query that is one of them is no exact match."""
    return SearchEntry(
        source=address,
        kind=kind,
        address=address,
        title=_clean(title),
        names=_clean("\n".join([*names, *(more_names or [])])),
        keys=list(dict.fromkeys(filter(None, map(key, [title, *names])))),
        summary=_clean(summary),
        body=_clean(body),
        findable_from=findable_from,
    )


def _of_condition(condition: Condition) -> SearchEntry:
    regions = [Region(region).label for region in condition.regions if region != "whole-body"]
    evidence = condition.evidence
    parts = [
        condition.what_it_is, evidence.verdict, evidence.found, evidence.unknown,
        condition.what_helps, condition.compared, condition.see_instead_text,
        condition.get_help, condition.do_and_do_not,
    ]
    return _entry(
        condition, Kind.CONDITION, condition.name,
        address=condition.get_absolute_url(),
        names=[*condition.also_called, *condition.search_terms],
        more_names=regions,
        summary=condition.summary,
        body=_spoken(*parts),
        findable_from=condition.publish_at,
    )


def _of_article(article: Article) -> SearchEntry:
    return _entry(
        article, Kind.ARTICLE, article.title, address=article.get_absolute_url(),
        names=article.search_terms, summary=article.summary, body=_spoken(article.body),
        findable_from=article.publish_at,
    )


def _of_faq(faq: Faq) -> SearchEntry:
    return _entry(
        faq, Kind.QUESTION, faq.question, address=faq.get_absolute_url(), names=faq.search_terms,
        summary=_spoken(faq.body.strip().split("\n\n")[0]), body=_spoken(faq.body),
        findable_from=faq.publish_at,
    )


def _of_page(page: Page) -> SearchEntry:
    return _entry(
        page, Kind.PAGE, page.title, address=page.get_absolute_url(), names=[],
        summary=page.summary, body=_spoken(page.body), findable_from=page.publish_at,
    )


def _of_practitioner(practitioner: Practitioner, now: datetime) -> SearchEntry:
    job = ", ".join(filter(None, [practitioner.job_title, practitioner.credentials]))
    return _entry(
        practitioner, Kind.PERSON, practitioner.name, address=practitioner.get_absolute_url(),
        names=[],
        more_names=[job, *practitioner.interests, *practitioner.languages],
        summary=f"{job}. Speaks {', '.join(practitioner.languages)}.",
        body=_spoken(practitioner.bio),
        findable_from=now,
    )


def _of_location(location: Location, now: datetime) -> SearchEntry:
    return _entry(
        location, Kind.LOCATION, location.name, address=location.get_absolute_url(),
        names=[location.street, location.postal_code],
        more_names=[location.city, "address", "directions", "opening hours", "parking"],
        summary=f"{location.address}. {location.phone}",
        body=_spoken(location.directions, location.access, location.parking),
        findable_from=now,
    )


def _of_conditions(now: datetime) -> SearchEntry:
    return _entry(
        None, Kind.PAGE, "Conditions from A to Z", address=reverse("conditions"),
        names=["list of conditions", "body map"], summary="Find your problem by its name, or by where it hurts.",
        body=" ".join(label for label in Region.labels), findable_from=now,
    )


def _of_safety(now: datetime) -> SearchEntry:
    rules = SafetyRule.objects.filter(is_published=True).order_by("order")
    return _entry(
        None, Kind.PAGE, "Safety: tell us first", address="/safety/",
        names=["safety"], more_names=[rule.trigger for rule in rules], summary="When we do not needle, and when we take special care.",
        body=" ".join(f"{rule.trigger}. {rule.patient_wording}" for rule in rules), findable_from=now,
    )


def _spoken(*markdown: str) -> str:
    return " ".join(html.unescape(plain_text(text)) for text in markdown if text)


def _clean(text: str) -> str:
    return text.translate(UNPRINTABLE)
