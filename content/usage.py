"""Which texts use a source or a picture, so that it is not taken away from under them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

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

PUBLICATIONS: tuple[type[Publication], ...] = (Article, Condition, Faq, Page)


def texts_citing(reference: Reference) -> list[Model]:
    key = reference.key
    rules = SafetyRule.objects.filter(references=reference.pk or 0)
    cited = _texts(f"@{key}", lambda text: key in cited_keys(text))
    return list(dict.fromkeys([*cited, *rules]))


def texts_showing(picture: Picture) -> list[Model]:
    number = picture.pk or 0
    shown = _texts("::: photo", lambda text: number in picture_numbers(text))
    return list(dict.fromkeys(shown))


def text_reviewed_by(practitioner: Practitioner) -> Publication | None:
    """One of the published texts that stand in a practitioner's name, if there is any."""
    reviewed = Q(status=Publication.Status.PUBLISHED, clinical=True, reviewer=practitioner.pk or 0)
    texts = (model._default_manager.filter(reviewed).first() for model in PUBLICATIONS)
    return next(filter(None, texts), None)


def in_words(texts: list[Model]) -> str:
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
