"""Safety rules for tests."""

from datetime import date

from content.models import SafetyRule
from tests.content.texts import make_reviewer


def make_rule(key: str, *regions: str, **facts: object) -> SafetyRule:
    described = {
        "trigger": key.replace("-", " ").capitalize(),
        "level": SafetyRule.Level.CAUTION,
        "group": SafetyRule.Group.HEALTH_NOW,
        "question": "Is it so?",
        "patient_wording": "Tell us.",
        "clinician_wording": "Ask.",
        "outcome": SafetyRule.Outcome.REVIEW,
        "reviewed_on": date(2026, 11, 20),
        "is_published": True,
    }
    return SafetyRule.objects.create(key=key, regions=list(regions), **(described | facts))


def make_pregnancy_rule(**facts: object) -> SafetyRule:
    """Ready to be published: with a source, and reviewed by Priya on the day of the tests."""
    described = {
        "key": "pregnancy",
        "trigger": "Pregnancy",
        "level": "caution",
        "group": "pregnancy",
        "question": "Are you pregnant?",
        "patient_wording": "Tell us.",
        "clinician_wording": "Decide together.",
        "outcome": "review",
        "source_note": "The register's standard.",
        "reviewer": make_reviewer(),
        "reviewed_on": date(2026, 11, 23),
    }
    return SafetyRule.objects.create(**(described | facts))
