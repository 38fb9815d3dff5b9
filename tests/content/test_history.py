"""Every saved version of a text stays: it can be compared, and restored."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from content import search
from content.admin.history import FieldChange, Line, changes_between
from content.models import Article, Condition, EvidenceSummary, PhraseException, SearchEntry
from content.publishing import disputed
from tests.cast import NOW, make_staff
from tests.content.texts import filled_in, make_article, make_condition, make_phrase, make_topic

LIST = "/admin/content/article/"

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]


def change(article: Article, **facts: Any) -> None:
    for field, value in facts.items():
        setattr(article, field, value)
    article.save()


def versions_of(article: Article) -> list[Any]:
    """The oldest first."""
    return list(article.history.order_by("history_id"))


def version_address(article: Article, version: Any) -> str:
    return f"{LIST}{article.pk}/history/{version.pk}/"


# The list


def test_the_list_names_who_changed_what_and_when(editor: Client, at_now: Any) -> None:
    article = make_article()
    at_now.shift(3600)
    sent = filled_in(editor, f"{LIST}{article.pk}/change/")
    sent |= {"title": "Afraid?", "body": sent["body"].replace("\n", "\r\n")}
    editor.post(f"{LIST}{article.pk}/change/", sent)

    page = " ".join(editor.get(f"{LIST}{article.pk}/history/").content.decode().split())

    assert "Monday 23 November 2026, 8:00 am (Edmonton time)" in page
    assert "Eve Moreau" in page
    assert "Changed: Title" in page
    assert "A command" in page


def test_a_preview_link_or_a_readers_click_is_no_version() -> None:
    article = make_article()
    Article.objects.filter(pk=article.pk).update(preview_key="another")

    assert len(versions_of(article)) == 1


# Comparing


def test_what_changed_is_told_line_by_line() -> None:
    article = make_article(body="One\nTwo\nThree")
    change(article, body="One\nTwo and a half\nThree", title="Afraid?")
    old, new = versions_of(article)

    assert changes_between(old, new) == [
        FieldChange(
            "Body",
            [
                Line("same", "One"),
                Line("gone", "Two"),
                Line("new", "Two and a half"),
                Line("same", "Three"),
            ],
        ),
        FieldChange("Title", [Line("gone", "Afraid of needles?"), Line("new", "Afraid?")]),
    ]


def test_what_did_not_change_is_left_out_around_it() -> None:
    before = [f"line {number}" for number in range(20)]
    after = [*before[:10], "new", *before[10:]]
    article = make_article(body="\n".join(before))
    change(article, body="\n".join(after))

    (body,) = changes_between(*versions_of(article))

    assert body.lines == [
        Line("skipped", ""),
        Line("same", "line 8"),
        Line("same", "line 9"),
        Line("new", "new"),
        Line("same", "line 10"),
        Line("same", "line 11"),
        Line("skipped", ""),
    ]


def test_lists_names_and_hours_are_told_as_people_write_them() -> None:
    article = make_article(status="draft", search_terms=["fear"], publish_at=NOW)
    change(article, search_terms=["fear", "phobia"], topic=make_topic("safety"), publish_at=None)

    told = {found.name: found.lines for found in changes_between(*versions_of(article))}

    assert told["Search terms"] == [Line("same", "fear"), Line("new", "phobia")]
    assert told["Topic"] == [Line("gone", "Basics"), Line("new", "Safety")]
    assert told["Publish at"] == [Line("gone", "Monday 23 November 2026, 7:00 am (Edmonton time)")]


def test_a_version_is_compared_with_the_one_before_it_or_with_now(editor: Client) -> None:
    article = make_article(title="First")
    change(article, title="Second")
    change(article, title="Third")
    second = version_address(article, versions_of(article)[1])

    before = editor.get(f"{second}changes/").content.decode()
    since = editor.get(f"{second}changes/?with=now").content.decode()

    assert "<del>First</del>" in before
    assert "<ins>Second</ins>" in before
    assert "Third" not in before
    assert "<del>Second</del>" in since
    assert "<ins>Third</ins>" in since


def test_the_first_version_has_none_before_it(editor: Client) -> None:
    article = make_article()
    (first,) = versions_of(article)

    page = editor.get(f"{version_address(article, first)}changes/").content.decode()

    assert "This is the first version" in page


def test_a_version_of_another_text_is_not_shown_as_this_ones(editor: Client) -> None:
    one, other = make_article("one"), make_article("other")
    (version,) = versions_of(other)

    assert editor.get(f"{LIST}{one.pk}/history/{version.pk}/changes/").status_code == 404
    assert editor.get(f"{LIST}{one.pk}/history/{version.pk}/").status_code == 404


def test_the_front_desk_sees_no_versions() -> None:
    article = make_article()
    (version,) = versions_of(article)
    desk = Client()
    desk.force_login(make_staff("dina", "Dina", "Farouk", group="Front desk"))

    for address in ("", f"{version.pk}/", f"{version.pk}/changes/"):
        assert desk.get(f"{LIST}{article.pk}/history/{address}").status_code == 403


# Restoring


def restore(browser: Client, article: Article, version: Any) -> Any:
    address = version_address(article, version)
    return browser.post(address, filled_in(browser, address))


def test_an_older_version_is_restored_as_the_newest(editor: Client) -> None:
    article = make_article(title="First")
    change(article, title="Second", body="Nothing. [@gattie-2021]")

    answer = restore(editor, article, versions_of(article)[0])

    assert answer.status_code == 302
    article.refresh_from_db()
    assert (article.title, article.body[:11]) == ("First", "## In short")
    assert [version.title for version in versions_of(article)] == ["First", "Second", "First"]
    assert versions_of(article)[2].history_user.username == "eve"
    page = editor.get(f"{LIST}{article.pk}/history/").content.decode()
    assert "Restored from Monday 23 November 2026, 7:00 am (Edmonton time)" in page


def test_restoring_keeps_the_link_and_what_the_text_is_related_to(editor: Client) -> None:
    article, friend = make_article(), make_article("friend")
    article.related.add(friend)
    change(article, title="Second")
    key = article.preview_key

    restore(editor, article, versions_of(article)[0])

    article.refresh_from_db()
    assert article.preview_key == key
    assert list(article.related.all()) == [friend]


def found_titles() -> list[str]:
    return list(SearchEntry.objects.filter(kind="article").values_list("title", flat=True))


def test_what_is_restored_is_found_as_it_is_now(editor: Client) -> None:
    article = make_article(title="First")
    change(article, title="Second")
    search.rebuild(NOW)
    assert found_titles() == ["Second"]

    restore(editor, article, versions_of(article)[0])

    assert found_titles() == ["First"]


def test_what_is_restored_to_a_draft_is_found_no_more(editor: Client) -> None:
    article = make_article(status="draft")
    change(article, status="published")
    search.rebuild(NOW)
    assert found_titles() == ["Afraid of needles?"]

    restore(editor, article, versions_of(article)[0])

    assert found_titles() == []


def test_what_is_restored_passes_the_gate_and_the_linter(editor: Client) -> None:
    article = make_article(summary="A cure.", body="It helps.")
    change(article, summary="You decide.", body="It helps. [@gattie-2021]")
    make_phrase()

    answer = restore(editor, article, versions_of(article)[0])

    told = [str(error) for group in answer.context["errors"] for error in group]
    assert told[0].startswith("Text makes claims but cites nothing")
    assert told[1].startswith("“cure*”")
    article.refresh_from_db()
    assert article.summary == "You decide."


def test_the_state_of_an_older_version_is_said_before_it_is_restored(editor: Client) -> None:
    article = make_article(status="draft")
    change(article, status="published")

    page = editor.get(version_address(article, versions_of(article)[0])).content.decode()

    assert "It was saved as: <strong>draft</strong>." in page


def test_evidence_has_versions_of_its_own(editor: Client) -> None:
    condition = make_condition()
    evidence = condition.evidence
    evidence.verdict = "Nobody knows."
    evidence.save()
    first = evidence.history.order_by("history_id").first()
    address = f"/admin/content/evidencesummary/{evidence.pk}/history/"
    condition_page = editor.get(f"/admin/content/condition/{condition.pk}/change/")
    assert address in condition_page.content.decode()

    sent = filled_in(editor, f"{address}{first.pk}/")
    assert editor.post(f"{address}{first.pk}/", sent).status_code == 302

    assert EvidenceSummary.objects.get().verdict == "It may ease the pain."
    assert "It may ease the pain." in SearchEntry.objects.get(kind="condition").body


def test_restored_evidence_still_needs_its_sources(editor: Client) -> None:
    condition = make_condition()
    evidence = condition.evidence
    evidence.found = "It helps."
    evidence.save()
    unsourced = evidence.history.order_by("history_id").last()
    evidence.found = "It helps. [@gattie-2021]"
    evidence.save()
    address = f"/admin/content/evidencesummary/{evidence.pk}/history/{unsourced.pk}/"

    answer = editor.post(address, filled_in(editor, address))

    assert answer.status_code == 200
    assert "What studies found makes claims but cites nothing" in answer.content.decode()
    assert Condition.objects.get().evidence.found == "It helps. [@gattie-2021]"


def test_a_reason_given_when_evidence_is_restored_is_kept_with_its_condition() -> None:
    reviewer = Client()
    reviewer.force_login(make_staff("priya", "Priya", "Nair", group="Practitioner"))
    condition = make_condition()
    evidence = condition.evidence
    evidence.verdict = "No cure."
    evidence.save()
    disputable = evidence.history.order_by("history_id").last()
    evidence.verdict = "It may ease the pain."
    evidence.save()
    make_phrase()
    address = f"/admin/content/evidencesummary/{evidence.pk}/history/{disputable.pk}/"
    reason = {"let stand: cure*": "It says that there is none."}

    answer = reviewer.post(address, filled_in(reviewer, address) | reason)

    assert answer.status_code == 302
    condition = Condition.objects.get()
    assert condition.evidence.verdict == "No cure."
    assert PhraseException.objects.get().publication == condition
    assert disputed(condition) == []


def test_versions_of_evidence_outlive_its_condition_and_cannot_be_restored() -> None:
    lead = Client()
    lead.force_login(User.objects.create_superuser("root"))
    condition = make_condition(status="draft")
    evidence, number = condition.evidence, condition.evidence.pk
    evidence.verdict = "Nobody knows."
    evidence.save()
    last = evidence.history.first()
    condition.delete()
    versions = f"/admin/content/evidencesummary/{number}/history/"

    for address in (versions, f"{versions}{last.pk}/", f"{versions}{last.pk}/changes/"):
        assert "A deleted condition: Mixed results" in lead.get(address).content.decode()
    address = f"{versions}{last.pk}/"
    answer = lead.post(address, filled_in(lead, address))

    assert [str(error) for group in answer.context["errors"] for error in group] == [
        "Its condition was deleted: there is nothing to restore it to."
    ]
    assert not EvidenceSummary.objects.exists()
