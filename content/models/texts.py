"""Articles, questions and pages."""

from __future__ import annotations

from django.db import models
from django.urls import reverse
from simple_history.models import HistoricalRecords

from content.models.lengths import WHOLE_TEXT
from content.models.publishing import Publication


class Topic(models.Model):
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=60)
    description = models.CharField(max_length=200)
    order = models.PositiveSmallIntegerField(default=0)

    class Privacy:
        personal = frozenset[str]()
        not_personal = frozenset({"id", "slug", "name", "description", "order"})

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("topic", args=[self.slug])


class Article(Publication):
    class Audience(models.TextChoices):
        PATIENTS = "patients", "Patients"
        PROFESSIONALS = "professionals", "Professionals"

    title = models.CharField(max_length=120)
    summary = models.CharField(max_length=300, help_text="Shown in lists and when shared.")
    topic = models.ForeignKey(Topic, models.PROTECT, related_name="articles")
    audience = models.CharField(max_length=14, choices=Audience, default=Audience.PATIENTS)
    body = models.TextField(help_text="Markdown; headings start at ##.", validators=[WHOLE_TEXT])
    search_terms = models.JSONField(default=list, blank=True, help_text="How people ask for it.")
    related = models.ManyToManyField("self", blank=True, symmetrical=False)
    related_conditions = models.ManyToManyField("content.Condition", blank=True)

    history = HistoricalRecords(excluded_fields=["preview_key"])

    class Privacy:
        personal = frozenset[str]()
        not_personal = Publication.Privacy.not_personal | {
            "title",
            "summary",
            "topic",
            "audience",
            "body",
            "search_terms",
            "related",
            "related_conditions",
        }

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("article", args=[self.slug])

    @property
    def concerns_safety(self) -> bool:  # type: ignore[override]
        return self.topic.slug == "safety"

    def clinical_texts(self) -> list[tuple[str, str]]:
        return [("Text", self.body)]


class Faq(Publication):
    question = models.CharField(max_length=200)
    topic = models.ForeignKey(Topic, models.PROTECT, related_name="faqs")
    body = models.TextField(
        "answer", help_text="Markdown; the direct answer first.", validators=[WHOLE_TEXT]
    )
    search_terms = models.JSONField(default=list, blank=True, help_text="Other ways to ask.")
    see_also = models.JSONField(default=list, blank=True, help_text="Addresses on this site.")
    helped = models.PositiveIntegerField(default=0, editable=False)
    did_not_help = models.PositiveIntegerField(default=0, editable=False)

    history = HistoricalRecords(excluded_fields=["preview_key", "helped", "did_not_help"])

    class Meta(Publication.Meta):
        verbose_name = "question and answer"
        verbose_name_plural = "questions and answers"

    class Privacy:
        personal = frozenset[str]()
        not_personal = Publication.Privacy.not_personal | {
            "question",
            "topic",
            "body",
            "search_terms",
            "see_also",
            "helped",
            "did_not_help",
        }

    def __str__(self) -> str:
        return self.question

    def get_absolute_url(self) -> str:
        return f"{reverse('faqs')}#{self.slug}"

    @property
    def concerns_safety(self) -> bool:  # type: ignore[override]
        return self.topic.slug == "safety"

    def clinical_texts(self) -> list[tuple[str, str]]:
        return [("Answer", self.body)]


class Page(Publication):
    """A page about the clinic itself: about, prices, privacy, accessibility."""

    title = models.CharField(max_length=120)
    summary = models.CharField(max_length=300)
    body = models.TextField(help_text="Markdown; headings start at ##.", validators=[WHOLE_TEXT])

    history = HistoricalRecords(excluded_fields=["preview_key"])

    class Privacy:
        personal = frozenset[str]()
        not_personal = Publication.Privacy.not_personal | {"title", "summary", "body"}

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse(self.slug)

    def clinical_texts(self) -> list[tuple[str, str]]:
        return [("Text", self.body)]


class ReaderQuestion(models.Model):
    """A question that a reader left for the front desk; never shown to the public."""

    text = models.TextField(max_length=1000)
    email = models.EmailField(blank=True)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)

    class Privacy:
        personal = frozenset({"id", "text", "email"})
        not_personal = frozenset({"asked_at", "answered_at"})

    def __str__(self) -> str:
        return f"Question of {self.asked_at:%d %B %Y}"
