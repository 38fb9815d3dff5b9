"""What must be true of every page that speaks of health, walked as a whole.

The texts are the starter content, published; every page that can be reached from the sitemap is
read, and every link on it followed.
"""

from __future__ import annotations

from itertools import pairwise
from urllib.parse import urlsplit

import pytest
import time_machine
from django.conf import settings
from pytest_django import DjangoDbBlocker

from content.markdown_source import blocks
from content.models import Article, Clinic, Condition, Faq, Page, Publication, SafetyRule
from content.publishing import disputed, missing, parts_of
from content.reading_grade import readability
from tests.cast import NOW
from tests.content.pages import Parsed, parsed
from tests.content.site_walk import NOT_READ, path_of, walk

pytest_plugins = ["tests.content.starter_clinic"]
pytestmark = [pytest.mark.usefixtures("starter_clinic"), pytest.mark.django_db]

ABOUT_A_VISIT = ("/book/", "/find-my-visit/")

MOST_FOR_PATIENTS = 8.0
TODAY = NOW.date()


def texts() -> list[Publication]:
    kinds: tuple[type[Publication], ...] = (Article, Condition, Faq, Page)
    return [text for kind in kinds for text in kind.objects.published(NOW).order_by("slug")]


@pytest.fixture(scope="module")
def pages(starter_clinic: None, django_db_blocker: DjangoDbBlocker) -> dict[str, Parsed]:
    """Every page of the sitemap by its path, and whatever their links lead to on this site."""
    with django_db_blocker.unblock(), time_machine.travel(NOW, tick=False):
        return {path: parsed(answer) for path, answer in walk().items()}


def clinical_pages(pages: dict[str, Parsed]) -> dict[str, Parsed]:
    """The pages of articles and conditions, the questions, and the safety page."""
    own = [text.get_absolute_url() for text in texts() if text.clinical]
    return {path: page for path, page in pages.items() if path in {*own, "/faqs/", "/safety/"}}


def test_there_is_something_to_walk(pages: dict[str, Parsed]) -> None:
    assert (len(clinical_pages(pages)), Condition.objects.count()) == (13 + 33 + 2, 33)
    assert Faq.objects.count() == 32


def test_the_publication_gate_finds_nothing_missing() -> None:
    lacking = {str(text): missing(text, today=TODAY) for text in texts()}

    assert {title: what for title, what in lacking.items() if what} == {}


def test_every_page_names_its_reviewer_with_registration_and_dates(
    pages: dict[str, Parsed],
) -> None:
    for path, page in clinical_pages(pages).items():
        assert "Priya Nair" in page.words, path
        assert "20 November 2026" in page.words, path
        if path == "/faqs/":
            assert page.words.count("Checked by Priya Nair") == 32
        else:
            assert "registration number DEMO-1042" in page.words, path
            assert "Last reviewed" in page.words, path
            assert "Next review due" in page.words, path


def test_every_page_has_sources_that_can_be_looked_up(pages: dict[str, Parsed]) -> None:
    for path, page in clinical_pages(pages).items():
        numbers = [each for each in page.ids if each.startswith("reference-")]
        assert numbers == [f"reference-{number}" for number in range(1, len(numbers) + 1)], path
        assert numbers, path
        listed = [each for each, words in page.links if words.startswith(("doi:", "PubMed"))]
        listed += [each for each, words in page.links if words.startswith("Read it")]
        assert len(listed) == len(numbers), path
        assert all(each.startswith("https://") for each in listed), path
        assert "no longer in our list" not in page.words, path


def test_every_source_that_is_listed_is_cited(pages: dict[str, Parsed]) -> None:
    for path, page in clinical_pages(pages).items():
        cited = {each for each in page.addresses if each.startswith("#reference-")}
        assert cited == {f"#{each}" for each in page.ids if each.startswith("reference-")}, path


def test_every_condition_has_a_label_or_says_that_it_is_not_for_us(
    pages: dict[str, Parsed],
) -> None:
    for condition in Condition.objects.published(NOW).select_related("evidence"):
        page = pages[condition.get_absolute_url()]
        evidence = condition.evidence
        assert f"{evidence.label} {evidence.get_label_display()}" in page.words
        assert f"What the label {evidence.label} means" in page.words
        booking = f"/book/?about={condition.slug}"
        assert (booking in page.addresses) is condition.treated
        assert ("We do not treat this" in page.words) is not condition.treated


