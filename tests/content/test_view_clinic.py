"""The clinic's people, places and pages."""

import pytest
from django.test import Client

from content.models import Page
from tests.content.pages import parsed
from tests.content.texts import make_page
from tests.factories import make_clinic, make_location, make_practitioner

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clinic() -> None:
    make_clinic()


def test_the_team_is_listed_with_what_they_may_do_and_how_to_book_them(client: Client) -> None:
    make_practitioner(
        credentials="MScPT",
        languages=["English", "Hindi"],
        needling_authorised=True,
        register_name="College of Physiotherapists of Alberta",
        registration_number="DEMO-1042",
        register_url="https://register.example.com/DEMO-1042",
        order=1,
    )
    make_practitioner("Hanna Berg", order=2)
    make_practitioner("Gone Away", is_treating=False)

    page = parsed(client.get("/team/"))

    assert [words for level, words in page.headings if level == 2] == ["Priya Nair", "Hanna Berg"]
    assert "Physiotherapist, MScPT Speaks English, Hindi" in page.words
    assert "With or without needles" in page.words
    assert "Works without needles" in page.words
    assert ("/book/?practitioner=priya-nair", "Book with Priya Nair") in page.links
    assert "https://register.example.com/DEMO-1042" in page.addresses


def test_a_person_has_a_page_in_markdown_with_a_booking_of_their_own(client: Client) -> None:
    make_practitioner(bio="Priya *leads* the team.", interests=["Neck pain"])

    answer = client.get("/team/priya-nair/")

    page = parsed(answer)
    assert b"<em>leads</em>" in answer.content
    assert "What they see most Neck pain" in page.words
    assert ("/book/?practitioner=priya-nair", "Book with Priya Nair") in page.links


def test_someone_who_has_left_has_no_page(client: Client) -> None:
    make_practitioner(is_treating=False)

    assert client.get("/team/priya-nair/").status_code == 404


def test_a_location_tells_the_way_the_steps_and_the_parking(client: Client) -> None:
    make_location(
        directions="By the **river**.",
        access="- a lift\n- a ramp",
        parking="Free after 5 pm.",
        opening_hours=[{"days": "Monday", "hours": "9 am to 5 pm"}],
    )

    answer = client.get("/locations/riverside/")

    page = parsed(answer)
    assert b"<strong>river</strong>" in answer.content
    assert b"<li>a lift</li>" in answer.content
    assert "Parking and bikes Free after 5 pm." in page.words
    assert "Monday 9 am to 5 pm" in page.words
    assert ("/book/?location=riverside", "Book a visit at Riverside") in page.links


def test_a_closed_location_has_no_page(client: Client) -> None:
    make_location(is_open=False)

    assert client.get("/locations/riverside/").status_code == 404


def test_a_page_about_the_clinic_is_markdown_with_a_list_of_its_parts(client: Client) -> None:
    make_page(body="\n\n".join(f"## Part {number}\n\nSo." for number in range(4)))

    page = parsed(client.get("/prices/"))

    assert page.headings[:1] == [(1, "Prices")]
    assert ("#part-3", "Part 3") in page.links
    assert "await approval" not in page.words


def test_a_page_that_was_not_written_is_not_found(client: Client) -> None:
    make_page(status=Page.Status.DRAFT)

    assert client.get("/prices/").status_code == 404
    assert client.get("/about/").status_code == 404


@pytest.mark.parametrize("path", ["/team/", "/team/priya-nair/", "/locations/riverside/"])
def test_reading_sets_no_cookie(client: Client, path: str) -> None:
    make_practitioner()
    make_location()

    answer = client.get(path)

    assert answer.status_code == 200
    assert answer.cookies == {}
    assert not answer.has_header("Vary")
