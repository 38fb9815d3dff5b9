"""What is written on the picture that is shown where a page is shared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from content.models import Article, Clinic, Condition, Location, Page, Practitioner

# Pages that have no row of their own.
SITE = {
    "home": "Plain facts, and time to decide",
    "articles": "Articles",
    "conditions": "Find your problem",
    "faqs": "Questions about dry needling",
    "safety": "Safety",
    "team": "Our team",
}


@dataclass(frozen=True)
class Preview:
    over: str
    title: str
    clinic: str


def preview(kind: str, slug: str, *, now: datetime) -> Preview | None:
    """None if readers have no such page."""
    found = _words(kind, slug, now)
    return Preview(*found, clinic=Clinic.objects.get().name) if found else None


def _words(kind: str, slug: str, now: datetime) -> tuple[str, str] | None:
    if kind == "site":
        return ("Physiotherapy", SITE[slug]) if slug in SITE else None
    if kind == "articles":
        article = Article.objects.published(now).select_related("topic").filter(slug=slug).first()
        return (article.topic.name, article.title) if article else None
    if kind == "conditions":
        condition = Condition.objects.published(now).filter(slug=slug).first()
        return ("What may help", condition.name) if condition else None
    return _of_the_clinic(kind, slug, now)


def _of_the_clinic(kind: str, slug: str, now: datetime) -> tuple[str, str] | None:
    if kind == "team":
        person = Practitioner.objects.treating().filter(slug=slug).first()
        return (person.job_title, person.name) if person else None
    if kind == "locations":
        location = Location.objects.open_to_patients().filter(slug=slug).first()
        return ("Where we are", location.name) if location else None
    page = Page.objects.published(now).filter(slug=slug).first() if kind == "pages" else None
    return ("About the clinic", page.title) if page else None
