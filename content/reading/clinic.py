"""The clinic itself: its people, places and pages, and what the home page shows of the texts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.safestring import SafeString

from content.markdown import render
from content.models import Article, Clinic, Faq, Location, Page, Practitioner, Region, SafetyRule
from content.reading.faqs import published_faqs
from content.reading.texts import (
    NumberedReference,
    new_rendering,
    numbered_references,
    safety_rules,
)

USEFUL, NEWEST, QUESTIONS = 4, 3, 5


@dataclass(frozen=True)
class TeamPage:
    clinic: Clinic
    people: list[Practitioner]


@dataclass(frozen=True)
class PersonPage:
    clinic: Clinic
    person: Practitioner
    bio: SafeString


@dataclass(frozen=True)
class LocationPage:
    clinic: Clinic
    location: Location
    directions: SafeString
    access: SafeString
    parking: SafeString


@dataclass(frozen=True)
class ClinicPage:
    """A page about the clinic, such as its prices."""

    clinic: Clinic
    page: Page
    text: SafeString
    contents: list[tuple[str, str]]
    references: list[NumberedReference]


@dataclass(frozen=True)
class HomeReading:
    clinic: Clinic
    regions: list[Region]
    rules: list[SafetyRule]
    useful: list[Article]
    newest: list[Article]
    questions: list[Faq]


def team_page() -> TeamPage:
    return TeamPage(clinic=Clinic.objects.get(), people=list(Practitioner.objects.treating()))


def person_page(slug: str) -> PersonPage | None:
    person = Practitioner.objects.treating().filter(slug=slug).first()
    if person is None:
        return None
    clinic = Clinic.objects.get()
    return PersonPage(clinic=clinic, person=person, bio=render(person.bio, new_rendering(clinic)))


def location_page(slug: str) -> LocationPage | None:
    location = Location.objects.open_to_patients().filter(slug=slug).first()
    if location is None:
        return None
    clinic = Clinic.objects.get()
    headings = ("directions", "access", "parking", "visit-us")
    rendering = new_rendering(clinic, anchors=headings)
    return LocationPage(
        clinic=clinic,
        location=location,
        directions=render(location.directions, rendering, top=3),
        access=render(location.access, rendering, top=3),
        parking=render(location.parking, rendering, top=3),
    )


def clinic_page(slug: str, *, now: datetime) -> ClinicPage | None:
    page = (
        Page.objects.published(now).select_related("author", "reviewer").filter(slug=slug).first()
    )
    return None if page is None else page_of(page)


def page_of(page: Page) -> ClinicPage:
    """The page of a text about the clinic, which may be a draft."""
    clinic = Clinic.objects.get()
    rendering = new_rendering(clinic)
    text = render(page.body, rendering)
    return ClinicPage(
        clinic=clinic,
        page=page,
        text=text,
        contents=rendering.contents,
        references=numbered_references(rendering),
    )


def home_reading(*, now: datetime) -> HomeReading:
    """Useful is what the editors put first in each topic; newest are the latest of the others.

    Those published at the same moment, as when the first texts are loaded, keep the editors' order.
    """
    articles = list(
        Article.objects.published(now)
        .filter(audience=Article.Audience.PATIENTS)
        .select_related("topic")
        .order_by("order", "topic__order", "slug")
    )
    useful, others = articles[:USEFUL], articles[USEFUL:]
    others.sort(key=lambda article: article.publish_at or now, reverse=True)
    return HomeReading(
        clinic=Clinic.objects.get(),
        regions=list(Region),
        rules=list(safety_rules()),
        useful=useful,
        newest=others[:NEWEST],
        questions=list(
            published_faqs(now).order_by("order", "topic__order", "question")[:QUESTIONS]
        ),
    )
