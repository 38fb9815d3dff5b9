"""Every address that search engines may show."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse

from clinic_site.local_time import clinic_zone, local_day
from content.addresses import absolute
from content.models import (
    Article,
    Condition,
    Location,
    Page,
    Practitioner,
    Publication,
    Region,
    Topic,
)

INDEXES = ("home", "conditions", "articles", "faqs", "safety", "team", "book")


@dataclass(frozen=True)
class Entry:
    address: str
    changed_on: date | None = None


def entries(*, now: datetime) -> Iterator[Entry]:
    for name in INDEXES:
        yield Entry(absolute(reverse(name)))
    for region in Region:
        yield Entry(f"{absolute(reverse('conditions'))}?region={region.value}")
    for text in _publications(now):
        yield Entry(absolute(text.get_absolute_url()), _changed_on(text))
    for topic in Topic.objects.filter(articles__in=Article.objects.published(now)).distinct():
        yield Entry(absolute(topic.get_absolute_url()))
    for person in Practitioner.objects.treating():
        yield Entry(absolute(person.get_absolute_url()))
    for location in Location.objects.open_to_patients():
        yield Entry(absolute(location.get_absolute_url()))


def _publications(now: datetime) -> Iterator[Publication]:
    yield from Condition.objects.published(now).order_by("slug")
    yield from Article.objects.published(now).order_by("slug")
    yield from Page.objects.published(now).order_by("slug")


def _changed_on(text: Publication) -> date | None:
    published_on = text.publish_at and local_day(text.publish_at, clinic_zone())
    days = [text.updated_on, text.reviewed_on, published_on]
    return max((day for day in days if day), default=None)