def test_no_text_uses_a_disputed_phrase() -> None:
    everything = [*texts(), *SafetyRule.objects.all()]
    found = {str(text): [each.phrase.text for each in disputed(text)] for text in everything}

    assert {title: phrases for title, phrases in found.items() if phrases} == {}


def test_every_emergency_card_has_the_same_signs() -> None:
    sources = [text.body for kind in (Article, Faq) for text in kind.objects.all()]
    sources += [condition.get_help for condition in Condition.objects.all()]
    found = [each for source in sources for each in blocks(source) if each.kind == "emergency"]

    assert len(found) >= Condition.objects.count()
    assert len({each.body for each in found}) == 1


def test_the_privacy_notice_names_the_version_that_each_booking_keeps() -> None:
    notice = Page.objects.get(slug="privacy")

    assert f"This notice is version {Clinic.objects.get().privacy_notice_version}." in notice.body


def test_headings_are_in_order_on_every_page(pages: dict[str, Parsed]) -> None:
    for path, page in pages.items():
        levels = [level for level, _ in page.headings]
        assert levels.count(1) == 1, path
        assert levels[0] == 1, path
        skipped = [(a, b) for a, b in pairwise(levels) if b > a + 1]
        assert skipped == [], path
        assert all(words.strip() for _, words in page.headings), path


def test_no_id_is_given_twice(pages: dict[str, Parsed]) -> None:
    for path, page in pages.items():
        assert len(page.ids) == len(set(page.ids)), path


def test_every_link_on_the_site_leads_to_something(pages: dict[str, Parsed]) -> None:
    dead = []
    for path, page in pages.items():
        for address in page.addresses:
            parts = urlsplit(address)
            if parts.scheme or address.startswith(NOT_READ) or path.startswith("/book/"):
                continue
            target = pages.get(path_of(address) or path)
            if target is None or (parts.fragment and parts.fragment not in target.ids):
                dead.append((path, address))
    assert dead == []


def test_every_page_has_a_title_a_description_and_its_own_address(
    pages: dict[str, Parsed],
) -> None:
    indexed = {path: page for path, page in pages.items() if page.meta.get("robots") != "noindex"}
    reading = {path: page for path, page in indexed.items() if not path.startswith(ABOUT_A_VISIT)}
    assert len(reading) > 80
    for path, page in reading.items():
        assert page.canonical == f"{settings.SITE_ORIGIN}{path}", path
        assert page.meta["og:url"] == page.canonical, path
        assert page.meta["description"], path
        assert page.meta["og:image"].startswith(f"{settings.SITE_ORIGIN}/social/"), path
    assert len({page.title for page in reading.values()}) == len(reading)


def test_texts_that_await_approval_say_so(pages: dict[str, Parsed]) -> None:
    for path, page in clinical_pages(pages).items():
        assert "These texts await approval" in page.words, path


def test_how_hard_the_texts_are_to_read(capsys: pytest.CaptureFixture[str]) -> None:
    """A figure to look at; NHS advises against making it a gate."""
    grades = {text: readability("\n".join(parts_of(text))).grade for text in texts()}
    patients = {text: grade for text, grade in grades.items() if not _for_professionals(text)}
    hard = {text: grade for text, grade in patients.items() if grade > MOST_FOR_PATIENTS}
    middle = sorted(patients.values())[len(patients) // 2]
    with capsys.disabled():
        print(f"\nReading grade of {len(patients)} texts for patients: middle {middle}, ", end="")
        print(f"highest {max(patients.values())}; {len(hard)} above {MOST_FOR_PATIENTS:g}:")
        for text, grade in sorted(hard.items(), key=lambda each: -each[1]):
            print(f"  {grade:4} {text.get_absolute_url()}")
    assert 3 < middle <= MOST_FOR_PATIENTS


def _for_professionals(text: Publication) -> bool:
    if isinstance(text, Article):
        return text.audience == Article.Audience.PROFESSIONALS
    return isinstance(text, Faq) and text.topic.slug == "professionals"
