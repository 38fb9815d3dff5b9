"""What a page tells browsers, search engines and those to whom its address is sent."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from django.utils.safestring import SafeString, mark_safe

from content.addresses import absolute
from content.structured_data import Thing

# As Django's json_script: nothing in the data can end the <script> that holds them.
ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


@dataclass(frozen=True)
class Head:
    """`path` is the page's own address on this site, whatever else the visitor's carries;
    `picture` the address of what is shown beside it where it is shared."""

    title: str
    description: str
    path: str
    picture: str
    kind: str = "website"
    things: list[Thing] = field(default_factory=list)

    @property
    def address(self) -> str:
        return absolute(self.path)

    @property
    def picture_address(self) -> str:
        return absolute(self.picture)

    @property
    def structured_data(self) -> SafeString:
        """schema.org as JSON-LD: data for a <script> that no browser executes."""
        graph = {"@context": "https://schema.org", "@graph": self.things}
        text = json.dumps(graph, ensure_ascii=False, separators=(",", ":"))
        return mark_safe(text.translate(ESCAPES))  # noqa: S308 - escaped for where it stands
