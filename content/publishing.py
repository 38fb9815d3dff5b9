"""What a text lacks before readers may see it, and which of its phrases promise too much."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.contenttypes.models import ContentType
from django.db import models

from clinic_site.local_time import clinic_zone, full_time, local_day
from content import claims, gate
from content.claims import Finding
from content.markdown import plain_text
from content.markdown_source import cited_keys, mistakes, picture_numbers
from content.models import (
    Article,
    Condition,
    DisputedPhrase,
    EvidenceSummary,
    Faq,
    Location,
    Page,
    PhraseException,
    Picture,
    Practitioner,
    Publication,
    Reference,
    SafetyRule,
)

DUE_SOON = timedelta(days=60)

# What readers see of each kind: fields of plain words, and fields of Markdown.
PLAIN_FIELDS: dict[type[models.Model], tuple[str, ...]] = {
    Article: ("title", "summary"),
    Condition: ("name", "also_called", "summary", "see_instead_text"),
    EvidenceSummary: ("verdict",),
    Faq: ("question",),
    Location: ("name",),
    Page: ("title", "summary"),
    Practitioner: ("name", "job_title", "credentials", "interests"),
    SafetyRule: ("trigger", "question", "patient_wording", "clinician_wording", "source_note"),
}
MARKDOWN_FIELDS: dict[type[models.Model], tuple[str, ...]] = {
    Article: ("body",),
    Condition: ("what_it_is", "what_helps", "compared", "get_help", "do_and_do_not"),
    EvidenceSummary: ("found", "unknown"),
    Faq: ("body",),
    Location: ("directions", "access", "parking"),
    Page: ("body",),
    Practitioner: ("bio",),
    SafetyRule: (),
}


def missing(publication: Publication, *, today: date) -> list[str]:
    """What stands between a text and its readers, as sentences; empty when nothing does."""
    return gate.missing(draft_of(publication), today=today)


def draft_of(publication: Publication) -> gate.Draft:
    """The text as the publication gate looks at it, with the evidence set on a condition."""
    reviewer, evidence = publication.reviewer, evidence_of(publication)
    sources = list(_markdown_of(publication))
    return gate.Draft(
        clinical=publication.clinical,
        concerns_safety=publication.concerns_safety,
        reviewer_registration=reviewer.registration_number if reviewer else None,
        reviewed_on=publication.reviewed_on,
        next_review_on=publication.next_review_on,
        texts=_claims_of(publication),
        unknown_references=_unknown_references(sources),
        unknown_pictures=_unknown_pictures(sources),
        mistakes=tuple(dict.fromkeys(wrong for text in sources for wrong in mistakes(text))),
        evidence=evidence is not None if isinstance(publication, Condition) else None,
    )


def missing_of_rule(rule: SafetyRule, *, today: date, has_references: bool) -> list[str]:
    """The same of a safety rule: whom it rests on, and that its yearly review is not past."""
    registration = rule.reviewer.registration_number if rule.reviewer else None
    lacking = gate.lacking_reviewer(registration)
    if not has_references and not rule.source_note.strip():
        lacking.append("Name a source: a reference, or a note where it comes from.")
    if rule.reviewed_on > today:
        lacking.append("The day of the review lies in the future.")
    if is_rule_overdue(rule, today=today):
        lacking.append(
            f"Its review is more than {gate.MONTHS_BETWEEN_SAFETY_REVIEWS} months old: "
            "review it again before it is published."
        )
    return lacking


def next_review_of_rule(rule: SafetyRule) -> date:
    return gate.months_later(rule.reviewed_on, gate.MONTHS_BETWEEN_SAFETY_REVIEWS)


def is_rule_overdue(rule: SafetyRule, *, today: date) -> bool:
    return next_review_of_rule(rule) < today


def parts_of(text: models.Model) -> list[str]:
    """What readers read of a text, field by field, without markup."""
    plain = [_as_line(getattr(text, field)) for field in PLAIN_FIELDS[type(text)]]
    rendered = [plain_text(getattr(text, field)) for field in MARKDOWN_FIELDS[type(text)]]
    return list(filter(None, [*plain, *rendered]))


def evidence_of(text: models.Model) -> EvidenceSummary | None:
    """A condition's evidence summary: the one set on it, saved or not, else the stored one."""
    return getattr(text, "evidence", None) if isinstance(text, Condition) else None


