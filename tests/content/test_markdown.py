"""Markdown becomes safe HTML with numbered sources and the clinic's own blocks."""

import re

import pytest
from pytest_django import DjangoAssertNumQueries

from content.markdown import Rendering, plain_text, render, render_line
from content.markdown_source import Section, cited_keys, mistakes, picture_numbers, sections
from content.models import Picture


def make_photo(**facts: object) -> Picture:
    """A picture whose file is never opened: only its address and size are shown."""
    described = {"title": "A couch", "alt": "A treatment couch by a window.", "width": 1500}
    return Picture.objects.create(file="pictures/couch.jpg", height=1000, **(described | facts))


# Prose


def test_everyday_markdown_is_html() -> None:
    assert render("Some *soft* and **strong** words.\n\n- one\n- two\n") == (
        "<p>Some <em>soft</em> and <strong>strong</strong> words.</p>\n"
        "<ul>\n<li>one</li>\n<li>two</li>\n</ul>\n"
    )


def test_html_in_the_text_is_shown_and_not_obeyed() -> None:
    assert render("<b onclick=x()>Bold</b>") == "<p>&lt;b onclick=x()&gt;Bold&lt;/b&gt;</p>\n"


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x"]
)
def test_a_link_that_would_run_something_is_no_link(address: str) -> None:
    assert "<a" not in render(f"[click]({address})")


@pytest.mark.parametrize(
    "address", ["/book/", "#reference-1", "https://doi.org/10.1/x", "mailto:a@example.com", "tel:1"]
)
def test_a_link_that_leads_somewhere_is_one(address: str) -> None:
    assert f'<a href="{address}"' in render(f"[click]({address})")


@pytest.mark.parametrize("address", ["https://example.com/pixel.png", "//example.com/x.png"])
def test_a_picture_from_elsewhere_is_not_fetched(address: str) -> None:
    assert "example.com" not in render(f"![x]({address})")


def test_a_line_has_no_paragraph_around_it() -> None:
    assert render_line("Rest *well*.") == "Rest <em>well</em>."


# Headings


def test_headings_get_anchors_and_a_list_of_contents() -> None:
    page = Rendering()

    html = render("## How it works\n\nSo.\n\n### In people\n\nSo.\n", page)

    assert '<h2 id="how-it-works">How it works</h2>' in html
    assert '<h3 id="in-people">In people</h3>' in html
    assert page.contents == [("how-it-works", "How it works")]


def test_two_headings_of_the_same_words_have_different_anchors() -> None:
    html = render("## Rest\n\n## Rest\n")

    assert '<h2 id="rest">' in html
    assert '<h2 id="rest-2">' in html


def test_a_text_inside_a_page_has_headings_below_the_pages_own() -> None:
    assert '<h4 id="rest">' in render("## Rest\n", top=4)


def test_no_heading_is_deeper_than_html_allows() -> None:
    deep = "## A\n\n### B\n\n#### C\n\n##### D\n"

    assert levels(render(deep, top=4)) == [4, 5, 6, 6]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("## A\n\n#### B\n\n##### C\n", [2, 3, 4]),
        ("#### A\n\n## B\n", [2, 2]),
        ("# A\n\n## B\n", [2, 2]),
        ("A\n===\n\nB\n---\n", [2, 2]),
        ("### A\n\n::: do\n- rest\n:::\n\n#### B\n", [2, 3, 3]),
        ("## A\n\n::: callout B\n### C\n:::\n\n#### D\n", [2, 3, 4, 3]),
    ],
)
def test_no_level_of_headings_is_left_out(written: str, shown: list[int]) -> None:
    assert levels(render(written)) == shown


def levels(html: str) -> list[int]:
    return [int(level) for level in re.findall(r"<h([1-6])[ >]", html)]


def test_the_mark_of_a_practical_part_is_not_shown() -> None:
    page = Rendering()

    html = render("## What to wear {.practical}\n\nLoose clothes.\n", page)

    assert '<h2 id="what-to-wear">What to wear</h2>' in html
    assert page.contents == [("what-to-wear", "What to wear")]


# Citations


def test_sources_are_numbered_by_first_mention_and_keep_their_number() -> None:
    page = Rendering()

    render("One. [@b-2020; @a-2019] Two. [@a-2019]", page)
    second = render("Three. [@c-2021]", page)

    assert page.cited == ["b-2020", "a-2019", "c-2021"]
    assert '<a href="#reference-3" rel="noopener noreferrer">3</a>' in second


def test_what_only_looks_like_a_citation_is_text() -> None:
    assert render("[@Not A Key] [at@home]") == "<p>[@Not A Key] [at@home]</p>\n"


def test_the_sources_of_a_text_are_listed_once_each() -> None:
    assert cited_keys("A [@b-2020; @a-2019] and [@b-2020].") == ["b-2020", "a-2019"]


# What the gate reads


def test_a_text_is_taken_apart_at_its_headings() -> None:
    text = (
        "Before. [@a-1]\n\n## First\n\nWords.\n\n### Deeper\n\n[@b-1]\n\n## Last {.practical}\n\nx"
    )

    assert sections(text) == [
        Section("", practical=False, cites=True),
        Section("First", practical=False, cites=True),
        Section("Last", practical=True, cites=False),
    ]


@pytest.mark.parametrize("empty", ["##", "## ", "##\t"])
def test_what_stands_under_a_heading_without_words_is_a_section(empty: str) -> None:
    assert sections(f"Before. [@a-1]\n\n{empty}\nIt cures.\n") == [
        Section("", practical=False, cites=True),
        Section("", practical=False, cites=False),
    ]


