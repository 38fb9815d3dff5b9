"""Loads the texts in content/starter/."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from tqdm import tqdm

from content import search
from content.models import (
    Article,
    Clinic,
    Condition,
    DisputedPhrase,
    EvidenceSummary,
    Faq,
    Location,
    Page,
    Practitioner,
    Publication,
    Reference,
    SafetyRule,
    SynonymGroup,
    Topic,
)
from content.starter_files import StarterText, records, texts

CONDITION_PARTS = {
    "what_it_is": "What it is",
    "what_helps": "What usually helps",
    "compared": "Needling compared with exercise and hands-on care",
    "get_help": "Get help",
    "do_and_do_not": "Do and do not",
}


class Command(BaseCommand):
    help = (
        "Loads the starter texts as drafts for your own clinician to approve. Safe to run again: "
        "what exists already is left as it is."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--publish",
            action="store_true",
            help="Publish them at once, under a banner that says they await a clinician.",
        )

    @transaction.atomic
    def handle(self, *args: Any, publish: bool, **options: Any) -> None:
        loader = Loader(publish_at=timezone.now() if publish else None)
        steps: list[tuple[Callable[[Any], None], Iterable[Any]]] = [
            (loader.load_clinic, [records("clinic.yaml")]),
            (load_location, texts("locations")),
            (load_practitioner, texts("people")),
            (load_topic, records("topics.yaml")),
            (load_reference, records("references.yaml")),
            (loader.load_safety_rule, records("safety_rules.yaml")),
            (load_disputed_phrase, records("disputed_phrases.yaml")),
            (load_synonyms, records("synonyms.yaml")),
            (loader.load_condition, texts("conditions")),
            (loader.load_article, texts("articles")),
            (loader.load_faq, texts("faqs")),
            (loader.load_page, texts("pages")),
        ]
        work = [(load, record) for load, found in steps for record in found]
        for load, record in tqdm(work, desc="Starter content", unit=" texts", disable=None):
            load(record)
        loader.link_related()
        search.rebuild(timezone.now())


def load_location(text: StarterText) -> None:
    parts = text.sections()
    described = {
        "directions": parts["How to find us"],
        "access": parts["Getting in"],
        "parking": parts["Parking and bikes"],
    }
    Location.objects.get_or_create(slug=text.facts["slug"], defaults={**text.facts, **described})


def load_practitioner(text: StarterText) -> None:
    Practitioner.objects.get_or_create(
        slug=text.facts["slug"], defaults={**text.facts, "bio": text.body}
    )


def load_topic(facts: dict[str, Any]) -> None:
    Topic.objects.get_or_create(slug=facts["slug"], defaults=facts)


def load_reference(facts: dict[str, Any]) -> None:
    Reference.objects.get_or_create(key=facts["key"], defaults=facts)


def load_disputed_phrase(facts: dict[str, Any]) -> None:
    DisputedPhrase.objects.get_or_create(
        phrase=facts["phrase"], region=facts["region"], defaults=facts
    )


def load_synonyms(terms: list[str]) -> None:
    SynonymGroup.objects.get_or_create(terms=terms)


class Loader:
    """Loads publications: as drafts, or published from `publish_at` on."""

    def __init__(self, *, publish_at: datetime | None) -> None:
        self.publish_at = publish_at
        self.made: set[str] = set()

    def load_clinic(self, facts: dict[str, Any]) -> None:
        privacy = next(text for text in texts("pages") if text.facts["slug"] == "privacy")
        more = {
            "privacy_notice_version": str(privacy.facts["version"]),
            "texts_await_approval": self.publish_at is not None,
        }
        Clinic.objects.get_or_create(pk=1, defaults={**facts, **more})

    def publication(self, facts: dict[str, Any]) -> dict[str, Any]:
        """The fields that every publication has, from a text's front matter."""
        status = Publication.Status.PUBLISHED if self.publish_at else Publication.Status.DRAFT
        return {
            "status": status,
            "publish_at": self.publish_at,
            "clinical": facts.get("clinical", True),
            "author": self._person(facts.get("author")),
            "reviewer": self._person(facts.get("reviewer")),
            "reviewed_on": facts.get("reviewed_on"),
            "next_review_on": facts.get("next_review_on"),
            "order": facts.get("order", 0),
        }

    def _person(self, slug: str | None) -> Practitioner | None:
        return Practitioner.objects.get(slug=slug) if slug else None

    def load_safety_rule(self, facts: dict[str, Any]) -> None:
        facts = dict(facts)
        keys = facts.pop("references")
        defaults = {
            **facts,
            "reviewer": self._person(facts["reviewer"]),
            "is_published": self.publish_at is not None,
        }
        rule, made = SafetyRule.objects.get_or_create(key=facts["key"], defaults=defaults)
        if made:
            rule.references.set(Reference.objects.filter(key__in=keys))

    def load_condition(self, text: StarterText) -> None:
        facts, parts = text.facts, text.sections()
        condition, made = Condition.objects.get_or_create(
            slug=facts["slug"],
            defaults={
                **self.publication(facts),
                **_only(facts, "name", "also_called", "search_terms", "regions"),
                **_only(facts, "summary", "treated", "see_instead", "see_instead_text"),
                **{field: parts[heading] for field, heading in CONDITION_PARTS.items()},
            },
        )
        if made:
            self.made.add(condition.get_absolute_url())
            EvidenceSummary.objects.create(
                condition=condition,
                label=facts["evidence_label"],
                verdict=facts["evidence_verdict"],
                found=parts["What studies found"],
                unknown=parts["What is not known"],
            )

    def load_article(self, text: StarterText) -> None:
        facts = text.facts
        article, made = Article.objects.get_or_create(
            slug=facts["slug"],
            defaults={
                **self.publication(facts),
                **_only(facts, "title", "summary", "audience", "search_terms"),
                "topic": Topic.objects.get(slug=facts["topic"]),
                "updated_on": facts.get("published_on"),
                "body": text.body,
            },
        )
        if made:
            self.made.add(article.get_absolute_url())

    def load_faq(self, text: StarterText) -> None:
        facts = text.facts
        Faq.objects.get_or_create(
            slug=facts["slug"],
            defaults={
                **self.publication(facts),
                **_only(facts, "question", "search_terms", "see_also"),
                "topic": Topic.objects.get(slug=facts["topic"]),
                "body": text.body,
            },
        )

    def load_page(self, text: StarterText) -> None:
        facts = text.facts
        Page.objects.get_or_create(
            slug=facts["slug"],
            defaults={
                **self.publication(facts),
                **_only(facts, "title", "summary"),
                "body": text.body,
            },
        )

    def link_related(self) -> None:
        """Texts name their relatives, which can be linked only once all of them are there."""
        for text in texts("conditions"):
            condition = Condition.objects.get(slug=text.facts["slug"])
            if condition.get_absolute_url() in self.made:
                condition.related.set(_conditions(text.facts["related"]))
                condition.related_articles.set(_articles(text.facts["related_articles"]))
        for text in texts("articles"):
            article = Article.objects.get(slug=text.facts["slug"])
            if article.get_absolute_url() in self.made:
                article.related.set(_articles(text.facts["related"]))
                article.related_conditions.set(_conditions(text.facts["related_conditions"]))


def _conditions(slugs: list[str]) -> QuerySet[Condition]:
    return Condition.objects.filter(slug__in=slugs)


def _articles(slugs: list[str]) -> QuerySet[Article]:
    return Article.objects.filter(slug__in=slugs)


def _only(facts: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: facts[name] for name in names}
