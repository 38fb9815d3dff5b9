"""What each published thing can be found by, as rows that are not saved yet."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import datetime
from typing import TypeAlias

from django.urls import reverse

from content.markdown import plain_text
from content.models import (
    Article,
    Condition,
    Faq,
    Location,
    Page,
    Practitioner,
    Publication,
    Region,
    SafetyRule,
    SearchEntry,
)
from content.printable import printable
from content.search_words import key

Findable: TypeAlias = Article | Condition | Faq | Page | Practitioner | Location
Kind = SearchEntry.Kind

HEADING = re.compile(r"^(#{2,6} .*\w)([ \t]*\{\.practical\})?\s*?$", re.MULTILINE)
TABLE_RULE = re.compile(r"^\|[ :|-]+\|\s*?$\n?", re.MULTILINE)
SPACE_BEFORE_STOP = re.compile(r"\s+(?=[.,;])")  # where a citation stood
TABLE_ROW = re.compile(r"^\|(.*\w.*)\|\s*?$", re.MULTILINE)


def entry_of(thing: Findable, now: datetime) -> SearchEntry | None:
    """How `thing` is found, or None if readers are not to find it.

    A publication keeps its own hour; people and places can be found from `now` on.
    """
    since = _findable_from(thing, now)
    if since is None:
        return None
    match thing:
        case Condition():
            entry = _condition(thing)
        case Article():
            entry = _article(thing)
        case Faq():
            entry = _faq(thing)
        case Page():
            entry = _page(thing)
        case Practitioner():
            entry = _practitioner(thing)
        case Location():
            entry = _location(thing)
    entry.source = source_of(thing)
    entry.findable_from = since
    return entry


def source_of(thing: Findable) -> str:
    return f"{type(thing).__name__} {thing.pk}"


def overviews(now: datetime) -> Iterator[SearchEntry]:
    """The pages that are made of many rows: the list of conditions, and the safety rules."""
    for entry in (_conditions(), _safety()):
        entry.source = entry.address
        entry.findable_from = now
        yield entry


def _findable_from(thing: Findable, now: datetime) -> datetime | None:
    match thing:
        case Practitioner():
            return now if thing.is_treating else None
        case Location():
            return now if thing.is_open else None
        case _:
            published = thing.status == Publication.Status.PUBLISHED
            return thing.publish_at if published else None


def _entry(
    kind: Kind,
    address: str,
    title: str,
    *,
    names: list[str],
    shared: list[str] | None = None,
    summary: str,
    body: list[str],
) -> SearchEntry:
    """`names` are this thing's own; `shared` are words that lead to other things as well."""
    return SearchEntry(
        kind=kind,
        address=address,
        title=printable(title),
        names=printable("\n".join(filter(None, [*names, *(shared or [])]))),
        keys=list(dict.fromkeys(filter(None, map(key, [title, *names])))),
        summary=printable(summary),
        body=printable(" ".join(filter(None, body))),
    )


def _condition(condition: Condition) -> SearchEntry:
    evidence = getattr(condition, "evidence", None)
    studies = [evidence.verdict, evidence.found, evidence.unknown] if evidence else []
    labels = dict(Region.choices) | {Region.WHOLE_BODY: ""}
    return _entry(
        Kind.CONDITION,
        condition.get_absolute_url(),
        condition.name,
        names=[*condition.also_called, *condition.search_terms],
        shared=[labels.get(region, "") for region in condition.regions],
        summary=condition.summary,
        body=[
            _plain(condition.what_it_is),
            condition.see_instead_text,
            *map(_plain, studies),
            _plain(condition.what_helps),
            _plain(condition.compared),
            _plain(condition.get_help),
            _plain(condition.do_and_do_not),
        ],
    )


def _article(article: Article) -> SearchEntry:
    return _entry(
        Kind.ARTICLE,
        article.get_absolute_url(),
        article.title,
        names=article.search_terms,
        summary=article.summary,
        body=[_plain(article.body)],
    )


def _faq(faq: Faq) -> SearchEntry:
    direct_answer, _, more = faq.body.replace("\r\n", "\n").strip().partition("\n\n")
    return _entry(
        Kind.QUESTION,
        faq.get_absolute_url(),
        faq.question,
        names=faq.search_terms,
        summary=_plain(direct_answer),
        body=[_plain(more)],
    )


def _page(page: Page) -> SearchEntry:
    return _entry(
        Kind.PAGE,
        page.get_absolute_url(),
        page.title,
        names=[],
        summary=page.summary,
        body=[_plain(page.body)],
    )


def _practitioner(practitioner: Practitioner) -> SearchEntry:
    job = ", ".join(filter(None, [practitioner.job_title, practitioner.credentials]))
    languages = ", ".join(practitioner.languages)
    return _entry(
        Kind.PERSON,
        practitioner.get_absolute_url(),
        practitioner.name,
        names=[],
        shared=[*practitioner.interests, *practitioner.languages],
        summary=f"{job}. Speaks {languages}." if languages else f"{job}.",
        body=[_plain(practitioner.bio)],
    )


def _location(location: Location) -> SearchEntry:
    return _entry(
        Kind.LOCATION,
        location.get_absolute_url(),
        location.name,
        names=[location.street, location.postal_code],
        shared=[
            location.city,
            "Address, opening hours, how to find us, wheelchair access, parking",
            key(location.phone.as_national),
        ],
        summary=f"{location.address}. {location.phone.as_national}",
        body=[_plain(location.directions), _plain(location.access), _plain(location.parking)],
    )


def _conditions() -> SearchEntry:
    return _entry(
        Kind.PAGE,
        reverse("conditions"),
        "Find your problem",
        names=["conditions from A to Z", "conditions", "list of conditions", "A to Z", "body map"],
        summary="All conditions from A to Z, and by the place that hurts.",
        body=[],
    )


def _safety() -> SearchEntry:
    rules = SafetyRule.objects.filter(is_published=True).order_by("order")
    return _entry(
        Kind.PAGE,
        reverse("safety"),
        "Safety",
        names=["tell us first"],
        shared=[rule.trigger for rule in rules],
        summary="What to tell us first, when we do not needle, and when we take special care.",
        body=[_plain(rule.patient_wording) for rule in rules],
    )


def _plain(markdown: str) -> str:
    """The text in sentences, so that an extract does not run from one part into the next."""
    prose = TABLE_RULE.sub("", TABLE_ROW.sub(_sentence, HEADING.sub(r"\1.\2", markdown)))
    return SPACE_BEFORE_STOP.sub("", html.unescape(plain_text(prose)))


def _sentence(row: re.Match[str]) -> str:
    cells = [cell.strip() for cell in row[1].split("|")]
    return ", ".join(cell for cell in cells if cell) + "."
