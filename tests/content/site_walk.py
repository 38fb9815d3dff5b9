"""Reading the site as a visitor does: from the sitemap, then wherever the links lead."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.test import Client

from content.sitemaps import entries
from tests.cast import NOW
from tests.content.pages import parsed

ONE_OF_EACH = [
    *("/", "/conditions/", "/conditions/?region=neck", "/conditions/neck-pain/"),
    *("/conditions/toothache/", "/articles/", "/articles/topics/safety/"),
    *("/articles/side-effects-and-serious-harms/", "/articles/your-first-visit/"),
    *("/articles/tender-points/", "/articles/aftercare-and-soreness/", "/faqs/", "/faqs/ask/"),
    *("/faqs/does-it-hurt/feedback/", "/safety/", "/team/", "/team/priya-nair/"),
    *("/locations/hilltop/", "/prices/", "/about/", "/privacy/", "/accessibility/"),
    *("/leaflets/", "/leaflets/?item=condition:neck-pain&item=faq:does-it-hurt"),
]
# Pages of staff, and what is no page.
NOT_READ = ("/admin/", "/feed/")


def path_of(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def walk() -> dict[str, Any]:
    """Every page of the sitemap by its path, and whatever their links lead to on this site."""
    found: dict[str, Any] = {}
    browser = Client()
    waiting = [path_of(entry.address) for entry in entries(now=NOW)]
    while waiting:
        path = waiting.pop()
        if path in found or path.startswith(NOT_READ):
            continue
        answer = browser.get(path)
        assert answer.status_code == 200, f"{path} answered {answer.status_code}"
        found[path] = answer
        if not path.startswith(("/book/", "/search/")):
            waiting += [path_of(each) for each in parsed(answer).addresses if each[:1] == "/"]
    return found
