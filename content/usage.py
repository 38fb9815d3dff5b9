"""What texts use of one another, so that it is not taken away from under them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from django.db.models import Model, Q

from content.markdown_source import cited_keys, picture_numbers
from content.models import (
    Article,
    Condition,
    EvidenceSummary,
    Faq,
    Page,
    Picture,
    Practitioner,
    Publication,
    Reference,
    SafetyRule,
)
from content.publishing import MARKDOWN_FIELDS
from content.reading.articles import ABOUT_LABELS
from content.reading.safety import HELP

PUBLICATIONS: tuple[type[Publication], ...] = (Article, Condition, Faq, Page)


def texts_citing(reference: Reference) -> list[Model]:
    key = reference.key
    rules = SafetyRule.objects.filter(references=reference.pk or 0)
    cited = _texts(f"@{key}", lambda text: key in cited_keys(text))
    return list(dict.fromkeys([*cited, *rules]))


def texts_showing(picture: Picture) -> list[Model]:
    number = picture.pk or 0
    shown = _texts("::: ", lambda text: number in picture_numbers(text))
    return list(dict.fromkeys(shown))


def pages_linking_to(publication: Publication) -> list[str]:
    """The pages that would be left with a dead link if a text was no longer at its address."""
    address = publication.get_absolute_url()
    link = re.compile(re.escape(address) + r"(?![\w-])")
    texts = _texts(address, lambda text: bool(link.search(text)))
    answers = Faq.objects.filter(see_also__contains=[address]).order_by("pk")
    found = dict.fromkeys([*texts, *answers])
    return [*_of_the_site(publication), *(str(text) for text in found if text != publication)]


def _of_the_site(publication: Publication) -> Iterator[str]:
    if isinstance(publication, Article) and publication.slug == ABOUT_LABELS:
        yield "the page of every condition"
    if isinstance(publication, Faq) and publication.slug == HELP:
        yield "the safety page"
    if isinstance(publication, Page):
        yield "the header or footer of every page"


def text_reviewed_by(practitioner: Practitioner) -> Publication | SafetyRule | None:
    """One of the published texts or rules that stand in a practitioner's name, if any does."""
    reviewed = Q(status=Publication.Status.PUBLISHED, clinical=True, reviewer=practitioner.pk or 0)
    texts = (model._default_manager.filter(reviewed).first() for model in PUBLICATIONS)
    rules = SafetyRule.objects.filter(is_published=True, reviewer=practitioner.pk or 0)
    return next(filter(None, texts), None) or rules.order_by("order").first()


def in_words(texts: Sequence[Model | str]) -> str:
    """“Neck pain” and 2 more."""
    first, others = f"“{texts[0]}”", len(texts) - 1
    return f"{first} and {others} more" if others else first


def _texts(hint: str, uses: Callable[[str], bool]) -> Iterator[Model]:
    """Those with a Markdown field that `uses` agrees to; `hint` stands in all of them."""
    for model, fields in MARKDOWN_FIELDS.items():
        if fields:
            hinted = Q.create([(f"{field}__contains", hint) for field in fields], Q.OR)
            for text in model._default_manager.filter(hinted).order_by("pk"):
                if any(uses(getattr(text, field)) for field in fields):
                    yield text.condition if isinstance(text, EvidenceSummary) else text
