"""What can be seen to be wrong with a page by reading its tags once, without a validator."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
LABELLED = {"input", "meter", "output", "progress", "select", "textarea"}
NAMED_BY_THEMSELVES = {"button", "hidden", "image", "reset", "submit"}
OPERATED = {"a", "button", "iframe", "input", "select", "summary", "textarea"}
# In a paragraph these end it, and its own end tag is then one too many.
BLOCKS = {
    *("address", "article", "aside", "blockquote", "details", "div", "dl", "fieldset", "figure"),
    *("footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "main", "nav", "ol"),
    *("p", "pre", "section", "table", "ul"),
}
CHILDREN = {
    "ul": {"li", "script", "template"},
    "ol": {"li", "script", "template"},
    "dl": {"div", "dt", "dd", "script", "template"},
    "select": {"option", "optgroup", "hr"},
    "tr": {"th", "td"},
}
POINTING = (
    *("aria-labelledby", "aria-describedby", "aria-controls", "aria-details", "aria-errormessage"),
    *("aria-owns", "aria-activedescendant", "headers", "form", "list"),
)


@dataclass(frozen=True)
class Tag:
    name: str
    facts: dict[str, str] = field(default_factory=dict)
    within: tuple[str, ...] = ()

    @property
    def is_operated(self) -> bool:
        if self.name == "a":
            return "href" in self.facts
        return self.name in OPERATED and self.facts.get("type") != "hidden"

    @property
    def needs_a_label(self) -> bool:
        return self.name in LABELLED and self.facts.get("type") not in NAMED_BY_THEMSELVES

    def __str__(self) -> str:
        named = [f"{key}={self.facts[key]}" for key in ("id", "name", "href") if key in self.facts]
        return f"<{' '.join([self.name, *named])}>"


def complaints(html: str) -> list[str]:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    found = [*reader.found, *(f"<{tag.name}> is never closed" for tag in reader.open)]
    return [*found, *_pointers(reader.tags), *_labels(reader.tags)]


def _pointers(tags: list[Tag]) -> Iterator[str]:
    ids = [tag.facts["id"] for tag in tags if "id" in tag.facts]
    yield from (f"the id {each} is given twice" for each in sorted({*ids}) if ids.count(each) > 1)
    for tag in tags:
        named = {(key, each) for key in POINTING for each in tag.facts.get(key, "").split()}
        address = tag.facts.get("href", "")
        if address.startswith("#") and address != "#":
            named.add(("href", address[1:]))
        for key, each in sorted(named):
            if each not in ids:
                yield f"{key} of {tag} points to {each}, which is not there"


def _labels(tags: list[Tag]) -> Iterator[str]:
    by_id = {tag.facts["id"]: tag for tag in tags if "id" in tag.facts}
    labelled = {tag.facts["for"] for tag in tags if tag.name == "label" and "for" in tag.facts}
    for each in sorted(labelled):
        if each not in by_id or by_id[each].name not in {*LABELLED, "button"}:
            yield f"a label is for {each}, which is no control"
    for tag in tags:
        named = "label" in tag.within or {"aria-label", "aria-labelledby"} & tag.facts.keys()
        if tag.needs_a_label and not named and tag.facts.get("id") not in labelled:
            yield f"{tag} has no label"


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[Tag] = []
        self.open: list[Tag] = []
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = {name: value or "" for name, value in attrs}
        if len(facts) < len(attrs):
            self.found.append(f"<{tag}> has an attribute twice")
        within = tuple(each.name for each in self.open)
        seen = Tag(tag, facts, within)
        self.found += self._misplaced(seen)
        self.tags.append(seen)
        if tag not in VOID:
            self.open.append(seen)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1].name != tag:
            self.found.append(f"</{tag}> closes something else")
        else:
            self.open.pop()

    def _misplaced(self, tag: Tag) -> Iterator[str]:
        parent = tag.within[-1] if tag.within else ""
        if "p" in tag.within and tag.name in BLOCKS:
            yield f"{tag} stands in a paragraph"
        if tag.name not in CHILDREN.get(parent, {tag.name}):
            yield f"{tag} stands directly in <{parent}>"
        outer = next((each for each in self.open if each.is_operated), None)
        if tag.is_operated and outer and outer.name != "select":
            yield f"{tag} stands in {outer}"
