"""Texts for tests, ready for readers, and the admin forms in which they are edited."""

from datetime import date, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from content.models import (
    Article,
    Condition,
    DisputedPhrase,
    EvidenceSummary,
    Faq,
    Page,
    Practitioner,
    Publication,
    Reference,
    Topic,
)

BODY = "## In short\n\nIt may ease the pain for some weeks. [@gattie-2021]"
CURE = {
    "phrase": "cure*",
    "region": "",
    "reason": "No study shows that needling cures anything.",
    "better": "may ease the pain for a time",
}


def make_reference(key: str = "gattie-2021", **facts: str) -> Reference:
    described = {"title": "Dry needling or not", "kind": "Trial", "pmid": "33486984"}
    found, _ = Reference.objects.get_or_create(key=key, defaults=described | facts)
    return found


def make_topic(slug: str = "basics", **facts: str) -> Topic:
    described = {"name": slug.title(), "description": "Where to begin."}
    found, _ = Topic.objects.get_or_create(slug=slug, defaults=described | facts)
    return found


def make_reviewer(
    name: str = "Priya Nair", *, slug: str = "", number: str = "12345", **facts: str
) -> Practitioner:
    described = {"name": name, "job_title": "Physiotherapist", "registration_number": number}
    slug = slug or name.lower().replace(" ", "-")
    found, _ = Practitioner.objects.update_or_create(slug=slug, defaults=described | facts)
    return found


def make_phrase(**facts: str) -> DisputedPhrase:
    return DisputedPhrase.objects.create(**(CURE | facts))


def reviewed(today: date | None = None) -> dict[str, Any]:
    """The facts of a text that is public and was reviewed by Priya today."""
    today = today or timezone.localdate()
    make_reference()
    return {
        "status": Publication.Status.PUBLISHED,
        "publish_at": timezone.now() - timedelta(hours=1),
        "reviewer": make_reviewer(),
        "reviewed_on": today,
        "next_review_on": today + timedelta(days=360),
    }


def make_article(slug: str = "afraid-of-needles", **facts: Any) -> Article:
    described = {"title": "Afraid of needles?", "summary": "You decide.", "body": BODY}
    topic = facts.pop("topic", None) or make_topic()
    return Article.objects.create(slug=slug, topic=topic, **(reviewed() | described | facts))


def make_faq(slug: str = "does-it-hurt", **facts: Any) -> Faq:
    described = {"question": "Does it hurt?", "body": "A little. [@gattie-2021]"}
    topic = facts.pop("topic", None) or make_topic()
    return Faq.objects.create(slug=slug, topic=topic, **(reviewed() | described | facts))


def make_page(slug: str = "prices", **facts: Any) -> Page:
    described = {"title": "Prices", "summary": "What a visit costs.", "clinical": False}
    body = {"body": "A first visit is 135 dollars."}
    return Page.objects.create(slug=slug, **(reviewed() | described | body | facts))


def make_condition(slug: str = "neck-pain", *, label: str = "B", **facts: Any) -> Condition:
    described = {
        "name": "Neck pain",
        "regions": ["neck"],
        "summary": "Pain in the neck.",
        "what_it_is": "Pain.",
        "what_helps": "Moving.",
        "compared": "Exercise did as well. [@gattie-2021]",
        "get_help": "::: urgent If it spreads\n- call us\n:::",
        "do_and_do_not": "::: do\n- move\n:::\n\n::: do-not\n- rest in bed\n:::",
    }
    condition = Condition.objects.create(slug=slug, **(reviewed() | described | facts))
    if label:
        EvidenceSummary.objects.create(
            condition=condition,
            label=label,
            verdict="It may ease the pain.",
            found="A trial found no difference. [@gattie-2021]",
            unknown="Who gains from it.",
        )
    return condition


def browser_of(user: User) -> Client:
    """A browser in which `user` has signed in."""
    browser = Client()
    browser.force_login(user)
    return browser


def errors(answer: Any) -> list[str]:
    """What keeps a form from being saved, as it is shown above it."""
    assert answer.status_code == 200, answer.headers.get("Location")
    return [str(error) for group in answer.context["errors"] for error in group]


def filled_in(browser: Client, address: str) -> dict[str, Any]:
    """What a browser would send if the form at this address was saved as it is."""
    context = browser.get(address).context
    forms = [context["adminform"].form]
    for inline in context.get("inline_admin_formsets", []):
        forms += [inline.formset.management_form, *inline.formset.forms]
    sent: dict[str, Any] = {}
    for form in forms:
        for name in form.fields:
            sent |= _as_sent(form[name])
    return sent


def _as_sent(field: Any) -> dict[str, Any]:
    value = field.field.prepare_value(field.value())
    name = field.html_name
    if hasattr(field.field.widget, "decompress"):
        parts = field.field.widget.decompress(value)
        return {f"{name}_{number}": str(part or "") for number, part in enumerate(parts)}
    if isinstance(value, list):
        return {name: [str(getattr(each, "pk", each)) for each in value]}
    if value is False or value is None:
        return {}
    return {name: "on" if value is True else str(value)}
