"""Where a text stands on its way to readers and back to its reviewer: column and filter."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from content import gate
from content.models import Publication, SafetyRule
from content.publishing import DUE_SOON, Standing, is_rule_overdue, next_review_of_rule, standing

ICONS = {
    "draft": '<path d="M3 13l1-3.5L11 2.5l2.5 2.5-7 7zM9.5 4 12 6.5"/>',
    "scheduled": '<circle cx="8" cy="8" r="6"/><path d="M8 4.5V8l2.5 1.5"/>',
    "public": '<path d="m2.5 8.5 3.5 3.5 7.5-8"/>',
    "due": '<path d="M2.5 4h11v9.5h-11zM2.5 7h11M5.5 2.5V5M10.5 2.5V5"/>',
    "overdue": '<path d="m8 2.5 6 11H2zM8 6.5v3.3M8 11.6v.1"/>',
}
CHOICES = (
    ("overdue", "Review overdue"),
    ("due", f"Due within {DUE_SOON.days} days"),
    ("drafts", "Drafts"),
    ("scheduled", "Public later"),
    ("public", "Public now"),
)


def standing_tag(found: Standing) -> SafeString:
    """A word with an icon; the colour only repeats them."""
    return format_html(
        '<span class="tag tag-{}"><svg viewBox="0 0 16 16" width="16" height="16" fill="none" '
        'stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round" '
        'aria-hidden="true" focusable="false">{}</svg>{}</span>',
        found.slug,
        mark_safe(ICONS[found.slug]),  # noqa: S308 - one of the constants above
        found.words,
    )


class StandingFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> tuple[tuple[str, str], ...]:
        return CHOICES

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        now, today = timezone.now(), timezone.localdate()
        published = Q(status=Publication.Status.PUBLISHED)
        wanted = {
            "overdue": published & Q(next_review_on__lt=today),
            "due": published & Q(next_review_on__range=(today, today + DUE_SOON)),
            "drafts": Q(status=Publication.Status.DRAFT),
            "scheduled": published & Q(publish_at__gt=now),
            "public": published & Q(publish_at__lte=now),
        }
        return queryset.filter(wanted.get(self.value() or "", Q()))


class RuleStandingFilter(StandingFilter):
    """The same of safety rules, which are reviewed every year."""

    def lookups(self, request: HttpRequest, model_admin: Any) -> tuple[tuple[str, str], ...]:
        return tuple(choice for choice in CHOICES if choice[0] != "scheduled")

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        today = timezone.localdate()
        overdue = gate.months_later(today, -gate.MONTHS_BETWEEN_SAFETY_REVIEWS)
        due = gate.months_later(today + DUE_SOON, -gate.MONTHS_BETWEEN_SAFETY_REVIEWS)
        wanted = {
            "overdue": Q(is_published=True) & (Q(reviewed_on__lt=overdue) | Q(reviewer=None)),
            "due": Q(is_published=True, reviewed_on__range=(overdue, due)),
            "drafts": Q(is_published=False),
            "public": Q(is_published=True),
        }
        return queryset.filter(wanted.get(self.value() or "", Q()))


def publication_tag(publication: Publication) -> SafeString:
    return standing_tag(standing(publication, now=timezone.now()))


def rule_tag(rule: SafetyRule) -> SafeString:
    today, due = timezone.localdate(), next_review_of_rule(rule)
    day = f"{due:%A} {due.day} {due:%B %Y}"
    if not rule.is_published:
        return standing_tag(Standing("draft", "Draft"))
    if rule.reviewer_id is None:
        return standing_tag(Standing("overdue", "Public, but nobody has put a name to its review"))
    if is_rule_overdue(rule, today=today):
        return standing_tag(Standing("overdue", f"Review overdue since {day}"))
    if due <= today + DUE_SOON:
        return standing_tag(Standing("due", f"Public, review due by {day}"))
    return standing_tag(Standing("public", "Public"))
