"""Markdown to safe HTML, with the clinic's own blocks and numbered citations.

Raw HTML in the source is shown as text (markdown-it `js-default`), and what comes out is cleaned by
nh3 all the same. Blocks are written `::: kind arguments`, their text, `:::`; each is rendered by
templates/components/blocks/<kind>.html from cleaned parts. A citation `[@gattie-2021; @brady-2014]`
becomes links to the numbered list of references, in the order of first mention.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cache

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from content.markdown_source import (
    BLOCK_START,
    CARE_CARDS,
    CITATION,
    LISTS,
    PRACTICAL,
    Block,
    blocks,
    chances,
    cited_keys,
    picture_number,
    picture_numbers,
)
from content.models import Picture
from content.safe_html import clean, words

# No line ends between a sentence and its number.
WORD_JOINER = "\u2060"
# The words after a care card's kind may lead on to its list by themselves.
LEADS_ON = re.compile(r"any of these|^If, |\band, ")
# What an editor may have typed at their end to lead on, and the heading says anyway.
DANGLING = re.compile(r"[ ,:.]*(\band\b[ ,:.]*)?$")


@dataclass
class Rendering:
    """What a page needs of its Markdown: `cited` holds reference keys in the order of their
    numbers, `contents` the (anchor, title) of each `##` heading.

    Pass the same one to several `render` calls to number a page's texts together. `around` is what
    blocks show besides their own text (the clinic, the safety rules); `anchors` are ids in use.
    """

    cited: list[str] = field(default_factory=list)
    contents: list[tuple[str, str]] = field(default_factory=list)
    around: Mapping[str, object] = field(default_factory=dict)
    anchors: set[str] = field(default_factory=set)
    pictures: dict[int, Picture] = field(default_factory=dict)

    def number(self, key: str) -> int:
        if key not in self.cited:
            self.cited.append(key)
        return self.cited.index(key) + 1

    def anchor(self, title: str) -> str:
        """An id that no other heading of the page has."""
        wanted = slugify(title) or "part"
        anchor, count = wanted, 2
        while anchor in self.anchors:
            anchor, count = f"{wanted}-{count}", count + 1
        self.anchors.add(anchor)
        return anchor

    def fetch_pictures(self, numbers: list[int]) -> None:
        if missing := set(numbers) - self.pictures.keys():
            self.pictures |= Picture.objects.in_bulk(missing)


def render(source: str, page: Rendering | None = None, *, top: int = 2) -> SafeString:
    """Safe HTML of a text whose first headings (`##`) become an `<h{top}>`."""
    page = Rendering() if page is None else page
    page.fetch_pictures(picture_numbers(source))
    env: EnvType = {"page": page, "top": top, "above": top - 1}
    parts = [
        _block(block, page, env["above"] + 1) if block.kind else _prose(block.body, env)
        for block in blocks(source)
    ]
    return mark_safe("".join(parts))  # noqa: S308 - every part is cleaned or a template's


def render_line(source: str, page: Rendering | None = None) -> SafeString:
    """Safe HTML of one line, without a paragraph around it."""
    page = Rendering() if page is None else page
    return mark_safe(clean(_markdown().renderInline(source, {"page": page})))  # noqa: S308


def plain_text(source: str) -> str:
    """The words of a text without markup, for search, descriptions and reading grades."""
    without = CITATION.sub("", PRACTICAL.sub("", source))
    lines = [_spoken(line) for line in without.splitlines()]
    html = _markdown().render("\n".join(lines), {"page": Rendering(), "top": 2, "above": 1})
    text = words(html.replace("</li>", ".</li>"))
    return " ".join(text.replace("..", ".").split())


def _spoken(line: str) -> str:
    """What a reader hears of a line: of a block's first line only its words."""
    if line.strip() == ":::":
        return ""
    start = BLOCK_START.match(line)
    if start is None:
        return line
    return "" if start[1] in {"icon-array", "picture", "photo"} else f"{start[2]}\n"


