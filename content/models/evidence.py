"""Conditions, what studies found about them, the sources, and the safety rules."""

from __future__ import annotations

from django.db import models
from django.urls import reverse
from simple_history.models import HistoricalRecords

from content.models.lengths import PART, RULE
from content.models.people import Practitioner
from content.models.publishing import Publication


class Region(models.TextChoices):
    HEAD = "head", "Head"
    JAW_FACE = "jaw-face", "Jaw and face"
    NECK = "neck", "Neck"
    SHOULDER = "shoulder", "Shoulder"
    UPPER_BACK = "upper-back", "Upper back"
    ELBOW = "elbow", "Elbow"
    WRIST_HAND = "wrist-hand", "Wrist and hand"
    LOW_BACK = "low-back", "Low back"
    HIP_BUTTOCK = "hip-buttock", "Hip and buttock"
    THIGH = "thigh", "Thigh"
    KNEE = "knee", "Knee"
    LOWER_LEG = "lower-leg", "Lower leg"
    ANKLE = "ankle", "Ankle"
    FOOT_HEEL = "foot-heel", "Foot and heel"
    WHOLE_BODY = "whole-body", "Anywhere"


class Reference(models.Model):
    """A source that a text cites as [@key]."""

    key = models.SlugField(unique=True, help_text="Author and year, like gattie-2021.")
    authors = models.CharField(max_length=500, blank=True)
    title = models.CharField(max_length=400)
    journal = models.CharField(max_length=200, blank=True)
    year = models.PositiveSmallIntegerField(null=True, blank=True)
    volume = models.CharField(max_length=40, blank=True)
    pages = models.CharField(max_length=40, blank=True)
    doi = models.CharField("DOI", max_length=120, blank=True)
    pmid = models.CharField("PubMed id", max_length=12, blank=True)
    url = models.URLField(max_length=400, blank=True)
    kind = models.CharField(max_length=40, help_text="Trial, review, survey, case report …")
    finding = models.CharField(max_length=400, blank=True, help_text="What it found, plainly.")

    history = HistoricalRecords()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(doi="", pmid="", url=""),
                name="reference_can_be_looked_up",
                violation_error_message="Give a DOI, a PubMed id or a stable address.",
            ),
        ]

    class Privacy:
        personal = frozenset[str]()
        not_personal = frozenset(
            {
                "id",
                "key",
                "authors",
                "title",
                "journal",
                "year",
                "volume",
                "pages",
                "doi",
                "pmid",
                "url",
                "kind",
                "finding",
            }
        )

    def __str__(self) -> str:
        return self.key

    @property
    def address(self) -> str:
        """Where to read it: the DOI's resolver, PubMed, or the address given."""
        if self.doi:
            return f"https://doi.org/{self.doi}"
        if self.pmid:
            return f"https://pubmed.ncbi.nlm.nih.gov/{self.pmid}/"
        return self.url


class Condition(Publication):
    class SeeInstead(models.TextChoices):
        DENTIST = "dentist", "Dentist"
        DOCTOR = "doctor", "Doctor"

    name = models.CharField(max_length=80)
    also_called = models.JSONField(default=list, blank=True, help_text="Medical and old names.")
    search_terms = models.JSONField(
        default=list, blank=True, help_text="Synonyms, abbreviations, frequent misspellings."
    )
    regions = models.JSONField(default=list, help_text="The main one first.")
    summary = models.CharField(max_length=300)
    treated = models.BooleanField("treated here", default=True)
    see_instead = models.CharField(max_length=10, choices=SeeInstead, blank=True)
    see_instead_text = models.TextField(blank=True, validators=[PART])
    what_it_is = models.TextField(help_text="Markdown.", validators=[PART])
    what_helps = models.TextField("what usually helps", help_text="Markdown.", validators=[PART])
    compared = models.TextField(
        "needling compared", help_text="With exercise and hands-on care.", validators=[PART]
    )
    get_help = models.TextField(help_text="The three care cards.", validators=[PART])
    do_and_do_not = models.TextField(help_text="The two lists.", validators=[PART])
    related = models.ManyToManyField("self", blank=True, symmetrical=False)
    related_articles = models.ManyToManyField("content.Article", blank=True)

    history = HistoricalRecords(excluded_fields=["preview_key"])

    class Privacy:
        personal = frozenset[str]()
        not_personal = Publication.Privacy.not_personal | {
            "name",
            "also_called",
            "search_terms",
            "regions",
            "summary",
            "treated",
            "see_instead",
            "see_instead_text",
            "what_it_is",
            "what_helps",
            "compared",
            "get_help",
            "do_and_do_not",
            "related",
            "related_articles",
        }

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("condition", args=[self.slug])

    @property
    def not_for_us(self) -> str:
        """The heading that sends readers elsewhere; empty for what is treated here."""
        if self.treated:
            return ""
        whom = self.get_see_instead_display().lower()
        return f"We do not treat this: see a {whom}" if whom else "We do not treat this"

    def clinical_texts(self) -> list[tuple[str, str]]:
        return [("Needling compared", self.compared)]


