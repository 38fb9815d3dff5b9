"""Frequent questions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils.safestring import SafeString

from content.markdown import render
from content.models import Clinic, Faq, SearchEntry, Topic
from content.reading.texts import (
    MOST_IN_LEAFLET,
    TAKEN,
    NumberedReference,
    new_rendering,
    numbered_references,
)

# Ids of the page that neither a question nor a topic may have.
PLACES = TAKEN | {"ask"}

# Pages that are always there and that no search finds, by the names of their addresses.
ALWAYS_THERE = {
    "articles": "Articles",
    "team": "Our team",
    "book": "Book a visit",
    "find_visit": "Find my visit",
}


@dataclass(frozen=True)
class Link:
    address: str
    title: str


@dataclass(frozen=True)
class Answer:
    """`see_also` leads to those of the pages that the answer names which readers may see."""

    faq: Faq
    text: SafeString
    see_also: list[Link]


@dataclass(frozen=True)
class Group:
    topic: Topic
    answers: list[Answer]

    @property
    def fits_in_leaflet(self) -> bool:
        return len(self.answers) <= MOST_IN_LEAFLET


@dataclass(frozen=True)
class FaqPage:
    clinic: Clinic
    groups: list[Group]
    references: list[NumberedReference]

    @property
    def answers(self) -> list[Answer]:
        return [answer for group in self.groups for answer in group.answers]


def faq_page(*, now: datetime) -> FaqPage:
    return page_of(list(published_faqs(now)), now=now)


def page_of(faqs: list[Faq], *, now: datetime) -> FaqPage:
    """The page of these questions, which may be drafts."""
    clinic = Clinic.objects.get()
    topics = {faq.topic.slug for faq in faqs}
    rendering = new_rendering(clinic, anchors={*topics, *(faq.slug for faq in faqs), *PLACES})
    see_also = _links([address for faq in faqs for address in faq.see_also], now)
    groups: dict[Topic, list[Answer]] = {}
    for faq in faqs:
        text = render(faq.body, rendering, top=4)
        answer = Answer(faq, text, [see_also[each] for each in faq.see_also if each in see_also])
        groups.setdefault(faq.topic, []).append(answer)
    return FaqPage(
        clinic=clinic,
        groups=[Group(topic, answers) for topic, answers in groups.items()],
        references=numbered_references(rendering),
    )


def _links(addresses: list[str], now: datetime) -> dict[str, Link]:
    """By address, in one query: search knows everything that readers may see, and its title."""
    pages = {address: re.split("[?#]", address)[0] for address in addresses}
    found = SearchEntry.objects.filter(
        address__in={*pages, *pages.values()}, findable_from__lte=now
    ).values_list("address", "title")
    titles = {reverse(name): title for name, title in ALWAYS_THERE.items()} | dict(found)
    named = {address: titles.get(address) or titles.get(page) for address, page in pages.items()}
    return {address: Link(address, title) for address, title in named.items() if title}


def published_faqs(now: datetime) -> QuerySet[Faq]:
    return (
        Faq.objects.published(now)
        .select_related("topic", "author", "reviewer")
        .order_by("topic__order", "order", "question")
    )


def count_feedback(faq: Faq, *, helped: bool) -> None:
    """One more reader whom the answer helped, or did not; nothing of the reader is kept."""
    field = "helped" if helped else "did_not_help"
    Faq.objects.filter(pk=faq.pk).update(**{field: F(field) + 1})
