"""When dry needling must not be done or asks for care, from the safety rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.safestring import SafeString

from content.gate import MONTHS_BETWEEN_SAFETY_REVIEWS, months_later
from content.markdown import render
from content.models import Article, Clinic, Faq, Practitioner, SafetyRule
from content.reading.faqs import published_faqs
from content.reading.texts import (
    NumberedReference,
    new_rendering,
    numbered_references,
    safety_rules,
)

# The answer whose care cards the page shows: written once, checked once.
HELP = "when-to-get-help"
# The topic of the articles and questions to read on.
TOPIC = "safety"


@dataclass(frozen=True)
class Rule:
    rule: SafetyRule
    sources: list[int]


@dataclass(frozen=True)
class RuleGroup:
    name: str
    rules: list[Rule]


@dataclass(frozen=True)
class RuleLevel:
    level: SafetyRule.Level
    groups: list[RuleGroup]


@dataclass(frozen=True)
class SafetyPage:
    clinic: Clinic
    levels: list[RuleLevel]
    help: Faq | None
    help_text: SafeString
    has_articles: bool
    has_questions: bool
    rules: list[SafetyRule]
    reviewers: list[Practitioner]
    reviewed_on: date | None
    next_review_on: date | None
    references: list[NumberedReference]


def safety_page(*, now: datetime) -> SafetyPage:
    clinic = Clinic.objects.get()
    rules = list(safety_rules().select_related("reviewer").prefetch_related("references"))
    answer = Faq.objects.published(now).filter(slug=HELP).first()
    rendering = new_rendering(clinic, anchors=[*SafetyRule.Level.values, "help", "tell-us-first"])
    help_text = render(answer.body if answer else "", rendering, top=3)
    numbered = [
        Rule(rule, sorted(rendering.number(each.key) for each in rule.references.all()))
        for rule in rules
    ]
    reviewed_on = min((rule.reviewed_on for rule in rules), default=None)
    return SafetyPage(
        clinic=clinic,
        levels=_levels(numbered),
        help=answer,
        help_text=help_text,
        has_articles=Article.objects.published(now).filter(topic__slug=TOPIC).exists(),
        has_questions=published_faqs(now).filter(topic__slug=TOPIC).exists(),
        rules=rules,
        reviewers=list(dict.fromkeys(rule.reviewer for rule in rules if rule.reviewer)),
        reviewed_on=reviewed_on,
        next_review_on=reviewed_on and months_later(reviewed_on, MONTHS_BETWEEN_SAFETY_REVIEWS),
        references=numbered_references(rendering),
    )


def _levels(rules: list[Rule]) -> list[RuleLevel]:
    found = []
    for level in SafetyRule.Level:
        groups: dict[str, list[Rule]] = {}
        for each in rules:
            if each.rule.level == level:
                groups.setdefault(each.rule.get_group_display(), []).append(each)
        if groups:
            found.append(RuleLevel(level, [RuleGroup(*group) for group in groups.items()]))
    return found
