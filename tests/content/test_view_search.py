import logging
import re
from collections.abc import Iterator

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from content.models import SearchEntry
from tests.cast import NOW

pytest_plugins = ["tests.content.starter_clinic"]
pytestmark = [pytest.mark.usefixtures("starter_clinic"), pytest.mark.django_db]


@pytest.fixture(autouse=True)
def at_now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def text_of(answer) -> str:
    return " ".join(answer.content.decode().split())


def test_the_heading_says_how_many_pages_were_found(client: Client):
    answer = client.get("/search/?q=heel+spur")

    found = answer.context["results"].found
    assert f"<h1>{len(found)} pages for “<bdi>heel spur</bdi>”</h1>" in text_of(answer)
    assert found[0].address == "/conditions/plantar-heel-pain/"
    assert all(f'<a href="{each.address}">' in text_of(answer) for each in found)


def test_of_many_pages_the_best_ten_are_shown(client: Client):
    answer = client.get("/search/?q=dry+needling")

    assert len(answer.context["results"].found) == 10
    assert "<h1>The 10 best pages for “<bdi>dry needling</bdi>”</h1>" in text_of(answer)


def test_a_search_without_a_result_shows_ways_on(client: Client):
    page = text_of(client.get("/search/?q=tmg"))

    assert "<h1>Nothing found for “<bdi>tmg</bdi>”</h1>" in page
    assert '<a href="/conditions/jaw-muscle-pain/">Jaw muscle pain</a>' in page
    assert 'href="/conditions/"' in page
    assert 'href="/faqs/"' in page
    assert 'href="tel:+17805550140"' in page


def test_a_misspelling_is_named(client: Client):
    page = text_of(client.get("/search/?q=tension+headake"))

    assert "We looked for “<strong>tension headache</strong>”" in page


def test_the_form_is_a_labelled_search_that_keeps_what_was_typed(client: Client):
    page = text_of(client.get("/search/?q=%22heel%22+%3Cspur%3E"))

    assert '<form class="search" role="search" action="/search/" method="get">' in page
    assert '<label for="q">' in page
    assert 'name="q" id="q" value="&quot;heel&quot; &lt;spur&gt;"' in page


@pytest.mark.parametrize(
    "address", ["/search/", "/search/?q=", "/search/?q=+%09", "/search/?p=heel"]
)
def test_without_a_query_there_is_the_form_alone(client: Client, address: str):
    answer = client.get(address)

    assert answer.status_code == 200
    assert answer.context["results"] is None
    assert "<h1>Search</h1>" in text_of(answer)


def test_a_query_of_200_letters_is_answered_and_a_longer_one_refused(client: Client):
    assert client.get("/search/", {"q": "heel " * 40}).status_code == 200

    refused = client.get("/search/", {"q": "a" * 201})

    assert refused.status_code == 400
    assert "<title>Error: Search" in text_of(refused)
    assert "Use at most 200 letters." in text_of(refused)
    assert 'aria-invalid="true" aria-describedby="q-error"' in text_of(refused)


@pytest.mark.parametrize(
    ("typed", "status"),
    [
        ("%00", 400),
        ("heel%00", 400),
        ("%C0%80", 200),
        ("%ED%A0%80", 200),
        ("%FF%FE", 200),
        ("heel%01%02%03%1b%7f", 200),
        ("%0d%0aSet-Cookie:a=b", 200),
        ("%E2%80%AE", 200),
        ("'%20OR%201=1--", 200),
        ("%25s%20%28%3A%2A%20%26%20%21", 200),
        ("%F0%9F%92%89" * 200, 200),
        ("<script>alert(1)</script>", 200),
    ],
)
def test_nothing_that_is_typed_breaks_the_page(client: Client, typed: str, status: int):
    answer = client.get(f"/search/?q={typed}")

    assert answer.status_code == status
    assert "<script>alert" not in text_of(answer)
    assert not any(mark in text_of(answer) for mark in "\x01\x02\x03\x1b")


def test_the_page_sets_no_cookie_and_asks_not_to_be_indexed(client: Client):
    answer = client.get("/search/?q=heel")

    assert not answer.cookies
    assert '<meta name="robots" content="noindex">' in text_of(answer)


def test_what_people_search_for_stands_in_no_log(client: Client, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)

    client.get("/search/?q=secretpain")
    client.get("/search/", {"q": "secretpain" * 30})
    client.post("/search/?q=secretpain")

    assert "Method Not Allowed (POST): /search/" in caplog.text
    assert "secretpain" not in caplog.text


def test_only_reading_is_allowed(client: Client):
    assert client.post("/search/", {"q": "heel"}).status_code == 405


def test_a_search_takes_at_most_five_queries_in_all(client: Client):
    for query in ("heel spur", "tmg"):
        with CaptureQueriesContext(connection) as asked:
            client.get("/search/", {"q": query})
        assert len(asked) <= 5


def test_an_extract_has_no_gap_where_a_citation_stood():
    gaps = [each.address for each in SearchEntry.objects.all() if re.search(r"\s[.,;]", each.body)]

    assert gaps == []