class EvidenceSummary(models.Model):
    """What studies found of needling for a condition, as a plain verdict."""

    class Label(models.TextChoices):
        MAY_HELP = "A", "May help pain in the short term"
        MIXED = "B", "Mixed results, or a small effect"
        NOT_ENOUGH = "C", "Not enough evidence"
        NO_BENEFIT = "D", "Tested: no added benefit"

    condition = models.OneToOneField(Condition, models.CASCADE, related_name="evidence")
    label = models.CharField(max_length=1, choices=Label)
    verdict = models.CharField(max_length=300, help_text="One sentence.")
    found = models.TextField("what studies found", help_text="Markdown.", validators=[PART])
    unknown = models.TextField("what is not known", help_text="Markdown.", validators=[PART])

    history = HistoricalRecords()

    class Meta:
        verbose_name_plural = "evidence summaries"

    class Privacy:
        personal = frozenset[str]()
        not_personal = frozenset({"id", "condition", "label", "verdict", "found", "unknown"})

    def __str__(self) -> str:
        try:
            condition = str(self.condition)
        except Condition.DoesNotExist:  # its versions outlive both
            condition = "A deleted condition"
        return f"{condition}: {self.get_label_display()}"

    def clinical_texts(self) -> list[tuple[str, str]]:
        return [("What studies found", self.found)]


class SafetyRule(models.Model):
    """What forbids needling or asks for care: for pages, questions before booking, consent."""

    class Level(models.TextChoices):
        ABSOLUTE = "absolute", "Do not needle"
        CAUTION = "caution", "Special care"
        AREA = "area", "Depends on the area"

    class Outcome(models.TextChoices):
        REVIEW = "review", "A clinician looks first"
        PHONE = "phone", "Please phone"
        DOCTOR = "doctor", "See a doctor first"

    class Group(models.TextChoices):
        HEALTH_NOW = "health-now", "Your health now"
        BLEEDING = "medicines-and-bleeding", "Medicines and bleeding"
        IMMUNITY = "infection-and-immunity", "Infection and immunity"
        IMPLANTS = "implants-and-surgery", "Implants and surgery"
        PREGNANCY = "pregnancy", "Pregnancy"
        SKIN = "skin-and-area", "Skin and area"
        COMFORT = "needles-and-comfort", "Needles and comfort"

    key = models.SlugField(unique=True)
    trigger = models.CharField(max_length=120)
    level = models.CharField(max_length=10, choices=Level)
    group = models.CharField(max_length=24, choices=Group)
    regions = models.JSONField(default=list, blank=True, help_text="Empty: every region.")
    question = models.CharField(max_length=300, help_text="Asked before booking; yes or no.")
    patient_wording = models.TextField(validators=[RULE])
    clinician_wording = models.TextField(validators=[RULE])
    outcome = models.CharField(max_length=8, choices=Outcome)
    references = models.ManyToManyField(Reference, blank=True)
    source_note = models.CharField(max_length=400, blank=True)
    reviewer = models.ForeignKey(
        Practitioner,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Needs a registration number.",
    )
    reviewed_on = models.DateField()
    is_published = models.BooleanField("published", default=False)
    order = models.PositiveSmallIntegerField(default=0)

    history = HistoricalRecords()

    class Privacy:
        personal = frozenset[str]()
        not_personal = frozenset(
            {
                "id",
                "key",
                "trigger",
                "level",
                "group",
                "regions",
                "question",
                "patient_wording",
                "clinician_wording",
                "outcome",
                "references",
                "source_note",
                "reviewer",
                "reviewed_on",
                "is_published",
                "order",
            }
        )

    def __str__(self) -> str:
        return self.trigger
