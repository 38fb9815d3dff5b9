"""A text before it is public: for whoever has its link, and for staff while they type."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from content.models import Article, Publication
from tests.cast import NOW, make_staff
from tests.content.texts import (
    filled_in,
    make_article,
    make_condition,
    make_faq,
    make_page,
    make_topic,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]

TEXTS = {
    "article": make_article,
    "condition": make_condition,
    "faq": make_faq,
    "page": make_page,
}


def link_to(text: Publication) -> str:
    return f"/preview/{type(text).__name__.lower()}/{text.preview_key}/"


def type_text(browser: Client, text: str, page: str = "/admin/content/article/") -> Any:
    """What the script sends a moment after a key was pressed."""
    return browser.post(f"{page}preview/", {"text": text})


# The link to a draft


@pytest.mark.parametrize("kind", TEXTS)
def test_a_draft_is_shown_to_whoever_has_its_link(client: Client, kind: str) -> None:
    draft = TEXTS[kind](status="draft", publish_at=None)

    answer = client.get(link_to(draft))

    assert answer.status_code == 200
    page = answer.content.decode()
    assert str(draft) in page
    assert "<strong>Draft.</strong> This text is not public." in page


def test_a_draft_is_found_by_no_search_engine_and_kept_nowhere(client: Client) -> None:
    answer = client.get(link_to(make_article(status="draft")))

    assert answer["Cache-Control"] == "no-store, private"
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert '<meta name="robots" content="noindex, nofollow">' in answer.content.decode()
    assert not client.cookies


def test_what_is_public_only_later_is_still_a_draft(client: Client) -> None:
    scheduled = make_article(publish_at=NOW + timedelta(hours=1))

    assert client.get(link_to(scheduled)).status_code == 200


def test_the_link_of_a_public_text_leads_to_its_page(client: Client) -> None:
    answer = client.get(link_to(make_article()))

    assert (answer.status_code, answer["Location"]) == (302, "/articles/afraid-of-needles/")
    assert answer["Cache-Control"] == "no-store, private"


@pytest.mark.parametrize(
    "address",
    [
        "/preview/article/wrong-key/",
        "/preview/nonsense/wrong-key/",
        "/preview/practitioner/x/",
        f"/preview/article/{'x' * 5000}/",
        "/preview/article/x%00/",
    ],
)
def test_a_wrong_link_shows_nothing(client: Client, address: str) -> None:
    make_article(status="draft")

    assert client.get(address).status_code in {400, 404}


def test_the_key_of_one_kind_does_not_open_another(client: Client) -> None:
    draft = make_article(status="draft")

    assert client.get(f"/preview/faq/{draft.preview_key}/").status_code == 404


def test_nobody_can_guess_a_key() -> None:
    keys = {make_article(f"a-{number}").preview_key for number in range(3)}

    assert len(keys) == 3
    assert {len(key) for key in keys} == {32}


def test_a_draft_cannot_be_changed_through_its_link(client: Client) -> None:
    assert client.post(link_to(make_article(status="draft"))).status_code == 405


def test_a_draft_without_evidence_can_be_looked_at(client: Client) -> None:
    draft = make_condition(label="", status="draft")

    assert client.get(link_to(draft)).status_code == 200


# A new link


def test_an_editor_makes_a_new_link_and_the_old_one_is_useless(
    editor: Client, client: Client
) -> None:
    draft = make_article(status="draft")
    old = link_to(draft)
    address = f"/admin/content/article/{draft.pk}/preview-link/"
    assert old in editor.get(address).content.decode()

    renewed = editor.post(address, follow=True)

    draft.refresh_from_db()
    assert link_to(draft) in renewed.content.decode()
    assert client.get(old).status_code == 404
    assert client.get(link_to(draft)).status_code == 200


def test_looking_at_the_link_changes_nothing(editor: Client) -> None:
    draft = make_article(status="draft")

    editor.get(f"/admin/content/article/{draft.pk}/preview-link/")

    assert Article.objects.get().preview_key == draft.preview_key


def test_the_front_desk_neither_sees_nor_renews_the_link() -> None:
    draft = make_article(status="draft")
    desk = Client()
    desk.force_login(make_staff("dina", "Dina", "Farouk", group="Front desk"))

    for answer in (
        desk.get(f"/admin/content/article/{draft.pk}/preview-link/"),
        desk.post(f"/admin/content/article/{draft.pk}/preview-link/"),
    ):
        assert answer.status_code == 403
        assert draft.preview_key not in answer.content.decode()
    assert Article.objects.get().preview_key == draft.preview_key


# While typing


def test_what_is_typed_is_shown_as_it_will_look(editor: Client) -> None:
    answer = type_text(editor, "## Rest\n\nIt *helps*. [@nobody-1999]\n\n::: picture x\n:::")

    page = answer.content.decode()
    assert '<h2 id="rest">Rest</h2>' in page
    assert "<em>helps</em>" in page
    assert "This one is not in the list of references." in page
    assert "“::: picture x” is no drawing of ours" in page
    assert "Reading grade" in page
    assert answer["Cache-Control"] == "no-store, private"


def test_long_sentences_are_listed(editor: Client) -> None:
    long = "word " * 25

    page = type_text(editor, f"Short. {long}.").content.decode()

    assert "More than 20 words:" in page
    assert long.strip() in page.split("More than 20 words:")[1]


@pytest.mark.parametrize(
    "text",
    [
        *("", "::: do", ":::", "::: icon-array 1", "::: icon-array 1 999999999 x\n:::", "a\x00b"),
        *("[" * 5000, "> " * 5000, "*" * 5000, "::: photo 99999999999999999999\n:::"),
    ],
)
def test_half_typed_text_never_breaks_the_preview(editor: Client, text: str) -> None:
    assert type_text(editor, text).status_code == 200


@pytest.mark.parametrize(
    "page",
    [
        "/admin/content/article/",
        "/admin/content/condition/",
        "/admin/content/evidencesummary/",
        "/admin/content/faq/",
        "/admin/content/page/",
        "/admin/content/practitioner/",
        "/admin/content/location/",
    ],
)
def test_every_page_with_markdown_has_its_preview(editor: Client, page: str) -> None:
    assert "<em>so</em>" in type_text(editor, "*so*", page).content.decode()


def test_only_who_may_write_gets_a_preview(client: Client) -> None:
    desk = Client()
    desk.force_login(make_staff("dina", "Dina", "Farouk", group="Front desk"))

    assert type_text(desk, "x").status_code == 403
    assert type_text(client, "x").status_code == 302


def test_a_preview_is_never_asked_for_by_another_site(editor: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = editor.cookies

    assert type_text(strict, "x").status_code == 403


# Without a script: the whole page


def test_the_page_is_shown_as_typed_and_nothing_is_saved(editor: Client) -> None:
    article = make_article()
    address = f"/admin/content/article/{article.pk}/change/"
    sent = filled_in(editor, address) | {"title": "Another title", "body": "Without a source."}

    answer = editor.post(f"/admin/content/article/preview/?text={article.pk}", sent)

    page = answer.content.decode()
    assert "<h1>Another title</h1>" in page
    assert "Nothing was saved" in page
    assert "Text makes claims but cites nothing" in page
    article.refresh_from_db()
    assert article.title == "Afraid of needles?"


@pytest.mark.parametrize("kind", TEXTS)
def test_a_text_that_was_never_saved_can_be_looked_at(editor: Client, kind: str) -> None:
    make_topic()
    page = f"/admin/content/{kind}/"
    sent = filled_in(editor, f"{page}add/") | {"body": "So *far*.", "what_it_is": "So *far*."}

    answer = editor.post(f"{page}preview/", sent)

    assert answer.status_code == 200
    assert "So <em>far</em>." in answer.content.decode()


def test_a_preview_of_evidence_that_was_typed_beside_it(editor: Client) -> None:
    condition = make_condition()
    address = f"/admin/content/condition/{condition.pk}/change/"
    sent = filled_in(editor, address) | {"evidence-0-verdict": "Nobody knows."}

    page = editor.post(f"/admin/content/condition/preview/?text={condition.pk}", sent)

    assert "Nobody knows." in page.content.decode()
    condition.evidence.refresh_from_db()
    assert condition.evidence.verdict == "It may ease the pain."


@pytest.mark.parametrize("text", ["x", "99999999999999999999", "-1", ""])
def test_a_preview_of_a_text_that_is_not_there(editor: Client, text: str) -> None:
    sent = filled_in(editor, "/admin/content/article/add/")

    assert editor.post(f"/admin/content/article/preview/?text={text}", sent).status_code == 200


def test_an_empty_question_to_the_preview_is_answered_calmly(editor: Client) -> None:
    for page in ("article", "condition", "faq", "page"):
        assert editor.post(f"/admin/content/{page}/preview/").status_code == 200
    for page in ("practitioner", "location", "evidencesummary"):
        assert editor.post(f"/admin/content/{page}/preview/").status_code == 400
