"""Leaflets: a text, or several, to print and take home with nothing hidden."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from content.addresses import absolute
from content.markdown import Rendering, render, render_line
from content.models import Article, Clinic, Condition, Faq, Page, Publication
from content.reading.faqs import published_faqs
from content.reading.texts import (
    KINDS,
    MOST_IN_LEAFLET,
    NumberedReference,
    new_rendering,
    numbered_references,
)


@dataclass(frozen=True)
class LeafletPart:
    """One text of a leaflet; its sections are (heading, text), with an empty heading where a text
    stands under the title or has headings of its own."""

    publication: Publication
    title: str
    sections: list[tuple[str, SafeString]]

    @property
    def version(self) -> date | None:
        return self.publication.updated_on or self.publication.reviewed_on


@dataclass(frozen=True)
class Leaflet:
    clinic: Clinic
    parts: list[LeafletPart]
    references: list[NumberedReference]


@dataclass(frozen=True)
class LeafletChoices:
    """What a leaflet can be made of."""

    clinic: Clinic
    articles: list[Article]
    conditions: list[Condition]
    faqs: list[Faq]
    pages: list[Page]


def leaflet(items: Iterable[str], *, now: datetime) -> Leaflet | None:
    """The texts named as `kind:slug`, in this order; None if one of them is not public."""
    wanted = list(dict.fromkeys(items))[:MOST_IN_LEAFLET]
    found = [_published(item, now) for item in wanted]
    publications = [each for each in found if each is not None]
    if not publications or len(publications) < len(wanted):
        return None
    clinic = Clinic.objects.get()
    rendering = new_rendering(clinic)
    # Titles are <h2> under the leaflet's own, but the title of a single text is the <h1>.
    top = 3 if len(publications) > 1 else 2
    parts = [_part(each, rendering, top) for each in publications]
    return Leaflet(clinic=clinic, parts=parts, references=numbered_references(rendering))


def leaflet_choices(*, now: datetime) -> LeafletChoices:
    return LeafletChoices(
        clinic=Clinic.objects.get(),
        articles=list(Article.objects.published(now).order_by("topic__order", "order", "title")),
        conditions=list(Condition.objects.published(now).order_by("name")),
        faqs=list(published_faqs(now)),
        pages=list(Page.objects.published(now).order_by("order", "title")),
    )


def _published(item: str, now: datetime) -> Publication | None:
    kind, _, slug = item.partition(":")
    model = KINDS.get(kind)
    if model is None:
        return None
    related = ["author", "reviewer", *(["evidence"] if model is Condition else [])]
    return model.objects.published(now).select_related(*related).filter(slug=slug).first()


def _part(publication: Publication, page: Rendering, top: int) -> LeafletPart:
    if isinstance(publication, Article | Faq | Page):
        sections = [("", render(publication.body, page, top=top))]
    elif isinstance(publication, Condition):
        sections = _of_condition(publication, page, top)
    else:
        raise TypeError(publication)
    written_out = [(heading, _with_whole_addresses(text)) for heading, text in sections]
    return LeafletPart(publication, str(publication), written_out)


def _with_whole_addresses(html: SafeString) -> SafeString:
    """On paper a link is only of use with the site's name before it."""
    return mark_safe(html.replace('href="/', f'href="{absolute("/")}'))  # noqa: S308 - as it was


def _of_condition(condition: Condition, page: Rendering, top: int) -> list[tuple[str, SafeString]]:
    evidence = condition.evidence
    verdict = f"**{evidence.label}: {evidence.get_label_display()}.** {evidence.verdict}"
    texts = [
        ("What it is", condition.what_it_is),
        ("What usually helps", condition.what_helps),
        ("What studies found", evidence.found),
        ("What is not known", evidence.unknown),
        ("Needling compared with exercise and hands-on care", condition.compared),
        ("When to get help", condition.get_help),
        ("Do and do not", condition.do_and_do_not),
    ]
    sections = [(heading, render(text, page, top=top + 1)) for heading, text in texts]
    return [*_elsewhere(condition), ("", render_line(verdict, page)), *sections]


def _elsewhere(condition: Condition) -> Iterator[tuple[str, SafeString]]:
    """Whom else to see: the first thing to read, as on the page."""
    if condition.see_instead_text:
        yield condition.not_for_us, format_html("<p>{}</p>", condition.see_instead_text)
