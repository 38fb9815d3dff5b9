"""What axe finds on a page, as somebody sees it once it has come to rest."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

AT_REST = "() => Promise.allSettled(document.getAnimations().map(each => each.finished))"


def assert_accessible(page: Page) -> None:
    # Half-way between two themes the colours are those of neither.
    page.evaluate(AT_REST)
    # Preloading, axe would put style sheets into the page itself, which the CSP refuses.
    found = Axe().run(page, options={"preload": False, "resultTypes": ["violations"]})
    assert found.violations_count == 0, found.generate_report()
