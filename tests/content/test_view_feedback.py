"""“Did this help?”: counted, and nothing of the reader kept."""

import pytest
from django.test import Client
from pytest_django import Settings

from content.models import Faq
from content.views.faqs import SAID_AT_MOST
from tests.content.pages import parsed
from tests.content.texts import make_faq
from tests.factories import make_clinic

pytestmark = pytest.mark.django_db

PATH = "/faqs/does-it-hurt/feedback/"


@pytest.fixture
def faq() -> Faq:
    make_clinic()
    return make_faq()


def counts(faq: Faq) -> tuple[int, int]:
    faq.refresh_from_db()
    return faq.helped, faq.did_not_help


def test_opening_the_page_counts_nothing(client: Client, faq: Faq) -> None:
    page = parsed(client.get(PATH))

    assert page.headings == [(1, "Did this answer help?")]
    assert "Does it hurt?" in page.words
    assert counts(faq) == (0, 0)


def test_each_answer_counts_once(client: Client, faq: Faq) -> None:
    for said in ("yes", "yes", "no"):
        answer = client.post(PATH, {"helped": said})
        assert (answer.status_code, answer["Location"]) == (302, f"{PATH}thank-you/")

    assert counts(faq) == (2, 1)


def test_of_one_network_only_so_many_count_in_an_hour(
    client: Client, faq: Faq, settings: Settings
) -> None:
    settings.ATTEMPT_LIMITS_ON = True
    for _ in range(SAID_AT_MOST + 2):
        assert client.post(PATH, {"helped": "no"})["Location"] == f"{PATH}thank-you/"
    client.post(PATH, {"helped": "yes"}, REMOTE_ADDR="198.51.100.7")

    assert counts(faq) == (1, SAID_AT_MOST)


def test_a_vote_makes_no_new_version_of_the_text(client: Client, faq: Faq) -> None:
    before = faq.history.count()

    client.post(PATH, {"helped": "yes"})

    assert faq.history.count() == before


@pytest.mark.parametrize("said", [{}, {"helped": "maybe"}, {"helped": "\x00"}])
def test_anything_else_is_refused(client: Client, faq: Faq, said: dict[str, str]) -> None:
    assert client.post(PATH, said).status_code == 400
    assert counts(faq) == (0, 0)


def test_the_thanks_lead_back_to_the_answer(client: Client, faq: Faq) -> None:
    page = parsed(client.get(f"{PATH}thank-you/"))

    assert page.headings == [(1, "Thank you")]
    assert "/faqs/#does-it-hurt" in page.addresses


def test_a_form_from_another_site_is_refused(faq: Faq) -> None:
    stranger = Client(enforce_csrf_checks=True)

    assert stranger.post(PATH, {"helped": "yes"}).status_code == 403
    assert counts(faq) == (0, 0)


def test_a_draft_cannot_be_voted_on(client: Client, faq: Faq) -> None:
    Faq.objects.update(status=Faq.Status.DRAFT)

    assert client.get(PATH).status_code == 404
    assert client.post(PATH, {"helped": "yes"}).status_code == 404
    assert counts(faq) == (0, 0)
