"""Markdown to safe HTML, with the clinic's own blocks and numbered citations.

Raw HTML in the source is shown as text (markdown-it `js-default`), and what comes out is cleaned by
nh3 all the same. Blocks are written `::: kind arguments`, their text, `:::`; each is rendered by
templates/components/blocks/<kind>.html from cleaned parts. A citation `[@gattie-2021; @brady-2014]`
becomes links to the numbered list of references, in the order of first mention.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import nh3
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

CARE_CARDS = ("emergency", "urgent", "non-urgent")
LISTS = ("do", "do-not")
BLOCKS = (
    *CARE_CARDS,
    *LISTS,
    "callout",
    "compare",
    "icon-array",
    "picture",
    "photo",
    "tell-us-first",
)

PRACTICAL = re.compile(r"[ \t]*\{\.practical\}[ \t]*$", re.MULTILINE)
BLOCK_START = re.compile(r"^::: +([a-z-]+) *(.*)$")
CITATION = re.compile(r"\[(@[a-z0-9-]+(?:; *@[a-z0-9-]+)*)\]")
HEADING = re.compile(r"^##\s+(.*)$", re.MULTILINE)

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


@dataclass(frozen=True)
class Section:
    """A part of a text under one `##` heading, as the publication gate looks at it."""

    heading: str
    practical: bool
    cites: bool


@dataclass
class Rendering:
    """What a page needs of its Markdown; `cited` holds reference keys in the order of their numbers.

    Pass the same one to several `render` calls to number a page's texts together.
    """

    cited: list[str] = field(default_factory=list)
    contents: list[tuple[str, str]] = field(default_factory=list)

    def number(self, key: str) -> int:
        if key not in self.cited:
            self.cited.append(key)
        return self.cited.index(key) + 1

    def anchor(self, title: str) -> str:
        """An id that no other heading of the page has."""
        wanted = slugify(title) or "part"
        taken = {anchor for anchor, _ in self.contents}
        anchor, count = wanted, 2
        while anchor in taken:
            anchor, count = f"{wanted}-{count}", count + 1
        self.contents.append((anchor, title))
        return anchor


def render(source: str, page: Rendering | None = None, *, top: int = 2) -> SafeString:
    """Safe HTML of a text whose first headings (`##`) become an `<h{top}>`."""
    page = Rendering() if page is None else page
    parts = [
        _prose(block.body, page, top) if block.kind == "" else _block(block, page)
        for block in blocks(source)
    ]
    return mark_safe("".join(parts))  # noqa: S308 - every part is cleaned or a template's


def render_line(source: str, page: Rendering | None = None) -> SafeString:
    """Safe HTML of one line, without a paragraph around it."""
    page = Rendering() if page is None else page
    return mark_safe(_clean(_markdown().renderInline(source, {"page": page})))  # noqa: S308


def sections(source: str) -> list[Section]:
    """The parts of a text; what stands before the first heading is a part without heading."""
    pieces = HEADING.split(source)
    headed = zip(["", *pieces[1::2]], pieces[0::2], strict=True)
    return [
        Section(
            heading=PRACTICAL.sub("", heading),
            practical=bool(PRACTICAL.search(heading)),
            cites=bool(CITATION.search(text)),
        )
        for heading, text in headed
        if text.strip()
    ]


def cited_keys(source: str) -> list[str]:
    """The reference keys of a text, in the order of first mention."""
    keys = [key.strip(" @") for match in CITATION.finditer(source) for key in match[1].split(";")]
    return list(dict.fromkeys(keys))


def plain_text(source: str) -> str:
    """The words of a text without markup, for search, descriptions and reading grades."""
    without = CITATION.sub("", PRACTICAL.sub("", source))
    lines = [_spoken(line) for line in without.splitlines()]
    html = _markdown().render("\n".join(lines), {"page": Rendering()})
    text = nh3.clean(html.replace("</li>", ".</li>"), tags=set())
    return " ".join(text.replace("&amp;", "&").replace("..", ".").split())


def _spoken(line: str) -> str:
    """What a reader hears of a line: of a block's first line only its words."""
    if line.strip() == ":::":
        return ""
    start = BLOCK_START.match(line)
    if start is None:
        return line
    return "" if start[1] in {"icon-array", "picture", "photo"} else f"{start[2]}\n"


@dataclass(frozen=True)
class Block:
    """A stretch of prose (kind "") or one `:::` block with its arguments."""

    kind: str
    arguments: str
    body: str


