"""The safety page: three levels of rules in patients' words, with sources, and when to get help."""

from datetime import date

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from content.models import Article, Clinic, Faq, SafetyRule
from tests.content.pages import parsed
from tests.content.rules import make_rule
from tests.content.texts import make_article, make_faq, make_reference, make_reviewer, make_topic
from tests.factories import make_clinic

pytestmark = pytest.mark.django_db

READ_ON = ["/articles/topics/safety/", "/faqs/#safety"]
HELP = "Look out. [@gattie-2021]\n\n::: emergency If you had needling\n- you cough up blood\n:::"


@pytest.fixture(autouse=True)
def clinic() -> Clinic:
    return make_clinic()


def test_rules_stand_under_their_level_and_group_in_the_editors_order(client: Client) -> None:
    bleeding = SafetyRule.Group.BLEEDING
    make_rule("blood-thinners", group=bleeding, order=3)
    make_rule("lungs", level="area", group=SafetyRule.Group.SKIN, order=1)
    make_rule("lymphoedema", level="absolute", group=SafetyRule.Group.IMMUNITY, order=4)
    make_rule("platelets", group=bleeding, order=2)

    page = parsed(client.get("/safety/"))

    assert [words for level, words in page.headings if level > 1][1:7] == [
        *("When we do not needle", "Infection and immunity"),
        *("When we take special care", "Medicines and bleeding"),
        *("When it depends on the place", "Skin and area"),
    ]
    assert page.words.index("Platelets Tell us.") < page.words.index("Blood thinners Tell us.")


def test_a_rule_is_told_to_patients_and_not_in_clinicians_words(client: Client) -> None:
    make_rule(
        "lungs", patient_wording="A needle can reach a lung.", clinician_wording="Pneumothorax."
    )

    page = parsed(client.get("/safety/"))

    assert "A needle can reach a lung." in page.words
    assert "Pneumothorax" not in page.words


def test_each_rule_can_be_linked_to_and_names_its_sources(client: Client) -> None:
    rule = make_rule("lungs", source_note="A teaching page.")
    rule.references.add(make_reference("gattie-2021"), make_reference("brady-2014"))
    make_rule("epilepsy", source_note="A training provider's list.", order=1)

    page = parsed(client.get("/safety/"))

    assert {"lungs", "epilepsy", "reference-1", "reference-2"} <= set(page.ids)
    assert "Also: A teaching page." in page.words
    assert "Source: A training provider's list." in page.words
    assert page.addresses.count("#reference-1") == 1


def test_unpublished_rules_are_not_shown(client: Client) -> None:
    make_rule("lungs", is_published=False)

    assert "Lungs" not in parsed(client.get("/safety/")).words


def test_when_to_get_help_is_the_answer_of_that_question(client: Client) -> None:
    make_rule("lungs")
    assert "help" not in parsed(client.get("/safety/")).ids

    make_faq("when-to-get-help", body=HELP)

    page = parsed(client.get("/safety/"))
    assert "Call 911 now if you had needling, and: you cough up blood" in page.words


def test_who_reviewed_the_rules_is_named_once_each(client: Client) -> None:
    priya, mei = make_reviewer(), make_reviewer("Mei Lindqvist", number="678")
    for order, reviewer in enumerate((priya, mei, priya, None)):
        make_rule(f"rule-{order}", reviewer=reviewer, order=order)
    make_faq("when-to-get-help", body=HELP, reviewer=make_reviewer("Tomas Costa", number="9"))

    words = parsed(client.get("/safety/")).words

    assert (
        "Checked by Priya Nair, Physiotherapist , registration number 12345 "
        "Mei Lindqvist, Physiotherapist , registration number 678 Last reviewed" in words
    )
    assert "Tomas Costa" not in words


def test_its_review_counts_from_the_rule_that_was_reviewed_longest_ago(client: Client) -> None:
    make_rule("lungs", reviewed_on=date(2026, 11, 20))
    make_rule("skin", reviewed_on=date(2026, 2, 28))

    page = parsed(client.get("/safety/"))

    assert "Last reviewed 28 February 2026 Next review due 28 February 2027" in page.words


def test_the_page_of_a_new_installation_leads_only_to_what_is_there(client: Client) -> None:
    safety = make_topic("safety")
    make_article(status=Article.Status.DRAFT, topic=safety)
    make_faq(status=Faq.Status.DRAFT, topic=safety)

    page = parsed(client.get("/safety/"))

    assert not {"tell-us-first", "contents", "related"} & {*page.ids}
    assert not {"#tell-us-first", *READ_ON} & {*page.addresses}
    assert "The list is not here yet." in page.words
    assert "call (780) 555-0140 and tell us about your health" in page.words


def test_each_link_beside_the_page_comes_with_what_it_leads_to(client: Client) -> None:
    safety = make_topic("safety")
    make_rule("lungs")
    page = parsed(client.get("/safety/"))
    assert ("tell-us-first" in page.ids, "#tell-us-first" in page.addresses) == (True, True)
    assert "The list is not here yet." not in page.words

    make_article(topic=safety)
    assert read_on(client) == READ_ON[:1]
    assert client.get(READ_ON[0]).status_code == 200

    make_faq(topic=safety)
    assert read_on(client) == READ_ON
    assert "safety" in parsed(client.get("/faqs/")).ids


def read_on(client: Client) -> list[str]:
    return [each for each in parsed(client.get("/safety/")).addresses if each in READ_ON]


def test_more_rules_cost_no_more_queries(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_faq("when-to-get-help", body=HELP)
    for number in range(3):
        reviewer = make_reviewer(f"Reviewer {number}")
        make_rule(f"rule-{number}", reviewer=reviewer).references.add(make_reference())
        with django_assert_num_queries(7):
            client.get("/safety/")