def test_a_heading_without_text_is_no_section() -> None:
    assert sections("\n\n## Empty\n\n") == []


def test_plain_text_has_words_and_no_markup() -> None:
    text = (
        "## Side effects {.practical}\n\nYou *may* be [sore](/x/). [@a-1]\n\n"
        "::: urgent If it bleeds\n- press on it\n:::\n"
    )

    assert plain_text(text) == "Side effects You may be sore. If it bleeds press on it."


def test_plain_text_has_signs_as_they_are_written() -> None:
    assert plain_text("Heat & ice: 5 < 10, *so* “there”.") == "Heat & ice: 5 < 10, so “there”."


# Blocks


@pytest.mark.parametrize("text", ["::: nonsense x\nwords\n:::\n", "::: do\n- words\n"])
def test_the_words_of_a_block_that_is_none_are_not_lost(text: str) -> None:
    assert "words" in render(text)


@pytest.mark.parametrize(
    "arguments", ["", "8", "8 100", "x 100 bleed", "9-8 100 bleed", "8 5 bleed", "8 99999 bleed"]
)
def test_an_icon_array_that_cannot_be_counted_is_its_caption(arguments: str) -> None:
    assert render(f"::: icon-array {arguments}\nAbout 8.\n:::\n").strip() == "<p>About 8.</p>"


@pytest.mark.django_db
def test_a_photo_is_shown_with_its_words_and_its_size() -> None:
    photo = make_photo(caption="The room at Riverside.", credit="M. Lindqvist")

    html = render(f"::: photo {photo.pk}\n:::\n")

    assert 'alt="A treatment couch by a window."' in html
    assert 'width="1500" height="1000"' in html
    assert "The room at Riverside." in html
    assert "Picture: M. Lindqvist" in html
    for kind in ("avif", "webp"):
        assert f'<source type="image/{kind}"' in html
        assert f"/media/pictures/couch/720w.{kind} 720w" in html
        assert f"/media/pictures/couch/1440w.{kind} 1440w" in html


@pytest.mark.django_db
def test_a_decorative_photo_is_passed_over_by_screen_readers() -> None:
    photo = make_photo(alt="", decorative=True)

    assert 'alt=""' in render(f"::: photo {photo.pk}\n:::\n")


@pytest.mark.django_db
@pytest.mark.parametrize("number", ["7", "0", "-1", "x", "", "7; drop", "99999999999999999999"])
def test_a_photo_that_is_not_there_is_nothing(number: str) -> None:
    assert render(f"Before.\n\n::: photo {number}\n:::\n\nAfter.").split() == [
        "<p>Before.</p>",
        "<p>After.</p>",
    ]


@pytest.mark.django_db
def test_all_photos_of_a_text_are_fetched_at_once(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    first, second = make_photo(), make_photo(title="A door")
    text = f"::: photo {first.pk}\n:::\n\n::: photo {second.pk}\n:::\n"

    with django_assert_num_queries(1):
        render(text)


def test_a_text_without_photos_asks_the_database_nothing() -> None:
    assert render("Words.") == "<p>Words.</p>\n"


def test_the_photos_of_a_text_are_known_before_it_is_shown() -> None:
    assert picture_numbers("::: photo 3\n:::\n\n::: photo 1\n:::\n::: photo 3\n:::\n") == [3, 1]


# What is wrong with a text


def test_a_text_that_is_right_has_no_mistakes() -> None:
    text = (
        "## Do\n\n::: do\n- rest\n:::\n\n::: icon-array 5-16 100 bleed a little\nSome.\n:::\n\n"
        "::: picture tender-point\nA caption.\n:::\n\n::: photo 3\n:::\n\n::: tell-us-first\n:::\n"
        "\nSo. [@a-1] [@b-1;@c-1][@d-1] Ask [@clinic](https://example.com) or desk@example.com.\n"
    )

    assert mistakes(text) == []


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("::: do\n- rest\n", "A block has no end: close it with a line “:::”."),
        ("::: dont\n- run\n:::\n", "“::: dont” is no block of ours:"),
        ("::: do\nrest\n:::\n", "Begin each line in “::: do” with “- ”: no other line is shown."),
        ("::: urgent If\n:::\n", "Begin each line in “::: urgent” with “- ”"),
        ("::: icon-array some bleed\nx\n:::\n", "“::: icon-array some bleed” needs how many"),
        ("::: picture ../../x\n:::\n", "“::: picture ../../x” is no drawing of ours:"),
        ("::: photo couch\n:::\n", "“::: photo couch” needs the number of a picture."),
        ("![A couch](/media/x.jpg)", "Put a picture in with “::: photo” and its number"),
        ("![A couch][couch]", "Put a picture in with “::: photo” and its number"),
        ("So. [@Smith-2020]", "“[@Smith-2020]” is not read as a citation: write small letters"),
        ("So. [@smith_2020][@a-1]", "“[@smith_2020]” is not read as a citation:"),
        ("So. [@a-1, @b-1]", "“[@a-1, @b-1]” is not read as a citation:"),
        ("So. [ @a-1]", "“[ @a-1]” is not read as a citation:"),
    ],
)
def test_a_mistake_is_said_in_a_sentence(text: str, sentence: str) -> None:
    (found,) = mistakes(text)

    assert found.startswith(sentence)
