"""Frequent questions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, QuerySet
from django.utils.safestring import SafeString

from content.markdown import render
from content.models import Clinic, Faq, Topic
from content.reading.texts import NumberedReference, new_rendering, numbered_references


@dataclass(frozen=True)
class Answer:
    faq: Faq
    text: SafeString


@dataclass(frozen=True)
class Group:
    topic: Topic
    answers: list[Answer]


@dataclass(frozen=True)
class FaqPage:
    clinic: Clinic
    groups: list[Group]
    references: list[NumberedReference]

    @property
    def answers(self) -> list[Answer]:
        return [answer for group in self.groups for answer in group.answers]


def faq_page(*, now: datetime) -> FaqPage:
    return page_of(list(published_faqs(now)))


def page_of(faqs: list[Faq]) -> FaqPage:
    """The page of these questions, which may be drafts."""
    clinic = Clinic.objects.get()
    topics = {faq.topic.slug for faq in faqs}
    rendering = new_rendering(clinic, anchors={*topics, *(faq.slug for faq in faqs), "ask"})
    groups: dict[Topic, list[Answer]] = {}
    for faq in faqs:
        answer = Answer(faq, render(faq.body, rendering, top=4))
        groups.setdefault(faq.topic, []).append(answer)
    return FaqPage(
        clinic=clinic,
        groups=[Group(topic, answers) for topic, answers in groups.items()],
        references=numbered_references(rendering),
    )


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
