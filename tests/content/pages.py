"""A page taken apart as a reader's browser would: its headings, links, ids and words."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from django.http import HttpResponse

INLINE = {"a", "b", "bdi", "cite", "em", "span", "strong", "sup", "time"}
SILENT = {"script", "style", "svg", "title"}
EMPTY = {"br", "circle", "hr", "img", "input", "link", "meta", "path", "polygon", "use"}


@dataclass
class Parsed:
    title: str = ""
    words: str = ""
    headings: list[tuple[int, str]] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    meta: dict[str, str] = field(default_factory=dict)
    canonical: str = ""
    things: list[dict[str, Any]] = field(default_factory=list)

    @property
    def addresses(self) -> list[str]:
        return [address for address, _ in self.links]

    def thing(self, kind: str) -> dict[str, Any]:
        """The one piece of structured data of this kind."""
        (found,) = [thing for thing in self.things if thing["@type"] == kind]
        return found


def parsed(answer: HttpResponse) -> Parsed:
    parser = _Parser()
    parser.feed(answer.content.decode())
    parser.close()
    assert parser.open == [], f"never closed: {parser.open}"
    page = parser.page
    page.words = " ".join(page.words.split())
    return page


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Parsed()
        self.open: list[str] = []
        self._data = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = {name: value or "" for name, value in attrs}
        if "id" in facts:
            self.page.ids.append(facts["id"])
        if tag == "a":
            self.page.links.append((facts["href"], ""))
        elif tag == "meta":
            self.page.meta[facts.get("name") or facts.get("property", "")] = facts.get(
                "content", ""
            )
        elif tag == "link" and facts["rel"] == "canonical":
            self.page.canonical = facts["href"]
        elif tag in {"h1", "h2", "h3", "h4", "h5", "h6"}:
            self.page.headings.append((int(tag[1]), ""))
        self._data = ""
        if tag not in INLINE:
            self.page.words += " "
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in EMPTY:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag in EMPTY:
            return
        assert self.open.pop() == tag, f"</{tag}> closes something else"
        if tag == "script" and self._data.strip():
            self.page.things = json.loads(self._data)["@graph"]

    def handle_data(self, data: str) -> None:
        self._data += data
        if self.open[-1:] == ["title"] and "svg" not in self.open:
            self.page.title += data
        if not SILENT.intersection(self.open) and "body" in self.open:
            self.page.words += data.replace("\u2060", "")
        if {"h1", "h2", "h3", "h4", "h5", "h6"}.intersection(self.open):
            level, text = self.page.headings[-1]
            self.page.headings[-1] = (level, f"{text}{data}")
        if "a" in self.open and self.page.links:
            address, text = self.page.links[-1]
            self.page.links[-1] = (address, f"{text}{data}")
