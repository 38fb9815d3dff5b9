"""What texts share, in admin: sources, topics, phrases, synonyms, safety rules, questions."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from content.models import (
    DisputedPhrase,
    PhraseException,
    ReaderQuestion,
    Reference,
    SafetyRule,
    SearchEntry,
    SynonymGroup,
    Topic,
)
from tests.cast import NOW, make_staff
from tests.content.rules import make_pregnancy_rule
from tests.content.texts import (
    browser_of,
    errors,
    filled_in,
    make_article,
    make_condition,
    make_faq,
    make_phrase,
    make_reference,
    make_reviewer,
    make_topic,
)

TODAY = date(2026, 11, 23)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]


@pytest.fixture
def desk() -> Client:
    return browser_of(make_staff("dina", "Dina", "Farouk", group="Front desk"))


def page_of(row: Any) -> str:
    return f"/admin/content/{type(row).__name__.lower()}/{row.pk}/change/"


def save(browser: Client, row: Any, **changes: Any) -> Any:
    return browser.post(page_of(row), filled_in(browser, page_of(row)) | changes)


def add(browser: Client, model: str, /, **facts: Any) -> Any:
    address = f"/admin/content/{model}/add/"
    return browser.post(address, filled_in(browser, address) | facts)


# Sources


def test_a_source_can_be_looked_up(editor: Client) -> None:
    facts = {"key": "brady-2014", "title": "Adverse events", "kind": "Survey"}

    assert errors(add(editor, "reference", **facts)) == [
        "Give a DOI, a PubMed id or a stable address."
    ]
    assert (
        add(editor, "reference", **facts, doi="10.1179/2042618613Y.0000000044").status_code == 302
    )
    page = editor.get(page_of(Reference.objects.get())).content.decode()
    assert "https://doi.org/10.1179/2042618613Y.0000000044" in page


@pytest.mark.parametrize("key", ["Smith-2020", "smith_2020"])
def test_a_key_that_no_text_could_cite_is_refused(editor: Client, key: str) -> None:
    facts = {"key": key, "title": "Adverse events", "kind": "Survey", "pmid": "24421621"}

    assert errors(add(editor, "reference", **facts)) == [
        "Use small letters, digits and hyphens: no text can cite others."
    ]


@pytest.mark.parametrize(
    "pasted",
    [
        "10.1179/204261",
        "https://doi.org/10.1179/204261",
        "http://dx.doi.org/10.1179/204261",
        "doi:10.1179/204261",
        " DOI: 10.1179/204261 ",
    ],
)
def test_a_doi_is_kept_without_what_leads_to_it(editor: Client, pasted: str) -> None:
    save(editor, make_reference(), doi=pasted)

    assert Reference.objects.get().address == "https://doi.org/10.1179/204261"


def test_a_source_says_where_it_is_cited(editor: Client) -> None:
    make_article(title="Afraid?")
    make_condition(name="Neck pain")

    page = editor.get(page_of(make_reference())).content.decode()

    assert ">Afraid?, Neck pain<" in page


def test_a_source_that_a_text_cites_is_neither_renamed_nor_deleted(editor: Client) -> None:
    article = make_article()
    reference = make_reference()

    assert errors(save(editor, reference, key="gattie-2022")) == [
        "“Afraid of needles?” cites it as gattie-2021: a new key would break that link."
    ]
    assert save(editor, reference, title="Another title").status_code == 302
    deletion = page_of(reference).replace("change", "delete")
    assert editor.post(deletion, {"post": "yes"}).status_code == 403

    article.body = "Nothing."
    article.save()
    assert save(editor, reference, key="gattie-2022").status_code == 302
    assert editor.post(deletion, {"post": "yes"}).status_code == 302


def test_a_source_of_a_safety_rule_is_not_deleted(editor: Client) -> None:
    reference = make_reference()
    make_pregnancy_rule().references.add(reference)

    deletion = page_of(reference).replace("change", "delete")

    assert editor.post(deletion, {"post": "yes"}).status_code == 403


def test_a_longer_key_that_begins_alike_is_another_source(editor: Client) -> None:
    make_article(body="So. [@gattie-2021-neck]")
    short = make_reference("gattie-2021")

    assert save(editor, short, key="gattie-2020").status_code == 302


# Topics


def test_the_topic_of_yearly_reviews_keeps_its_address(editor: Client) -> None:
    safety, basics = make_topic("safety"), make_topic("basics")

    save(editor, safety, slug="dangers", name="Dangers")
    save(editor, basics, slug="first-things")

    assert sorted(Topic.objects.values_list("slug", "name")) == [
        ("first-things", "Basics"),
        ("safety", "Dangers"),
    ]


@pytest.mark.parametrize("slug", ["main", "does-it-hurt"])
def test_a_topic_takes_no_place_of_a_question(editor: Client, slug: str) -> None:
    make_faq("does-it-hurt")

    assert errors(save(editor, make_topic("sport"), slug=slug)) == [
        f"On the page of questions, “{slug}” is the place of something else: choose another."
    ]


def test_a_topic_with_texts_is_not_deleted(editor: Client) -> None:
    topic = make_article().topic

    editor.post(page_of(topic).replace("change", "delete"), {"post": "yes"})

    assert Topic.objects.get() == topic


# Disputed phrases


@pytest.mark.parametrize("phrase", ["*", " * ", "cu*re", "**", "-", "- *"])
def test_a_phrase_that_would_match_anything_is_refused(editor: Client, phrase: str) -> None:
    facts = {"phrase": phrase, "reason": "No.", "better": "Less."}

    assert errors(add(editor, "disputedphrase", **facts)) == [
        "Write a word or more; a * may stand only at the end."
    ]


def test_a_phrase_is_kept_in_small_letters(editor: Client) -> None:
    add(editor, "disputedphrase", phrase=" Miracle* ", reason="No.", better="Less.")

    assert DisputedPhrase.objects.get().phrase == "miracle*"


# Synonyms


def test_synonyms_are_typed_one_per_line_and_at_least_two(editor: Client) -> None:
    assert errors(add(editor, "synonymgroup", terms="TMJ\n\n")) == [
        "Write at least two: they are found in place of each other."
    ]
    assert add(editor, "synonymgroup", terms="TMJ\r\njaw muscle pain\ntmj").status_code == 302
    assert SynonymGroup.objects.get().terms == ["tmj", "jaw muscle pain"]


# Safety rules


def test_a_safety_rule_is_published_only_with_all_that_it_rests_on(editor: Client) -> None:
    long_ago = TODAY - timedelta(days=400)
    rule = make_pregnancy_rule(source_note="", reviewer=None, reviewed_on=long_ago)

    assert errors(save(editor, rule, is_published="on")) == [
        "Name the clinician who reviewed it.",
        "Name a source: a reference, or a note where it comes from.",
        "Its review is more than 12 months old: review it again before it is published.",
    ]
    reference = make_reference()
    changes = {"references": [reference.pk], "reviewed_on": str(TODAY), "is_published": "on"}
    assert save(editor, rule, reviewer=make_reviewer().pk, **changes).status_code == 302
    assert "Tell us." in Client().get("/safety/").content.decode()


def test_nobody_without_registration_number_reviews_a_safety_rule(editor: Client) -> None:
    mei = make_reviewer("Mei Lindqvist", number="")

    answer = save(editor, make_pregnancy_rule(), reviewer=mei.pk)

    assert answer.context["adminform"].form.errors == {
        "reviewer": ["Mei Lindqvist has no registration number yet: add it on their page first."]
    }


def test_the_number_of_who_reviewed_a_public_rule_is_kept(editor: Client) -> None:
    priya = make_pregnancy_rule(is_published=True).reviewer
    assert priya

    answer = save(editor, priya, registration_number="")

    assert answer.context["adminform"].form.errors == {
        "registration_number": ["“Pregnancy” was reviewed by Priya Nair: it needs this number."]
    }


def test_who_reviewed_a_safety_rule_is_kept_in_its_history(editor: Client) -> None:
    rule = make_pregnancy_rule()
    mei = make_reviewer("Mei Lindqvist")

    save(editor, rule, reviewer=mei.pk)

    versions = rule.history.order_by("history_id")
    assert [version.reviewer.name for version in versions] == ["Priya Nair", "Mei Lindqvist"]
    newest = versions.last()
    address = f"/admin/content/safetyrule/{rule.pk}/history/{newest.pk}/changes/"
    assert "Mei Lindqvist" in editor.get(address).content.decode()


def test_a_published_safety_rule_is_found(editor: Client) -> None:
    save(editor, make_pregnancy_rule(), is_published="on")

    assert "Tell us." in SearchEntry.objects.get(address="/safety/").body


def test_a_safety_rule_promises_nothing_either(editor: Client) -> None:
    make_phrase()
    rule = make_pregnancy_rule()
    (sentence,) = errors(save(editor, rule, patient_wording="Needling cures."))
    assert sentence.startswith("“cure*”")

    reviewer = browser_of(make_staff("priya", "Priya", "Nair", group="Practitioner"))
    changes = {"patient_wording": "No cure.", "let stand: cure*": "It says there is none."}
    assert save(reviewer, rule, **changes).status_code == 302
    assert PhraseException.objects.get().publication == rule


def test_the_list_of_safety_rules_tells_what_is_overdue(editor: Client) -> None:
    make_pregnancy_rule(key="fresh", is_published=True)
    make_pregnancy_rule(key="due", is_published=True, reviewed_on=date(2026, 1, 10))
    make_pregnancy_rule(key="old", is_published=True, reviewed_on=date(2025, 11, 22))
    make_pregnancy_rule(key="draft")
    make_pregnancy_rule(key="nobodys", is_published=True, reviewer=None)

    def listed(state: str) -> list[str]:
        answer = editor.get(f"/admin/content/safetyrule/?state={state}")
        return sorted(rule.key for rule in answer.context["cl"].result_list)

    assert listed("overdue") == ["nobodys", "old"]
    assert listed("due") == ["due"]
    assert listed("drafts") == ["draft"]
    assert listed("public") == ["due", "fresh", "nobodys", "old"]
    page = editor.get("/admin/content/safetyrule/").content.decode()
    assert "Review overdue since Sunday 22 November 2026" in page
    assert "Public, review due by Sunday 10 January 2027" in page
    assert "Public, but nobody has put a name to its review" in page
    assert "Priya Nair" in page
    counted = editor.get("/admin/content/safetyrule/?_facets=True").content.decode()
    assert "Review overdue (2)" in counted


def test_only_a_drafted_safety_rule_is_deleted(editor: Client) -> None:
    draft, public = (
        make_pregnancy_rule(key="draft"),
        make_pregnancy_rule(key="public", is_published=True),
    )

    for rule in (draft, public):
        editor.post(page_of(rule).replace("change", "delete"), {"post": "yes"})

    assert list(SafetyRule.objects.all()) == [public]


# Questions of readers


def make_question(text: str = "Does it hurt a lot?") -> ReaderQuestion:
    return ReaderQuestion.objects.create(text=text, email="ana@example.com", asked_at=NOW)


def test_the_front_desk_reads_a_question_and_marks_it_answered(desk: Client) -> None:
    question = make_question()
    assert "Does it hurt a lot?" in desk.get(page_of(question)).content.decode()

    desk.post(f"/admin/content/readerquestion/{question.pk}/mark-answered/")

    question.refresh_from_db()
    assert question.answered_at == NOW


def test_several_questions_are_marked_at_once_from_the_list(desk: Client) -> None:
    questions = [make_question(), make_question("How much?")]
    chosen = {"action": "mark_answered", "_selected_action": [each.pk for each in questions]}

    desk.post("/admin/content/readerquestion/", chosen)

    assert not ReaderQuestion.objects.filter(answered_at=None).exists()


def test_the_list_keeps_apart_what_waits_and_what_is_answered(desk: Client) -> None:
    waiting, answered = make_question(), make_question("How much?")
    ReaderQuestion.objects.filter(pk=answered.pk).update(answered_at=NOW)

    def listed(choice: str) -> list[ReaderQuestion]:
        answer = desk.get(f"/admin/content/readerquestion/?answered={choice}")
        return list(answer.context["cl"].result_list)

    assert listed("no") == [waiting]
    assert listed("yes") == [answered]
    assert listed("x") == [waiting, answered]


def test_a_hostile_question_is_shown_and_not_obeyed(desk: Client) -> None:
    question = make_question("<script>alert(1)</script>")

    for address in ("/admin/content/readerquestion/", page_of(question)):
        assert "<script>alert" not in desk.get(address).content.decode()


def test_what_a_reader_wrote_is_not_rewritten(desk: Client) -> None:
    question = make_question()

    desk.post(page_of(question), {"text": "Another", "email": "x@example.com"})

    question.refresh_from_db()
    assert question.text == "Does it hurt a lot?"


def test_looking_marks_nothing(desk: Client) -> None:
    question = make_question()

    assert (
        desk.get(f"/admin/content/readerquestion/{question.pk}/mark-answered/").status_code == 405
    )
    question.refresh_from_db()
    assert question.answered_at is None


def test_editors_and_clinicians_do_not_see_readers_questions(editor: Client) -> None:
    question = make_question()
    clinician = browser_of(make_staff("priya", "Priya", "Nair", group="Practitioner"))

    for browser in (editor, clinician):
        assert browser.get("/admin/content/readerquestion/").status_code == 403
        assert browser.get(page_of(question)).status_code == 403
        answer = browser.post(f"/admin/content/readerquestion/{question.pk}/mark-answered/")
        assert answer.status_code == 403
    question.refresh_from_db()
    assert question.answered_at is None
