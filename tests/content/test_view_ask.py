"""A reader's question reaches the front desk, and nobody else."""

import pytest
from django.test import Client
from pytest_django import Settings

from content.models import ReaderQuestion
from tests.cast import NOW
from tests.content.pages import parsed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]

PATH = "/faqs/ask/"


def stored() -> list[tuple[str, str]]:
    return [(each.text, each.email) for each in ReaderQuestion.objects.all()]


def test_the_page_says_that_it_is_not_for_emergencies(client: Client) -> None:
    page = parsed(client.get(PATH))

    assert "Important: Not for emergencies" in page.words
    assert "In an emergency call 911." in page.words


def test_a_question_is_kept_with_its_time_and_thanked_for(client: Client) -> None:
    answer = client.post(PATH, {"text": "Is parking free?\nAt Hilltop?", "email": ""})

    assert (answer.status_code, answer["Location"]) == (302, f"{PATH}thank-you/")
    question = ReaderQuestion.objects.get()
    assert question.text == "Is parking free?\nAt Hilltop?"
    assert (question.email, question.asked_at, question.answered_at) == ("", NOW, None)


def test_the_thanks_repeat_nothing_of_the_question(client: Client) -> None:
    client.post(PATH, {"text": "A secret question", "email": "ana@example.com"})

    page = parsed(client.get(f"{PATH}thank-you/"))

    assert page.headings == [(1, "Thank you for your question")]
    assert "secret" not in page.words
    assert "ana@example.com" not in page.words


def test_an_address_is_optional_and_kept_if_given(client: Client) -> None:
    client.post(PATH, {"text": "Is parking free?", "email": "ana@example.com"})

    assert stored() == [("Is parking free?", "ana@example.com")]


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ({"text": ""}, "Write your question."),
        ({"text": "   "}, "Write your question."),
        ({"text": "x" * 1001}, "Use at most 1,000 characters."),
        ({"text": "Why?", "email": "nonsense"}, "Enter an e-mail address like name@example.com."),
        ({"text": "Why?", "email": "a@example.com\nBcc: b@example.com"}, "Enter an e-mail address"),
        ({"text": "Why?\x00"}, "Null characters are not allowed."),
    ],
)
def test_what_cannot_be_used_is_said_and_kept_in_the_form(
    client: Client, typed: dict[str, str], problem: str
) -> None:
    answer = client.post(PATH, typed)

    page = parsed(answer)
    assert answer.status_code == 400
    assert page.title.startswith("Error: Ask us a question")
    assert problem in page.words
    assert stored() == []


def test_a_line_end_counts_as_the_browser_counts_it(client: Client) -> None:
    longest = "x\n" * 499 + "yz"

    assert client.post(PATH, {"text": longest.replace("\n", "\r\n")}).status_code == 302

    assert stored() == [(longest, "")]


def test_what_was_typed_is_not_obeyed_as_html(client: Client) -> None:
    answer = client.post(PATH, {"text": "<script>alert(1)</script>", "email": "nonsense"})

    assert b"<script>alert" not in answer.content
    assert b"&lt;script&gt;alert(1)&lt;/script&gt;" in answer.content


def test_a_program_that_fills_in_everything_is_thanked_and_forgotten(client: Client) -> None:
    answer = client.post(PATH, {"text": "Buy now", "email": "", "website": "https://x.example"})

    assert answer["Location"] == f"{PATH}thank-you/"
    assert stored() == []


def test_a_form_from_another_site_is_refused() -> None:
    assert Client(enforce_csrf_checks=True).post(PATH, {"text": "Why?"}).status_code == 403
    assert stored() == []


def test_no_page_of_the_site_shows_a_question(client: Client) -> None:
    client.post(PATH, {"text": "A secret question"})

    for path in ("/faqs/", "/faqs/ask/", "/", "/sitemap.xml"):
        assert b"secret question" not in client.get(path).content


def test_one_network_asks_five_questions_an_hour(client: Client, settings: Settings) -> None:
    settings.ATTEMPT_LIMITS_ON = True

    answers = [client.post("/faqs/ask/", {"text": f"Question {each}"}) for each in range(6)]

    assert [answer.status_code for answer in answers] == [302] * 5 + [429]
    assert answers[-1]["Retry-After"] == "3600"
    assert "Please try again in an hour." in answers[-1].content.decode()
    assert ReaderQuestion.objects.count() == 5
    elsewhere = client.post("/faqs/ask/", {"text": "One more"}, REMOTE_ADDR="198.51.100.7")
    assert elsewhere.status_code == 302
