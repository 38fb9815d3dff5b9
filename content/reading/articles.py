"""Articles and their topics."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, IntegerField, Q, QuerySet, When
from django.utils.safestring import SafeString

from content.markdown import render
from content.models import Article, Clinic, Condition, Topic
from content.reading.texts import (
    NumberedReference,
    new_rendering,
    numbered_references,
    reading_minutes,
)

MOST_RELATED = 6

# What the letters A to D on the labels mean: conditions link to it while readers may see it.
ABOUT_LABELS = "what-the-evidence-says"


@dataclass(frozen=True)
class ArticlePage:
    article: Article
    clinic: Clinic
    text: SafeString
    contents: list[tuple[str, str]]
    references: list[NumberedReference]
    related: list[Article]
    conditions: list[Condition]
    minutes: int


@dataclass(frozen=True)
class Shelf:
    """A topic with its articles, in the editors' order."""

    topic: Topic
    articles: list[Article]


@dataclass(frozen=True)
class ArticleIndex:
    clinic: Clinic
    shelves: list[Shelf]


def article_page(slug: str, *, now: datetime) -> ArticlePage | None:
    article = (
        Article.objects.published(now)
        .select_related("topic", "author", "reviewer")
        .filter(slug=slug)
        .first()
    )
    return None if article is None else page_of(article, now=now)


def page_of(article: Article, *, now: datetime) -> ArticlePage:
    """The page of an article, which may be a draft."""
    clinic = Clinic.objects.get()
    rendering = new_rendering(clinic)
    text = render(article.body, rendering)
    return ArticlePage(
        article=article,
        clinic=clinic,
        text=text,
        contents=rendering.contents,
        references=numbered_references(rendering),
        related=list(_related(article, now)),
        conditions=list(article.related_conditions.published(now).order_by("name")),
        minutes=reading_minutes(article.body),
    )


def article_index(*, now: datetime) -> ArticleIndex:
    return ArticleIndex(clinic=Clinic.objects.get(), shelves=shelves(_listed(now)))


def topic_page(slug: str, *, now: datetime) -> ArticleIndex | None:
    """The index with one topic's articles alone; None if readers have nothing of it yet."""
    found = shelves(_listed(now).filter(topic__slug=slug))
    return ArticleIndex(clinic=Clinic.objects.get(), shelves=found) if found else None


def shelves(articles: Iterable[Article]) -> list[Shelf]:
    found: dict[Topic, list[Article]] = {}
    for article in articles:
        found.setdefault(article.topic, []).append(article)
    return [Shelf(topic, listed) for topic, listed in found.items()]


def _listed(now: datetime) -> QuerySet[Article]:
    in_order = ("topic__order", "order", "title")
    return Article.objects.published(now).select_related("topic").order_by(*in_order)


def _related(article: Article, now: datetime) -> QuerySet[Article]:
    """Those that the article names, then others of its topic."""
    named = Q(pk__in=article.related.values("pk"))
    return (
        Article.objects.published(now)
        .filter(named | Q(topic=article.topic))
        .exclude(pk=article.pk)
        .annotate(named=Case(When(named, then=0), default=1, output_field=IntegerField()))
        .order_by("named", "order", "title")[:MOST_RELATED]
    )
