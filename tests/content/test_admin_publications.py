"""Editors write and publish texts; the gate and the claim linter answer in sentences."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from content.models import (
    Article,
    Condition,
    EvidenceSummary,
    Faq,
    Page,
    PhraseException,
    Practitioner,
    Publication,
    SearchEntry,
)
from tests.cast import NOW, make_staff
from tests.content.texts import (
    BODY,
    browser_of,
    errors,
    filled_in,
    make_article,
    make_condition,
    make_faq,
    make_page,
    make_phrase,
    make_reviewer,
    make_topic,
)

TODAY = date(2026, 11, 23)
LIST = "/admin/content/article/"

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]


@pytest.fixture
def priya() -> User:
    """Treats, and reviews texts."""
    return make_staff("priya", "Priya", "Nair", group="Practitioner")


def page_of(text: Publication) -> str:
    kind = type(text).__name__.lower()
    return f"/admin/content/{kind}/{text.pk}/change/"


def save(browser: Client, text: Publication, **changes: Any) -> Any:
    """Change some fields of a text in its form and press Save."""
    return browser.post(page_of(text), filled_in(browser, page_of(text)) | changes)


# Writing


def test_an_editor_writes_a_draft_and_publishes_it(editor: Client) -> None:
    make_reviewer()
    make_article("other")
    new = filled_in(editor, f"{LIST}add/") | {
        "title": "Sore afterwards?",
        "slug": "sore-afterwards",
        "summary": "It passes.",
        "topic": make_topic().pk,
        "body": BODY,
    }
    assert editor.post(f"{LIST}add/", new).status_code == 302
    article = Article.objects.get(slug="sore-afterwards")
    assert article.status == "draft"

    published = save(
        editor,
        article,
        status="published",
        reviewer=make_reviewer().pk,
        reviewed_on="2026-11-20",
        next_review_on="2029-11-20",
    )

    assert published.status_code == 302
    article.refresh_from_db()
    assert (article.status, article.publish_at) == ("published", NOW)
    assert Client().get("/articles/sore-afterwards/").status_code == 200


def test_what_is_published_is_found_and_what_is_taken_back_is_not(editor: Client) -> None:
    article = make_article()
    assert save(editor, article).status_code == 302
    assert SearchEntry.objects.filter(address=article.get_absolute_url()).exists()

    assert save(editor, article, status="draft").status_code == 302

    assert not SearchEntry.objects.filter(address=article.get_absolute_url()).exists()


def test_lists_are_written_one_entry_per_line(editor: Client) -> None:
    condition = make_condition()

    save(
        editor,
        condition,
        also_called="cervical pain\r\n\r\n  stiff neck ",
        regions="Neck\r\nupper back",
        search_terms="nek pain",
    )

    condition.refresh_from_db()
    assert condition.also_called == ["cervical pain", "stiff neck"]
    assert condition.regions == ["neck", "upper-back"]
    assert condition.search_terms == ["nek pain"]


def test_a_region_that_is_none_is_named(editor: Client) -> None:
    answer = save(editor, make_condition(), regions="Nek")

    (sentence,) = errors(answer)
    assert sentence.startswith("“Nek” is no region. The regions are: Head, Jaw and face, Neck")


def test_a_link_between_texts_must_lead_somewhere(editor: Client) -> None:
    faq = make_faq()

    assert errors(save(editor, faq, see_also="/safety/\n/articels/x/")) == [
        "This site has no page at “/articels/x/”. Write it like /articles/your-first-visit/."
    ]
    assert save(editor, faq, see_also="/safety/\n/faqs/#consent").status_code == 302
    faq.refresh_from_db()
    assert faq.see_also == ["/safety/", "/faqs/#consent"]


@pytest.mark.parametrize("slug", ["main", "ask", "references", "basics"])
def test_a_question_takes_no_place_that_its_page_has_already(editor: Client, slug: str) -> None:
    make_topic("basics")

    assert errors(save(editor, make_faq(), slug=slug)) == [
        f"On the page of questions, “{slug}” is the place of something else: choose another."
    ]


@pytest.mark.parametrize("slug", ["nonsense", "conditions", "admin"])
def test_a_page_needs_a_place_on_the_site(editor: Client, slug: str) -> None:
    assert errors(save(editor, make_page(), slug=slug)) == [
        f"This site has no place for a page “{slug}”."
    ]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("reviewed_on", "0001-01-01"),
        ("next_review_on", "9999-12-31"),
        ("publish_at_0", "9999-12-31"),
        ("publish_at_0", "0001-01-01"),
        ("updated_on", "1582-10-10"),
    ],
)
def test_a_day_that_no_calendar_of_a_clinic_has_is_refused(
    editor: Client, field: str, value: str
) -> None:
    changes = {field: value, "publish_at_1": "10:00:00"}

    assert errors(save(editor, make_article(), **changes)) == ["Choose a year from 2000 to 2099."]


@pytest.mark.parametrize(
    ("field", "longest"), [("body", 100_000), ("what_helps", 20_000), ("evidence-0-found", 20_000)]
)
def test_a_text_that_search_could_not_hold_is_refused_at_its_field(
    editor: Client, field: str, longest: int
) -> None:
    text = make_article() if field == "body" else make_condition()

    answer = save(editor, text, **{field: "a" * (longest + 1)})

    assert errors(answer) == [
        f"Use at most {longest} characters. This text has {longest + 1}.",
    ]


def test_texts_as_long_as_they_may_be_are_saved_and_found(editor: Client) -> None:
    article, condition = make_article(clinical=False), make_condition(clinical=False)
    parts = ("what_it_is", "what_helps", "compared", "get_help", "do_and_do_not")
    fields = (*parts, "evidence-0-found", "evidence-0-unknown", "see_instead_text")
    different = {
        field: of_different_words(letter, 20_000)
        for letter, field in zip("ghijklmn", fields, strict=True)
    }

    assert save(editor, article, body=of_different_words("", 100_000)).status_code == 302
    assert save(editor, condition, **different).status_code == 302

    assert SearchEntry.objects.filter(vector__isnull=False).count() == 2


def of_different_words(beginning: str, length: int) -> str:
    words = (f"{beginning}{number:x}" for number in range(length))
    return " ".join(words)[:length].strip()


@pytest.mark.parametrize("field", ["title", "body", "search_terms"])
def test_a_character_that_cannot_be_stored_is_refused(editor: Client, field: str) -> None:
    assert errors(save(editor, make_article(), **{field: "a\x00b"})) == [
        "Null characters are not allowed."
    ]


# The gate


def test_a_clinical_text_is_not_published_unreviewed(editor: Client) -> None:
    article = make_article(
        status="draft", publish_at=None, reviewer=None, reviewed_on=None, next_review_on=None
    )

    answer = save(editor, article, status="published", body="It cures. [@nobody-1999]")

    assert errors(answer) == [
        "Name the clinician who reviewed it.",
        "Give the day of the review and of the next one.",
        "“[@nobody-1999]” is not in the list of references.",
    ]
    article.refresh_from_db()
    assert article.status == "draft"


def test_a_draft_may_lack_everything(editor: Client) -> None:
    article = make_article(status="draft")

    answer = save(editor, article, body="Notes.", reviewer="", reviewed_on="", next_review_on="")

    assert answer.status_code == 302


def test_nobody_without_registration_number_is_named_as_reviewer(editor: Client) -> None:
    sam = make_reviewer("Sam Okafor", number="")

    for status in ("draft", "published"):
        assert errors(
            save(editor, make_article(f"a-{status}"), reviewer=sam.pk, status=status)
        ) == ["Sam Okafor has no registration number yet: add it on their page first."]


def test_a_text_can_be_published_for_a_later_hour(editor: Client) -> None:
    article = make_article(status="draft", publish_at=None)

    save(editor, article, status="published", publish_at_0="2026-11-24", publish_at_1="09:00:00")

    address = article.get_absolute_url()
    assert Client().get(address).status_code == 404
    with time_machine.travel(NOW + timedelta(days=1, hours=1, minutes=59), tick=False):
        assert Client().get(address).status_code == 404
    with time_machine.travel(NOW + timedelta(days=1, hours=2), tick=False):
        assert Client().get(address).status_code == 200


def test_a_condition_is_published_with_the_evidence_sent_beside_it(editor: Client) -> None:
    condition = make_condition(label="", status="draft", publish_at=None)
    evidence = {
        "evidence-0-label": "C",
        "evidence-0-verdict": "Not enough is known.",
        "evidence-0-found": "Two small trials disagree. [@gattie-2021]",
        "evidence-0-unknown": "Whether it helps.",
    }

    assert errors(save(editor, condition, status="published")) == [
        "Add an evidence summary with its label."
    ]
    without_source = evidence | {"evidence-0-found": "Two small trials disagree."}
    assert errors(save(editor, condition, status="published", **without_source)) == [
        "What studies found makes claims but cites nothing: add [@reference] or {.practical}."
    ]
    assert save(editor, condition, status="published", **evidence).status_code == 302
    assert EvidenceSummary.objects.get().condition == condition
    assert Client().get("/conditions/neck-pain/").status_code == 200


def test_an_incomplete_evidence_summary_is_told_as_such(editor: Client) -> None:
    answer = save(editor, make_condition(), **{"evidence-0-verdict": ""})

    assert errors(answer) == ["This field is required."]


# The claim linter


def test_a_disputed_phrase_stops_an_editor(editor: Client) -> None:
    make_phrase()
    article = make_article()

    answer = save(editor, article, summary="A cure for fear.")

    (sentence,) = errors(answer)
    assert sentence == (
        "“cure*” in “… A cure for fear. …”: "
        "No study shows that needling cures anything. Write instead: may ease the pain for a time."
    )
    assert "Let a phrase stand" not in answer.content.decode()
    article.refresh_from_db()
    assert article.summary == "You decide."


def test_it_stops_a_draft_too(editor: Client) -> None:
    make_phrase()

    answer = save(editor, make_article(status="draft"), summary="A cure for fear.")

    assert len(errors(answer)) == 1


def test_an_editors_own_reason_does_not_help(editor: Client) -> None:
    make_phrase()

    answer = save(
        editor,
        make_article(),
        **{"summary": "A cure for fear.", "let stand: cure*": "I say so."},
    )

    assert len(errors(answer)) == 1
    assert not PhraseException.objects.exists()


def test_a_reviewer_lets_a_phrase_stand_and_says_why(priya: User, editor: Client) -> None:
    make_phrase()
    article = make_article()
    reviewer = browser_of(priya)
    asked = save(reviewer, article, summary="No cure.")
    assert 'name="let stand: cure*"' in asked.content.decode()

    answer = save(
        reviewer,
        article,
        **{"summary": "No cure.", "let stand: cure*": "It says that there is none."},
    )

    assert answer.status_code == 302
    kept = PhraseException.objects.get()
    assert (kept.publication, kept.phrase, kept.by, kept.at) == (article, "cure*", priya, NOW)
    history = editor.get(f"{LIST}{article.pk}/history/").content.decode()
    assert "It says that there is none." in history
    assert "Let “cure*” stand" in history
    assert save(editor, article, title="Afraid?").status_code == 302


def test_each_phrase_needs_its_own_reason(priya: User) -> None:
    make_phrase()
    make_phrase(phrase="painless")

    answer = save(
        browser_of(priya),
        make_article(),
        **{"summary": "No painless cure.", "let stand: cure*": "It says that there is none."},
    )

    (sentence,) = errors(answer)
    assert sentence.startswith("“painless”")
    assert "It says that there is none." in answer.content.decode()
    assert not PhraseException.objects.exists()


@pytest.mark.parametrize("reason", ["", "   ", "x" * 301, "a\x00b"])
def test_a_reason_must_be_one(priya: User, reason: str) -> None:
    make_phrase()

    answer = save(
        browser_of(priya), make_article(), **{"summary": "A cure.", "let stand: cure*": reason}
    )

    assert errors(answer)
    assert not PhraseException.objects.exists()


def test_evidence_is_read_for_phrases_too(editor: Client) -> None:
    make_phrase()

    (sentence,) = errors(save(editor, make_condition(), **{"evidence-0-verdict": "A cure."}))

    assert sentence.startswith("“cure*”")


# The list


def listed(browser: Client, state: str) -> list[str]:
    answer = browser.get(f"{LIST}?state={state}")
    return sorted(article.slug for article in answer.context["cl"].result_list)


def test_the_list_tells_what_is_overdue_due_drafted_and_scheduled(editor: Client) -> None:
    make_article("public")
    make_article("draft", status="draft")
    make_article("later", publish_at=NOW + timedelta(days=1))
    make_article("due", next_review_on=TODAY + timedelta(days=60))
    make_article("today", next_review_on=TODAY)
    make_article("overdue", next_review_on=TODAY - timedelta(days=1))
    make_article("draft-overdue", status="draft", next_review_on=TODAY - timedelta(days=1))

    assert listed(editor, "overdue") == ["overdue"]
    assert listed(editor, "due") == ["due", "today"]
    assert listed(editor, "drafts") == ["draft", "draft-overdue"]
    assert listed(editor, "scheduled") == ["later"]
    assert listed(editor, "public") == ["due", "overdue", "public", "today"]
    assert len(listed(editor, "nonsense")) == 7


def test_the_list_says_the_state_in_words(editor: Client) -> None:
    make_article(next_review_on=TODAY - timedelta(days=61))

    page = editor.get(LIST).content.decode()

    assert "Review overdue since Wednesday 23 September 2026: no booking link" in page


@pytest.mark.parametrize("kind", ["article", "condition", "faq", "page"])
def test_a_longer_list_takes_no_more_queries(
    editor: Client, kind: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    make = {
        "article": make_article,
        "condition": make_condition,
        "faq": make_faq,
        "page": make_page,
    }[kind]
    for number in range(3):
        make(f"text-{number}")

    with django_assert_max_num_queries(9):
        assert editor.get(f"/admin/content/{kind}/").status_code == 200


# Deleting


def test_a_draft_can_be_deleted_and_a_published_text_cannot(editor: Client) -> None:
    draft, public = make_article("draft", status="draft"), make_article("public")

    deleted = editor.post(f"{LIST}{draft.pk}/delete/", {"post": "yes"})
    refused = editor.post(f"{LIST}{public.pk}/delete/", {"post": "yes"})

    assert (deleted.status_code, refused.status_code) == (302, 403)
    assert list(Article.objects.all()) == [public]


# Who may


@pytest.mark.parametrize("group", ["Front desk"])
def test_the_front_desk_does_not_edit_texts(group: str) -> None:
    dina = browser_of(make_staff("dina", "Dina", "Farouk", group=group))

    assert dina.get(LIST).status_code == 403
    assert dina.get(page_of(make_article())).status_code == 403


def test_a_clinician_changes_texts_but_adds_and_deletes_none(priya: User) -> None:
    reviewer, draft = browser_of(priya), make_article(status="draft")

    assert save(reviewer, draft, title="Afraid?").status_code == 302
    assert reviewer.get(f"{LIST}add/").status_code == 403
    assert reviewer.post(f"{LIST}{draft.pk}/delete/", {"post": "yes"}).status_code == 403


def test_the_registration_number_of_a_reviewer_in_use_is_kept(editor: Client) -> None:
    make_article()
    priya = Practitioner.objects.get(slug="priya-nair")
    address = f"/admin/content/practitioner/{priya.pk}/change/"

    answer = editor.post(address, filled_in(editor, address) | {"registration_number": ""})

    assert errors(answer) == [
        "“Afraid of needles?” was reviewed by Priya Nair: it needs this number."
    ]


# What links to a text


def warnings(answer: Any) -> list[str]:
    return [str(each) for each in answer.context["messages"] if each.level_tag == "warning"]


def test_the_form_names_the_pages_that_link_to_a_text(editor: Client) -> None:
    target = make_article("aftercare", body="[Here](/articles/aftercare/). [@gattie-2021]")
    make_faq(body="See [after](/articles/aftercare/#ice). [@gattie-2021]")
    make_faq("too", question="And then?", see_also=["/articles/aftercare/"])
    make_faq("other", question="Else?", body="See /articles/aftercare/x and -aftercare/.")
    condition = make_condition()
    condition.evidence.found = "[More](/articles/aftercare/) [@gattie-2021]"
    condition.evidence.save()

    page = editor.get(page_of(target)).content.decode()

    assert "Neck pain, Does it hurt?, And then?" in page
    assert "Else?" not in page
    assert "No page yet." in editor.get(page_of(make_article("lonely"))).content.decode()


@pytest.mark.parametrize("change", [{"status": "draft"}, {"slug": "after"}])
def test_taking_a_text_from_its_address_names_the_links_that_are_dead_now(
    editor: Client, change: dict[str, str]
) -> None:
    target = make_article("aftercare")
    make_faq(body="See [after](/articles/aftercare/). [@gattie-2021]")
    sent = filled_in(editor, page_of(target))

    answer = editor.post(page_of(target), sent | change, follow=True)

    (warning,) = warnings(answer)
    assert warning == (
        "/articles/aftercare/ is gone for readers, and “Does it hurt?” still leads there: change "
        "that link."
    )


def test_an_ordinary_change_or_a_text_that_nothing_links_to_warns_of_nothing(
    editor: Client,
) -> None:
    linked, draft, lonely = (
        make_article("linked"),
        make_article("draft", status="draft"),
        make_article("lonely"),
    )
    make_faq(body="[One](/articles/linked/), [two](/articles/draft/). [@gattie-2021]")

    for text, change in (
        (linked, {"title": "Linked"}),
        (draft, {"slug": "sketch"}),
        (lonely, {"status": "draft"}),
    ):
        sent = filled_in(editor, page_of(text)) | change
        answer = editor.post(page_of(text), sent, follow=True)
        assert answer.redirect_chain
        assert warnings(answer) == []


@pytest.mark.parametrize(
    ("make", "slug", "said"),
    [
        (make_article, "what-the-evidence-says", "the page of every condition"),
        (make_faq, "when-to-get-help", "the safety page"),
        (make_page, "privacy", "the header or footer of every page"),
    ],
)
def test_what_the_site_itself_links_to_is_said(
    editor: Client, make: Any, slug: str, said: str
) -> None:
    assert said in editor.get(page_of(make(slug))).content.decode()


# Bad addresses


@pytest.mark.parametrize(
    "address",
    [
        f"{LIST}99999999999999999999/change/",
        f"{LIST}x/change/",
        f"{LIST}?state=%27",
        f"{LIST}?q=%F0%9F%92%89%27--",
        f"{LIST}?o=9.9.9",
        f"{LIST}99999999999999999999/history/",
        f"{LIST}x/history/",
        f"{LIST}1/history/x/",
        f"{LIST}1/history/99999999999999999999/",
        f"{LIST}99999999999999999999/history/99999999999999999999/changes/",
        f"{LIST}99999999999999999999/preview-link/",
        f"{LIST}preview/",
    ],
)
def test_an_address_that_leads_nowhere_is_answered_calmly(editor: Client, address: str) -> None:
    assert editor.get(address, follow=True).status_code in {200, 404, 405}


def test_a_hostile_text_is_shown_and_not_obeyed_on_every_page(editor: Client) -> None:
    hostile = "<script>alert(1)</script>"
    article = make_article(title=hostile, summary=hostile, body=f"## {hostile}\n\n{hostile}")
    make_faq(question=hostile, body=hostile)
    make_condition(name=hostile, summary=hostile)
    article.title = f"{hostile}!"
    article.save()

    addresses = [
        LIST,
        page_of(article),
        f"{LIST}{article.pk}/history/",
        f"{LIST}{article.pk}/history/{article.history.first().pk}/",
        f"{LIST}{article.pk}/history/{article.history.first().pk}/changes/",
        f"{LIST}{article.pk}/preview-link/",
        f"{LIST}{article.pk}/delete/",
        "/admin/content/faq/",
        page_of(Faq.objects.get()),
        "/admin/content/condition/",
        page_of(Condition.objects.get()),
    ]
    for address in addresses:
        assert "<script>alert" not in editor.get(address).content.decode(), address


def test_the_moment_of_publishing_is_the_clinics(editor: Client) -> None:
    page = make_page(publish_at=datetime.fromisoformat("2026-11-20T16:00:00+00:00"))

    sent = filled_in(editor, page_of(page))

    assert (sent["publish_at_0"], sent["publish_at_1"]) == ("2026-11-20", "09:00:00")
    assert Page.objects.get().publish_at == page.publish_at
