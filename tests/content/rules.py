"""Safety rules for tests."""

from datetime import date

from content.models import SafetyRule


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
