"""The page of a text as readers would get it, before it is public or even saved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.urls import NoReverseMatch

from content.head import Head
from content.models import Article, Condition, EvidenceSummary, Faq, Page, Publication, Topic
from content.publishing import evidence_of
from content.reading import articles, clinic, conditions, faqs


@dataclass(frozen=True)
class DraftPage:
    template: str
    context: dict[str, object]


def draft_page(publication: Publication, *, now: datetime, today: date) -> DraftPage:
    """What the page needs; gaps of a text that is still being written are filled for it."""
    _fill_gaps(publication)
    template, page = _page_of(publication, now)
    booking = publication.may_lead_to_booking(today)
    if isinstance(publication, Condition):
        booking = booking and publication.treated
    head = Head(title=f"Draft: {publication}", description="", path="", picture="")
    context = {"page": page, "clinic": page.clinic, "head": head, "text": publication}
    return DraftPage(template, {**context, "booking": booking})


def _page_of(
    publication: Publication, now: datetime
) -> tuple[str, articles.ArticlePage | conditions.ConditionPage | faqs.FaqPage | clinic.ClinicPage]:
    match publication:
        case Article():
            return "content/article.html", articles.page_of(publication, now=now)
        case Condition():
            return "content/condition.html", conditions.page_of(publication, now=now)
        case Faq():
            return "content/faqs.html", faqs.page_of([publication], now=now)
        case Page():
            return "content/page.html", clinic.page_of(publication)
    raise TypeError(publication)


def _fill_gaps(publication: Publication) -> None:
    if publication.pk is None:
        publication.pk = 0  # no row: it is related to nothing
    if isinstance(publication, Condition) and evidence_of(publication) is None:
        publication.evidence = EvidenceSummary(verdict="")
    if isinstance(publication, Article | Faq) and publication.topic_id is None:
        # Not yet chosen in the form, though a row always has one.
        publication.topic = Topic(pk=0, slug="topic", name="Topic")  # type: ignore[unreachable]
    publication.slug = publication.slug or "draft"
    try:
        publication.get_absolute_url()
    except NoReverseMatch:  # a page needs a place on the site
        publication.slug = "about"
