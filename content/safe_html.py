"""What of HTML may come out of a text, whatever went into it."""

from __future__ import annotations

from html import unescape

import nh3

ALLOWED_TAGS = {
    *("p", "br", "em", "strong", "s", "code", "pre", "blockquote", "hr", "a", "img", "sup", "span"),
    *("ul", "ol", "li", "h2", "h3", "h4", "h5", "h6"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
ALLOWED_ATTRIBUTES = {
    "a": {"href", "title", "class", "id"},
    "img": {"src", "alt", "title"},
    "h2": {"id"},
    "h3": {"id"},
    "h4": {"id"},
    "h5": {"id"},
    "h6": {"id"},
    "ol": {"start"},
    "sup": {"class"},
    "th": {"scope"},
}


def clean(html: str) -> str:
    """The same HTML without anything that is not allowed."""
    return nh3.clean(
        html,
        tags=ALLOWED_TAGS,
        attributes=ALLOWED_ATTRIBUTES,
        attribute_filter=_own_images_only,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer",
    )


def words(html: str) -> str:
    """Its text alone, with every sign as itself: not safe to show as HTML."""
    return unescape(nh3.clean(html, tags=set()))


def _own_images_only(tag: str, attribute: str, value: str) -> str | None:
    if tag == "img" and attribute == "src" and not value.startswith("/media/"):
        return None
    return value
