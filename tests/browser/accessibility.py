"""What axe finds on a page, as somebody sees it once it has come to rest, and what it does not
look at."""

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

AT_REST = "() => Promise.allSettled(document.getAnimations().map(each => each.finished))"

# Name, edge and ground of each field that is typed or chosen in.
EDGES = """() => [...document.querySelectorAll("input, select, textarea")]
  .filter(each => each.checkVisibility() && !/checkbox|hidden|radio|submit/.test(each.type))
  .map(each => [each.name, getComputedStyle(each)])
  .map(([name, style]) => [name, style.borderTopColor, style.backgroundColor])"""


def assert_accessible(page: Page) -> None:
    # Half-way between two themes the colours are those of neither.
    page.evaluate(AT_REST)
    # Preloading, axe would put style sheets into the page itself, which the CSP refuses.
    found = Axe().run(page, options={"preload": False, "resultTypes": ["violations"]})
    assert found.violations_count == 0, found.generate_report()


def assert_fields_have_an_edge(page: Page) -> None:
    page.evaluate(AT_REST)
    edges = page.evaluate(EDGES)
    assert edges, "There is no field on this page."
    faint = [each for each in edges if contrast(*each[1:]) < 3]
    assert faint == [], f"hard to see: {faint}"


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 1.4.3 between two colours as a browser writes them, rgb(r, g, b)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (int(each) / 255 for each in re.findall(r"\d+", colour))
    return 0.2126 * _linear(red) + 0.7152 * _linear(green) + 0.0722 * _linear(blue)


def _linear(part: float) -> float:
    return float(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)
