"""A real browser on the real pages. Whatever it does, its console stays silent and no request
leaves this machine."""

import os
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import time_machine
from django.db import connection
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests import chromium
from tests.cast import Cast, make_cast
from tests.factories import local

# Playwright runs an event loop in this thread, in which Django would refuse the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

# Long enough for a machine that is busy with everything else; a page that works comes sooner.
PATIENCE = 30_000
expect.set_options(timeout=PATIENCE)

# A Monday, hours before the clinic opens: nothing runs out of notice while a test looks at it.
EARLY = local("2026-11-23", "6:00")


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """While its event loop runs, Django keeps another connection: both end with this folder."""
    path = chromium.executable()
    assert path, chromium.MISSING
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=path,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield launched
        connection.close()
        launched.close()


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    """The site's clock, whenever the tests run. The browser's is another, as a visitor's may be."""
    with time_machine.travel(EARLY, tick=True):
        yield


@pytest.fixture
def cast(committed: None) -> Cast:
    return make_cast()


@pytest.fixture
def site(request: pytest.FixtureRequest, cast: Cast) -> str:
    """The address of the site. Asked for by name the server would come before `committed`, and
    empty the tables after it."""
    return str(request.getfixturevalue("live_server").url)


@pytest.fixture
def page(browser: Browser, site: str) -> Iterator[Page]:
    yield from _watched(browser.new_context(base_url=site))


@pytest.fixture
def page_without_javascript(browser: Browser, site: str) -> Iterator[Page]:
    yield from _watched(browser.new_context(base_url=site, java_script_enabled=False))


def _watched(context: BrowserContext) -> Iterator[Page]:
    complaints: list[str] = []
    hosts: set[str | None] = set()
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.on("console", lambda said: complaints.append(f"{said.type}: {said.text}"))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
    yield page
    context.close()
    # A 400 or 409 that a test asked for is no complaint of the page's own.
    assert [each for each in complaints if "responded with a status of 4" not in each] == []
    assert hosts == {"localhost"}
