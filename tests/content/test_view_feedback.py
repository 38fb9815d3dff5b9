"""“Did this help?”: counted, and nothing of the reader kept."""

import pytest
from django.test import Client

from content.models import Faq
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
