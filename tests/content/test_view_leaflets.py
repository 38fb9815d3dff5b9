"""Leaflets: nothing hidden, links written out, who checked it, and a code that leads back."""

import re

import pytest
from django.http import HttpResponse
from django.test import Client

from content.models import Article, Clinic
from content.qr_code import qr_code
from content.reading.texts import MOST_IN_LEAFLET
from tests.content.pages import parsed
from tests.content.texts import make_article, make_condition, make_faq, make_page
from tests.factories import make_clinic

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clinic() -> Clinic:
    return make_clinic()


def test_an_article_is_printed_with_who_checked_it_and_its_version(client: Client) -> None:
    article = make_article(body="## In short\n\nRead [our prices](/prices/). [@gattie-2021]")
    assert article.reviewed_on is not None
    day = f"{article.reviewed_on.day} {article.reviewed_on:%B %Y}"

    page = parsed(client.get("/leaflets/?item=article:afraid-of-needles"))

    assert page.headings[:2] == [(1, "Afraid of needles?"), (2, "In short")]
    assert f"Checked by Priya Nair (registration number 12345) on {day}." in page.words
    assert f"Version of {day}." in page.words
    assert ("http://localhost/prices/", "our prices") in page.links
    assert page.ids.count("reference-1") == 1
    assert page.meta["robots"] == "noindex"


def test_a_condition_is_printed_whole(client: Client) -> None:
    make_condition()

    page = parsed(client.get("/leaflets/?item=condition:neck-pain"))

    assert "B: Mixed results, or a small effect." in page.words
    assert [words for level, words in page.headings if level == 2][:7] == [
        *("What it is", "What usually helps", "What studies found", "What is not known"),
        *("Needling compared with exercise and hands-on care", "When to get help"),
        "Do and do not",
    ]
    assert "do not rest in bed" in page.words


def test_what_we_do_not_treat_says_first_whom_to_see(client: Client) -> None:
    make_condition(treated=False, see_instead="dentist", see_instead_text="Today, if it throbs.")

    page = parsed(client.get("/leaflets/?item=condition:neck-pain"))

    assert page.headings[:3] == [
        *((1, "Neck pain"), (2, "We do not treat this: see a dentist"), (2, "What it is"))
    ]
    assert "see a dentist Today, if it throbs. B: Mixed results" in page.words


def test_where_a_doctor_comes_first_the_leaflet_says_so_without_turning_away(
    client: Client,
) -> None:
    make_condition(see_instead="doctor", see_instead_text="See a doctor first if you are <ill>.")

    page = parsed(client.get("/leaflets/?item=condition:neck-pain"))

    assert page.headings[:2] == [(1, "Neck pain"), (2, "What it is")]
    assert "Neck pain See a doctor first if you are <ill>. B: Mixed results" in page.words


def test_several_texts_come_in_the_order_they_were_asked_for(client: Client) -> None:
    make_faq("first", question="What is it?")
    make_faq("second", question="Why dry?")
    make_page()

    page = parsed(client.get("/leaflets/?item=faq:second&item=page:prices&item=faq:first"))

    assert [words for level, words in page.headings if level == 2][:3] == [
        *("Why dry?", "Prices", "What is it?")
    ]


def test_the_code_leads_to_the_page_of_a_single_text(client: Client) -> None:
    make_condition()

    answer = client.get("/leaflets/?item=condition:neck-pain")

    address = "http://localhost/conditions/neck-pain/"
    assert answer.context["address"] == address
    assert address in parsed(answer).words
    assert str(qr_code(address)).encode() in answer.content


def test_the_code_of_several_texts_leads_to_the_leaflet(client: Client) -> None:
    make_faq("first")
    make_faq("second")

    answer = client.get("/leaflets/?item=faq:first&item=faq:second")

    assert answer.context["address"] == "http://localhost/leaflets/?item=faq:first&item=faq:second"


def test_there_are_lines_to_write_on_and_no_scripts_or_folded_parts(client: Client) -> None:
    make_faq()

    html = client.get("/leaflets/?item=faq:does-it-hurt").content.decode()

    assert len(re.findall(r"<li></li>", html)) >= 6
    assert "<script" not in html
    assert "<details" not in html
    assert " hidden" not in html


def test_without_a_choice_everything_public_can_be_chosen(client: Client) -> None:
    make_faq()
    make_condition()
    make_article("draft", title="A draft", status=Article.Status.DRAFT)

    answer = client.get("/leaflets/")

    page = parsed(answer)
    assert answer.status_code == 200
    assert b'value="faq:does-it-hurt"' in answer.content
    assert b'value="condition:neck-pain"' in answer.content
    assert "A draft" not in page.words


@pytest.mark.parametrize(
    "item",
    ["", "faq", "faq:", "faq:nonsense", "nonsense:faq", "article:draft", "faq:does-it-hurt'--"],
)
def test_what_is_not_public_cannot_be_printed(client: Client, item: str) -> None:
    make_faq()
    make_article("draft", status=Article.Status.DRAFT)

    answer = client.get("/leaflets/", {"item": ["faq:does-it-hurt", item]})

    assert answer.status_code == 404


def test_one_text_too_many_leads_back_to_the_choice_with_every_tick(client: Client) -> None:
    items = [f"faq:faq-{number}" for number in range(MOST_IN_LEAFLET + 1)]
    for number in range(len(items)):
        make_faq(f"faq-{number}", order=number)
    make_faq("not-chosen")

    answer = client.get("/leaflets/", {"item": items, "make": "leaflet"})

    page = parsed(answer)
    assert answer.status_code == 400
    assert page.title == "Error: Make a leaflet – Rowan Street Physiotherapy"
    assert "You chose 13 texts. Please choose at most 12." in page.words
    assert ticked(answer) == items


def test_who_ticks_nothing_is_told_to_tick_a_text(client: Client) -> None:
    make_faq()

    answer = client.get("/leaflets/", {"make": "leaflet"})

    page = parsed(answer)
    assert answer.status_code == 400
    assert page.title == "Error: Make a leaflet – Rowan Street Physiotherapy"
    assert "You have not chosen a text yet. Tick at least one." in page.words
    assert ticked(answer) == []


def ticked(answer: HttpResponse) -> list[str]:
    return re.findall(r'value="([^"]+)" checked', answer.content.decode())
