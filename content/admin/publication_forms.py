"""Forms in which texts are edited: what the gate and the claim linter find becomes their errors."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Model, QuerySet
from django.urls import Resolver404, resolve
from django.utils import timezone

from content import publishing
from content.admin.lists import Addresses, OnePerLine, Regions
from content.claims import Finding
from content.models import Condition, EvidenceSummary, Practitioner, Publication, Topic
from content.reading.faqs import PLACES

REASON = forms.CharField(required=False, max_length=300)


class CheckedWordsForm(forms.ModelForm):  # type: ignore[type-arg] # takes none at run time
    """Stops at disputed phrases. Who may let one stand gives a reason, kept with the text."""

    user: ClassVar[AbstractUser]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.findings: list[Finding] = []
        self.reasons: dict[str, str] = {}
        # The text whose words were read, with which the reasons are kept.
        self.checked: Model = self.instance

    @property
    def may_allow(self) -> bool:
        return self.user.has_perm("content.allow_phrase")

    @property
    def reasons_asked(self) -> list[dict[str, str]]:
        """The fields in which a reviewer says why a phrase may stand."""
        if not self.may_allow:
            return []
        return [
            {
                "name": self.reason_name(found.phrase.text),
                "phrase": found.phrase.text,
                "value": self.data.get(self.reason_name(found.phrase.text), ""),
            }
            for found in self.findings
        ]

    def reason_name(self, phrase: str) -> str:
        return self.add_prefix(f"let stand: {phrase}")

    def validate_unique(self) -> None:
        """The last of the checks, when the row is as it would be saved."""
        super().validate_unique()
        if self.errors.keys() <= {NON_FIELD_ERRORS}:
            self.check_whole()

    def check_whole(self) -> None:
        self.check_words(self.instance)

    def add_lacking(self, sentences: list[str]) -> None:
        """What the gate says replaces what the database would say in general of the same."""
        if sentences:
            self.errors.pop(NON_FIELD_ERRORS, None)
        for sentence in sentences:
            self.add_error(None, sentence)

    def check_words(self, text: Model) -> None:
        self.checked, self.findings = text, publishing.disputed(text)
        for found in self.findings:
            phrase = found.phrase
            if reason := self.reason_for(phrase.text):
                self.reasons[phrase.text] = reason
            else:
                self.add_error(
                    None,
                    f"“{phrase.text}” in “… {found.excerpt} …”: {phrase.reason} "
                    f"Write instead: {phrase.better}.",
                )

    def reason_for(self, phrase: str) -> str:
        if not self.may_allow:
            return ""
        try:
            return str(REASON.clean(self.data.get(self.reason_name(phrase), "")))
        except ValidationError as error:
            self.add_error(None, ValidationError(error.messages))
            return ""


class ReviewedForm(CheckedWordsForm):
    """Of what stands in the name of a clinician who reviewed it."""

    def clean_reviewer(self) -> Practitioner | None:
        reviewer: Practitioner | None = self.cleaned_data["reviewer"]
        if reviewer and not reviewer.registration_number.strip():
            raise ValidationError(
                f"{reviewer} has no registration number yet: add it on their page first."
            )
        return reviewer


def free_place(slug: str, *, besides: QuerySet[Any]) -> str:
    """The slug of a question or a topic: the page of questions has both as ids."""
    if slug in PLACES or besides.filter(slug=slug).exists():
        raise ValidationError(
            f"On the page of questions, “{slug}” is the place of something else: choose another."
        )
    return slug


class PublicationForm(ReviewedForm):
    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        published = cleaned.get("status") == Publication.Status.PUBLISHED
        if published and "publish_at" not in self.errors and not cleaned.get("publish_at"):
            cleaned["publish_at"] = timezone.now()
        return cleaned

    def check_whole(self) -> None:
        if self.instance.status == Publication.Status.PUBLISHED:
            self.add_lacking(publishing.missing(self.instance, today=timezone.localdate()))
        super().check_whole()


class ArticleForm(PublicationForm):
    search_terms = OnePerLine(most=60, help_text="How people ask for it, one per line.")


class FaqForm(PublicationForm):
    search_terms = OnePerLine(most=60, help_text="Other ways to ask, one per line.")
    see_also = Addresses(
        help_text="Pages on this site, one per line, like /safety/. Readers see those that are "
        "public."
    )

    def clean_slug(self) -> str:
        return free_place(self.cleaned_data["slug"], besides=Topic.objects.all())


class PageForm(PublicationForm):
    def clean_slug(self) -> str:
        slug: str = self.cleaned_data["slug"]
        try:
            found = resolve(f"/{slug}/")
        except Resolver404:
            found = None
        if found is None or found.kwargs != {"slug": slug} or found.url_name != slug:
            raise ValidationError(f"This site has no place for a page “{slug}”.")
        return slug


EvidenceFormSet = forms.inlineformset_factory(
    Condition,
    EvidenceSummary,
    fields=("label", "verdict", "found", "unknown"),
    extra=1,
    max_num=1,
    can_delete=False,
)


class ConditionForm(PublicationForm):
    also_called = OnePerLine(help_text="Medical and old names, one per line.")
    search_terms = OnePerLine(
        most=60, help_text="Synonyms, abbreviations and frequent misspellings, one per line."
    )
    regions = Regions(required=True, help_text="One per line, the main one first.")

    def check_whole(self) -> None:
        if self.set_evidence_as_sent():
            super().check_whole()

    def set_evidence_as_sent(self) -> bool:
        """Put the evidence summary of the same page on the condition, to check both together.
        False if it has errors of its own, which its form shows."""
        sent: Any = EvidenceFormSet(self.data, instance=self.instance)
        if sent.management_form.is_valid():
            if not sent.is_valid():
                return False
            for form in sent.forms:
                if form.has_changed() or form.instance.pk:
                    self.instance.evidence = form.instance
        return True


class EvidenceForm(CheckedWordsForm):
    """An evidence summary by itself, as when an older version is restored."""

    def check_whole(self) -> None:
        condition = Condition.objects.filter(pk=self.instance.condition_id).first()
        if condition is None:
            self.add_error(None, "Its condition was deleted: there is nothing to restore it to.")
            return
        condition.evidence = self.instance
        if condition.status == Publication.Status.PUBLISHED:
            self.add_lacking(publishing.missing(condition, today=timezone.localdate()))
        self.check_words(condition)


class SafetyRuleForm(ReviewedForm):
    regions = Regions(help_text="One per line; empty: every region.")

    def check_whole(self) -> None:
        if self.instance.is_published:
            lacking = publishing.missing_of_rule(
                self.instance,
                today=timezone.localdate(),
                has_references=bool(self.cleaned_data.get("references")),
            )
            self.add_lacking(lacking)
        super().check_whole()
