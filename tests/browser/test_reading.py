"""The pages for reading in a real browser: light on the wire, silent, usable by everybody."""

import gzip
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from playwright.sync_api import Page, Response, expect
from pytest_django import DjangoDbBlocker

from content.models import Article, Condition
from tests import table_rows
from tests.browser.accessibility import assert_accessible
from tests.cast import NOW, Cast, make_cast
from tests.content.site_walk import ONE_OF_EACH

pytest_plugins = ["tests.committed"]

IN_THE_DARK = [
    *("/conditions/?region=neck", "/conditions/neck-pain/", "/safety/"),
    *("/articles/side-effects-and-serious-harms/", "/articles/tender-points/"),
]
HEAVIEST = 60_000

RING_OF_REGION = """() => {
  const target = document.activeElement.querySelector(".body-target");
  return getComputedStyle(target).strokeWidth;
}"""
FOCUSED_ADDRESS = "() => document.activeElement.getAttribute('href') || ''"


@pytest.fixture(scope="module")
def published_rows(
    rows_of_migrations: dict[str, bytes], django_db_blocker: DjangoDbBlocker
) -> dict[str, bytes]:
    """The starter texts take seconds to load, so they are loaded once for this file."""
    the_day_before = time_machine.travel(NOW - timedelta(days=1))
    with the_day_before, django_db_blocker.unblock(), transaction.atomic():
        make_cast()
        call_command("load_starter_content", publish=True)
        rows = table_rows.copied()
        transaction.set_rollback(True)
    return rows


@pytest.fixture(autouse=True)
def published(cast: Cast, published_rows: dict[str, bytes]) -> None:
    table_rows.put_back(published_rows)


def paths() -> list[str]:
    if not settings.PROVE:
        return ONE_OF_EACH
    texts = [*Article.objects.all(), *Condition.objects.all()]
    return sorted({*ONE_OF_EACH, *(text.get_absolute_url() for text in texts)})


@pytest.mark.prove
def test_every_page_is_accessible_and_fits_a_phone(page: Page) -> None:
    """In the short form one page of each kind."""
    page.set_viewport_size({"width": 360, "height": 800})
    for path in paths():
        page.goto(path)
        assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") == 360, path


def test_every_block_is_accessible_in_the_dark(page: Page) -> None:
    page.emulate_media(color_scheme="dark")
    for path in IN_THE_DARK:
        page.goto(path)
        assert_accessible(page)


def test_a_first_article_is_light_and_leaves_nothing_behind(page: Page) -> None:
    sizes: dict[str, int] = {}

    def weigh(answer: Response) -> None:
        sizes[answer.url] = len(gzip.compress(answer.body(), compresslevel=6))

    page.on("response", weigh)
    page.goto("/articles/side-effects-and-serious-harms/", wait_until="networkidle")

    assert sum(sizes.values()) <= HEAVIEST, sizes
    assert page.context.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


def test_the_finder_is_walked_by_keyboard_without_javascript(
    page_without_javascript: Page,
) -> None:
    page = page_without_javascript
    page.goto("/conditions/")
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUSED_ADDRESS).endswith("?region=neck"):
            break
    assert page.evaluate(RING_OF_REGION) == "3px"

    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Neck")
    page.get_by_role("link", name="Neck pain", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Neck pain")
    page.get_by_role("link", name="Book a visit about this").click()
    expect(page).to_have_url(f"{page.url.partition('/book/')[0]}/book/?about=neck-pain")


def test_the_map_can_be_skipped(page: Page) -> None:
    page.goto("/conditions/")
    skip = page.get_by_role("link", name="Skip the picture")
    skip.focus()
    expect(skip).to_be_visible()

    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    assert page.evaluate(FOCUSED_ADDRESS) == "/conditions/?region=head"
    assert page.evaluate("() => document.activeElement.closest('svg')") is None


def test_a_tap_on_the_picture_opens_that_place(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto("/conditions/")
    knee = page.locator("svg.body-map a[aria-label=Knee] .body-target").first
    box = knee.bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 24

    knee.click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Knee")


def test_nothing_is_hidden_on_a_printed_page_of_questions(page: Page) -> None:
    page.emulate_media(media="print")
    page.goto("/faqs/")

    answers = page.locator(".faq .prose")
    assert answers.count() == 32
    assert all(answer.is_visible() for answer in answers.all())
