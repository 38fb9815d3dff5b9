"""Conditions: the finder, and the page of one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.db.models import BooleanField, Case, Q, When
from django.utils.safestring import SafeString

from content.markdown import render, render_line
from content.models import Article, Clinic, Condition, EvidenceSummary, Region, SafetyRule
from content.reading.articles import ABOUT_LABELS
from content.reading.texts import (
    NumberedReference,
    new_rendering,
    numbered_references,
    safety_rules,
)

# Ids of the page's own headings, in its order.
PARTS = (
    *("what-it-is", "what-helps", "what-studies-found", "what-is-not-known", "compared"),
    *("get-help", "do-and-do-not", "tell-us-first"),
)


@dataclass(frozen=True)
class ConditionPage:
    condition: Condition
    clinic: Clinic
    evidence: EvidenceSummary
    regions: list[Region]
    parts: dict[str, SafeString]
    references: list[NumberedReference]
    rules: list[SafetyRule]
    related: list[Condition]
    articles: list[Article]
    about_labels: Article | None


@dataclass(frozen=True)
class RegionEntry:
    region: Region
    count: int


@dataclass(frozen=True)
class Letter:
    letter: str
    conditions: list[Condition]


@dataclass(frozen=True)
class Finder:
    """Every condition from A to Z; with a region, also those that belong there or anywhere."""

    clinic: Clinic
    regions: list[RegionEntry]
    letters: list[Letter]
    region: Region | None
    here: list[Condition]
    anywhere: list[Condition]
    about_labels: Article | None


def condition_page(slug: str, *, now: datetime) -> ConditionPage | None:
    condition = (
        Condition.objects.published(now)
        .select_related("evidence", "author", "reviewer")
        .filter(slug=slug, evidence__isnull=False)
        .first()
    )
    return None if condition is None else page_of(condition, now=now)


def page_of(condition: Condition, *, now: datetime) -> ConditionPage:
    """The page of a condition, which may be a draft but has its evidence."""
    clinic = Clinic.objects.get()
    rendering = new_rendering(clinic, anchors=PARTS)
    texts = {
        "what_it_is": condition.what_it_is,
        "what_helps": condition.what_helps,
        "found": condition.evidence.found,
        "unknown": condition.evidence.unknown,
        "compared": condition.compared,
        "get_help": condition.get_help,
        "do_and_do_not": condition.do_and_do_not,
    }
    articles, about_labels = _articles(condition, now=now)
    parts = {"verdict": render_line(condition.evidence.verdict, rendering)}
    parts |= {name: render(text, rendering, top=3) for name, text in texts.items()}
    return ConditionPage(
        condition=condition,
        clinic=clinic,
        evidence=condition.evidence,
        regions=[Region(name) for name in condition.regions if name in Region.values],
        parts=parts,
        references=numbered_references(rendering),
        rules=rules_for(condition.regions, safety_rules()),
        related=list(condition.related.published(now).select_related("evidence").order_by("name")),
        articles=articles,
        about_labels=about_labels,
    )


def _articles(condition: Condition, *, now: datetime) -> tuple[list[Article], Article | None]:
    """Those that the condition names, and the one about the labels, in one query."""
    named = Q(pk__in=condition.related_articles.values("pk"))
    found = list(
        Article.objects.published(now)
        .filter(named | Q(slug=ABOUT_LABELS))
        .annotate(named=Case(When(named, then=True), default=False, output_field=BooleanField()))
        .order_by("order", "title")
    )
    about_labels = next((each for each in found if each.slug == ABOUT_LABELS), None)
    return [each for each in found if each.named], about_labels


def finder(*, now: datetime, region: Region | None = None) -> Finder:
    everything = list(
        Condition.objects.published(now)
        .select_related("evidence")
        .filter(evidence__isnull=False)
        .order_by("name")
    )
    everything.sort(key=lambda each: each.name.casefold())
    return Finder(
        clinic=Clinic.objects.get(),
        regions=region_entries(everything),
        letters=[
            Letter(letter, list(found))
            for letter, found in groupby(everything, key=lambda each: each.name[:1].upper())
        ],
        region=region,
        here=in_region(everything, region) if region else [],
        anywhere=[
            each for each in in_region(everything, Region.WHOLE_BODY) if region not in each.regions
        ]
        if region
        else [],
        about_labels=Article.objects.published(now).filter(slug=ABOUT_LABELS).first(),
    )


def region_entries(conditions: list[Condition]) -> list[RegionEntry]:
    return [RegionEntry(region, len(in_region(conditions, region))) for region in Region]


def in_region(conditions: list[Condition], region: Region) -> list[Condition]:
    """Those that have the region, first those that have it as their main one."""
    found = [each for each in conditions if region in each.regions]
    return sorted(found, key=lambda each: each.regions[0] != region)


def rules_for(regions: list[str], rules: Iterable[SafetyRule]) -> list[SafetyRule]:
    """The rules of these regions first, then those of every region."""
    found = [rule for rule in rules if not rule.regions or _shared(rule.regions, regions)]
    return sorted(found, key=lambda rule: not rule.regions)


def _shared(regions: list[str], others: list[str]) -> bool:
    return Region.WHOLE_BODY in others or not set(regions).isdisjoint(others)
