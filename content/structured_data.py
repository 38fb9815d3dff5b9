"""Pages as schema.org describes them, in plain dictionaries: only what the page itself shows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.urls import reverse

from content.addresses import absolute
from content.markdown import plain_text
from content.models import Clinic, Location, Practitioner, Publication
from content.reading.articles import ArticlePage
from content.reading.conditions import ConditionPage
from content.reading.faqs import Answer
from content.reading.safety import SafetyPage
from content.reading.texts import NumberedReference

Thing = dict[str, Any]

# Needling goes through the skin: never "NoninvasiveProcedure".
DRY_NEEDLING: Thing = {
    "@type": "MedicalTherapy",
    "name": "Dry needling",
    "procedureType": "https://schema.org/PercutaneousProcedure",
}


def article_things(page: ArticlePage) -> list[Thing]:
    article = page.article
    web_page = _medical_page(article, article.title, article.summary, page.references)
    if "needling" in f"{article.title} {article.body}".lower():
        web_page["about"] = DRY_NEEDLING
    trail = [
        ("Articles", reverse("articles")),
        (article.topic.name, article.topic.get_absolute_url()),
        (article.title, article.get_absolute_url()),
    ]
    return [web_page, breadcrumbs(trail)]


def condition_things(page: ConditionPage) -> list[Thing]:
    condition = page.condition
    web_page = _medical_page(condition, condition.name, condition.summary, page.references)
    about: Thing = {"@type": "MedicalCondition", "name": condition.name}
    if condition.also_called:
        about["alternateName"] = list(condition.also_called)
    if page.regions:
        about["associatedAnatomy"] = [
            {"@type": "AnatomicalStructure", "name": region.label} for region in page.regions
        ]
    web_page |= {"about": about, "mentions": DRY_NEEDLING}
    trail = [
        ("Conditions", reverse("conditions")),
        (condition.name, condition.get_absolute_url()),
    ]
    return [web_page, breadcrumbs(trail)]


def safety_things(page: SafetyPage, title: str, description: str) -> list[Thing]:
    address = absolute(reverse("safety"))
    never = [rule.trigger for rule in page.rules if rule.level == rule.Level.ABSOLUTE]
    contraindications = [{"@type": "MedicalContraindication", "name": name} for name in never]
    web_page: Thing = {
        "@type": "MedicalWebPage",
        "@id": address,
        "url": address,
        "name": title,
        "description": description,
        "inLanguage": settings.LANGUAGE_CODE,
        "about": DRY_NEEDLING | {"contraindication": contraindications},
        "citation": _citations(page.references),
    }
    if page.reviewed_on:
        web_page["lastReviewed"] = page.reviewed_on.isoformat()
    return [web_page, breadcrumbs([("Safety", reverse("safety"))])]


def faq_things(answers: Iterable[Answer]) -> list[Thing]:
    questions = [
        {
            "@type": "Question",
            "name": answer.faq.question,
            "url": absolute(answer.faq.get_absolute_url()),
            "acceptedAnswer": {"@type": "Answer", "text": plain_text(answer.faq.body)},
        }
        for answer in answers
    ]
    page = {"@type": "FAQPage", "url": absolute(reverse("faqs")), "mainEntity": questions}
    return [page, breadcrumbs([("Questions", reverse("faqs"))])]


def clinic_thing(clinic: Clinic, locations: Iterable[Location] = ()) -> Thing:
    """The clinic as a place that can be visited and booked."""
    places = [location_thing(location) for location in locations]
    return {
        "@type": "Physiotherapy",
        "@id": absolute("/#clinic"),
        "name": clinic.name,
        "url": absolute("/"),
        "telephone": clinic.phone.as_international,
        "email": clinic.email,
        "potentialAction": _reserve_action(),
        **({"location": places} if places else {}),
    }


def location_thing(location: Location) -> Thing:
    return {
        "@type": "Physiotherapy",
        "name": location.name,
        "url": absolute(location.get_absolute_url()),
        "telephone": location.phone.as_international,
        "address": {
            "@type": "PostalAddress",
            "streetAddress": location.street,
            "addressLocality": location.city,
            "addressRegion": location.region_code,
            "postalCode": location.postal_code,
        },
        "potentialAction": _reserve_action(),
    }


def person_thing(person: Practitioner, clinic: Clinic) -> Thing:
    thing = _person(person) | {
        "worksFor": {"@id": absolute("/#clinic"), "@type": "Physiotherapy", "name": clinic.name},
        "knowsLanguage": list(person.languages),
    }
    if person.credentials:
        thing["honorificSuffix"] = person.credentials
    if person.register_name:
        thing["hasCredential"] = {
            "@type": "EducationalOccupationalCredential",
            "name": f"Registration {person.registration_number}".strip(),
            "recognizedBy": {"@type": "Organization", "name": person.register_name},
        }
    return thing


def breadcrumbs(trail: Iterable[tuple[str, str]]) -> Thing:
    """The way from the home page to a page, as its links show it."""
    steps = [("Home", reverse("home")), *trail]
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": position, "name": name, "item": absolute(path)}
            for position, (name, path) in enumerate(steps, start=1)
        ],
    }


def _medical_page(
    text: Publication, name: str, description: str, references: list[NumberedReference]
) -> Thing:
    address = absolute(text.get_absolute_url())
    thing: Thing = {
        "@type": "MedicalWebPage" if text.clinical else "WebPage",
        "@id": address,
        "url": address,
        "name": name,
        "description": description,
        "inLanguage": settings.LANGUAGE_CODE,
        "citation": _citations(references),
    }
    if text.author:
        thing["author"] = _person(text.author)
    if text.reviewer and text.reviewed_on:
        thing["reviewedBy"] = _person(text.reviewer)
        thing["lastReviewed"] = text.reviewed_on.isoformat()
    return thing


def _person(person: Practitioner) -> Thing:
    return {"@type": "Person", "name": person.name, "jobTitle": person.job_title}


def _citations(references: list[NumberedReference]) -> list[Thing]:
    known = [each.reference for each in references if each.reference]
    return [
        {"@type": "CreativeWork", "name": source.title, "url": source.address} for source in known
    ]


def _reserve_action() -> Thing:
    return {
        "@type": "ReserveAction",
        "name": "Book a visit",
        "target": {"@type": "EntryPoint", "urlTemplate": absolute("/book/")},
    }