def disputed(text: models.Model) -> list[Finding]:
    """The disputed phrases of a text, a condition's evidence included, that no reviewer has let
    stand there: each once, where it stands first."""
    evidence = evidence_of(text)
    allowed = {exception.phrase for exception in exceptions_of(text)}
    phrases = [phrase for phrase in _disputed_here() if phrase.text not in allowed]
    parts = [*parts_of(text), *(parts_of(evidence) if evidence else [])]
    found: dict[str, Finding] = {}
    for part in parts:
        for finding in claims.findings(part, phrases):
            found.setdefault(finding.phrase.text, finding)
    return list(found.values())


def _disputed_here() -> list[claims.Phrase]:
    """What nobody may say anywhere, and what nobody may say in this clinic's regions."""
    regions = ["", *settings.CLAIM_REGIONS]
    rows = DisputedPhrase.objects.filter(region__in=regions).order_by("phrase", "region")
    return [claims.Phrase(row.phrase, row.reason, row.better) for row in rows]


def exceptions_of(text: models.Model) -> models.QuerySet[PhraseException]:
    """What reviewers let stand in a text, the newest first."""
    kind = ContentType.objects.get_for_model(text)
    found = PhraseException.objects.filter(content_type=kind, object_id=text.pk or 0)
    return found.select_related("by").order_by("-at", "phrase")


def allow(
    text: models.Model, phrase: str, *, reason: str, by: AbstractBaseUser, now: datetime
) -> PhraseException:
    """Let a disputed phrase stand in one text; the reason is kept."""
    exception, _ = PhraseException.objects.get_or_create(
        content_type=ContentType.objects.get_for_model(text),
        object_id=text.pk,
        phrase=phrase,
        defaults={"reason": reason, "by_id": by.pk, "at": now},
    )
    return exception


@dataclass(frozen=True)
class Standing:
    """Where a publication stands, as a word for lists and a sentence."""

    slug: str
    words: str


def standing(publication: Publication, *, now: datetime) -> Standing:
    today, due = local_day(now, clinic_zone()), publication.next_review_on
    if publication.status == Publication.Status.DRAFT or publication.publish_at is None:
        return Standing("draft", "Draft")
    if publication.publish_at > now:
        return Standing("scheduled", f"Public from {full_time(publication.publish_at)}")
    if not publication.may_lead_to_booking(today):
        return Standing("overdue", f"Review overdue since {_day(due)}: no booking link")
    if publication.is_overdue(today):
        return Standing("overdue", f"Review overdue since {_day(due)}")
    if due and due <= today + DUE_SOON:
        return Standing("due", f"Public, review due by {_day(due)}")
    return Standing("public", "Public")


def _day(day: date | None) -> str:
    return f"{day:%A} {day.day} {day:%B %Y}" if day else ""


def _as_line(value: str | list[str]) -> str:
    return value if isinstance(value, str) else ", ".join(value)


def _markdown_of(publication: Publication) -> Iterator[str]:
    for text in (publication, evidence_of(publication)):
        if text is not None:
            for field in MARKDOWN_FIELDS[type(text)]:
                yield getattr(text, field)


def _claims_of(publication: Publication) -> list[tuple[str, str]]:
    evidence = evidence_of(publication)
    return [*publication.clinical_texts(), *(evidence.clinical_texts() if evidence else [])]


def _unknown_references(sources: Iterable[str]) -> frozenset[str]:
    cited = {key for source in sources for key in cited_keys(source)}
    known = Reference.objects.filter(key__in=cited).values_list("key", flat=True)
    return frozenset(cited.difference(known))


def _unknown_pictures(sources: Iterable[str]) -> frozenset[int]:
    shown = {number for source in sources for number in picture_numbers(source)}
    known = Picture.objects.filter(pk__in=shown).values_list("pk", flat=True)
    return frozenset(shown.difference(known))