def _block(block: Block, page: Rendering, level: int) -> str:
    context: dict[str, object] = {
        **page.around,
        "kind": block.kind,
        "arguments": block.arguments,
        "level": min(level, 6),
    }
    if block.kind in (*CARE_CARDS, *LISTS):
        items = [line[2:] for line in block.body.splitlines() if line.startswith("- ")]
        context["items"] = [render_line(item, page) for item in items]
    else:
        body = _prose(block.body, {"page": page, "top": level + 1, "above": level})
        context["body"] = mark_safe(body)  # noqa: S308 - cleaned
    if block.kind in CARE_CARDS:
        context["when"] = _when(block.arguments)
    if block.kind == "icon-array":
        counted = chances(block.arguments)
        if counted is None:
            return str(context["body"])
        context |= {**asdict(counted), "dots": counted.dots}
    if block.kind in {"icon-array", "picture"}:
        context["anchor"] = page.anchor(block.kind)
    if block.kind == "photo":
        context["photo"] = page.pictures.get(picture_number(block.arguments) or 0)
    name = "care-card" if block.kind in CARE_CARDS else block.kind
    return render_to_string(f"components/blocks/{name}.html", context)


def _when(arguments: str) -> str:
    """The words after a care card's kind as the end of its heading: “if you had …, and:”."""
    words = DANGLING.sub("", arguments)
    if words and not LEADS_ON.search(arguments):
        words += ", and"
    return f"{words[:1].lower()}{words[1:]}"


def _prose(source: str, env: EnvType) -> str:
    """`env` has the level of the text's first headings as `top`, and as `above` that of the heading
    under which the text stands; it is left as that of its last."""
    return clean(_markdown().render(source, env))


@cache
def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("js-default", {"html": False, "linkify": False})
    markdown.inline.ruler.before("link", "citation", _citation)
    markdown.add_render_rule("citation", _render_citation)
    markdown.add_render_rule("heading_open", _render_heading_open)
    markdown.add_render_rule("heading_close", _render_heading_close)
    markdown.core.ruler.push("table_headings", _table_headings)
    return markdown


def _table_headings(state: StateCore) -> None:
    """Column headings get their scope; where the first of them is empty, the first cell of each
    row is that row's heading."""
    names_rows = first = False
    for index, token in enumerate(state.tokens):
        if token.type == "tr_open":
            first = True
        elif token.type == "th_open":
            empty = not state.tokens[index + 1].content
            names_rows = empty if first else names_rows
            _retag(state.tokens, index, "td" if empty else "th", scope="col")
            first = False
        elif token.type == "td_open":
            if first and names_rows:
                _retag(state.tokens, index, "th", scope="row")
            first = False


def _retag(tokens: list[Token], index: int, tag: str, *, scope: str) -> None:
    """Make a cell a heading or an ordinary cell; cells do not nest, so its end comes next."""
    tokens[index].tag = tokens[index + 2].tag = tag
    if tag == "th":
        tokens[index].attrSet("scope", scope)


def _citation(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - a rule of markdown-it
    match = CITATION.match(state.src, state.pos)
    if match is None:
        return False
    if not silent:
        state.pending = state.pending.rstrip(" ")
        token = state.push("citation", "", 0)
        token.meta = {"keys": cited_keys(match[0])}
    state.pos = match.end()
    return True


def _render_citation(
    _renderer: RendererHTML, tokens: list[Token], index: int, _options: OptionsDict, env: EnvType
) -> str:
    numbers = [env["page"].number(key) for key in tokens[index].meta["keys"]]
    links = ", ".join(f'<a href="#reference-{number}">{number}</a>' for number in numbers)
    return f'{WORD_JOINER}<sup class="cite"><span>[</span>{links}<span>]</span></sup>'


def _level(token: Token, env: EnvType) -> int:
    """As many below `top` as it has signs, but never two below the heading before it."""
    wanted = env["top"] + max(int(token.tag[1:]) - 2, 0)
    return int(min(wanted, env["above"] + 1, 6))


def _render_heading_open(
    _renderer: RendererHTML, tokens: list[Token], index: int, _options: OptionsDict, env: EnvType
) -> str:
    children = tokens[index + 1].children or []
    if children and children[-1].type == "text":
        children[-1].content = PRACTICAL.sub("", children[-1].content)
    title = "".join(child.content for child in children)
    page: Rendering = env["page"]
    anchor, level = page.anchor(title), _level(tokens[index], env)
    env["above"] = level
    if level == env["top"]:
        page.contents.append((anchor, title))
    return f'<h{level} id="{anchor}">'


def _render_heading_close(
    _renderer: RendererHTML, tokens: list[Token], index: int, _options: OptionsDict, env: EnvType
) -> str:
    return f"</h{env['above']}>\n"