def blocks(source: str) -> Iterator[Block]:
    """The text as prose and blocks, in order; a block of unknown kind is prose."""
    prose: list[str] = []
    inside: Block | None = None
    body: list[str] = []
    for line in source.replace("\r\n", "\n").split("\n"):
        if inside:
            if line.strip() == ":::":
                yield Block(inside.kind, inside.arguments, "\n".join(body).strip())
                inside, body = None, []
            else:
                body.append(line)
        elif (start := BLOCK_START.match(line)) and start[1] in BLOCKS:
            yield Block("", "", "\n".join(prose))
            prose, inside = [], Block(start[1], start[2].strip(), "")
        else:
            prose.append(line)
    yield Block("", "", "\n".join([*prose, *body]))


def _block(block: Block, page: Rendering) -> str:
    context: dict[str, object] = {"arguments": block.arguments}
    if block.kind in (*CARE_CARDS, *LISTS):
        items = [line[2:] for line in block.body.splitlines() if line.startswith("- ")]
        context["items"] = [render_line(item, page) for item in items]
    else:
        context["body"] = mark_safe(_prose(block.body, page, 3))  # noqa: S308 - cleaned
    if block.kind == "icon-array":
        context |= _chances(block.arguments)
    name = "care-card" if block.kind in CARE_CARDS else block.kind
    context["kind"] = block.kind
    return render_to_string(f"components/blocks/{name}.html", context)


def _chances(arguments: str) -> dict[str, object]:
    """`5-16 100 bleed a little`: how many at least and at most, of how many, and what happens."""
    count, out_of, label = arguments.split(" ", 2)
    least, _, most = count.partition("-")
    low, high, total = int(least), int(most or least), int(out_of)
    return {
        "low": low,
        "high": high,
        "total": total,
        "label": label,
        "dots": [
            "sure" if number < low else "perhaps" if number < high else "none"
            for number in range(total)
        ],
    }


def _prose(source: str, page: Rendering, top: int) -> str:
    return _clean(_markdown().render(source, {"page": page, "top": top}))


def _clean(html: str) -> str:
    return nh3.clean(
        html,
        tags=ALLOWED_TAGS,
        attributes=ALLOWED_ATTRIBUTES,
        attribute_filter=_own_images_only,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer",
    )


def _own_images_only(tag: str, attribute: str, value: str) -> str | None:
    if tag == "img" and attribute == "src" and not value.startswith("/media/"):
        return None
    return value


def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("js-default", {"html": False, "linkify": False})
    markdown.inline.ruler.before("link", "citation", _citation)
    markdown.add_render_rule("citation", _render_citation)
    markdown.add_render_rule("heading_open", _render_heading_open)
    markdown.add_render_rule("heading_close", _render_heading_close)
    return markdown


def _citation(state: StateInline, silent: bool) -> bool:
    match = CITATION.match(state.src, state.pos)
    if match is None:
        return False
    if not silent:
        token = state.push("citation", "", 0)
        token.meta = {"keys": cited_keys(match[0])}
    state.pos = match.end()
    return True


def _render_citation(
    _renderer: RendererHTML, tokens: list[Token], index: int, _options: OptionsDict, env: EnvType
) -> str:
    numbers = [env["page"].number(key) for key in tokens[index].meta["keys"]]
    links = ", ".join(f'<a href="#reference-{number}">{number}</a>' for number in numbers)
    return f'<sup class="cite"><span>[</span>{links}<span>]</span></sup>'


def _level(token: Token, env: EnvType) -> int:
    return min(int(token.tag[1:]) - 2 + int(env.get("top", 2)), 6) if token.tag != "h1" else 2


def _render_heading_open(
    _renderer: RendererHTML, tokens: list[Token], index: int, _options: OptionsDict, env: EnvType
) -> str:
    title = tokens[index + 1]
    title.content = PRACTICAL.sub("", title.content)
    if title.children and title.children[-1].type == "text":
        title.children[-1].content = PRACTICAL.sub("", title.children[-1].content)
    anchor = env["page"].anchor(title.content)
    return f'<h{_level(tokens[index], env)} id="{anchor}">'


def _render_heading_close(
    _renderer: RendererHTML, tokens: list[Token], index: int, _options: OptionsDict, env: EnvType
) -> str:
    return f"</h{_level(tokens[index], env)}>\n"
