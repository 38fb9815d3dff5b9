"""schema.org in each page: valid JSON that repeats only what the page shows."""

import json
import re
from typing import Any

import pytest
from django.test import Client

from content.head import Head
from tests.content.pages import Parsed, parsed
from tests.content.rules import make_rule
from tests.content.texts import make_article, make_condition, make_faq
from tests.factories import make_clinic, make_location, make_practitioner

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clinic() -> None:
    make_clinic()


def page_at(client: Client, path: str) -> Parsed:
    return parsed(client.get(path))


def test_an_article_is_a_reviewed_medical_page_about_the_therapy(client: Client) -> None:
    article = make_article(body="## In short\n\nNeedling hurts a little. [@gattie-2021]")
    assert article.reviewed_on is not None

    thing = page_at(client, "/articles/afraid-of-needles/").thing("MedicalWebPage")

    assert thing["lastReviewed"] == article.reviewed_on.isoformat()
    assert thing["reviewedBy"] == {
        "@type": "Person",
        "name": "Priya Nair",
        "jobTitle": "Physiotherapist",
    }
    assert thing["about"]["@type"] == "MedicalTherapy"
    assert thing["about"]["procedureType"] == "https://schema.org/PercutaneousProcedure"
    assert thing["citation"] == [
        {
            "@type": "CreativeWork",
            "name": "Dry needling or not",
            "url": "https://pubmed.ncbi.nlm.nih.gov/33486984/",
        }
    ]


def test_an_article_that_is_not_about_needling_does_not_say_so(client: Client) -> None:
    make_article(title="Sleep", body="## In short\n\nRest helps. [@gattie-2021]")

    assert "about" not in page_at(client, "/articles/afraid-of-needles/").thing("MedicalWebPage")


def test_a_condition_is_named_with_its_other_names_and_places(client: Client) -> None:
    make_condition(also_called=["cervical pain"])

    thing = page_at(client, "/conditions/neck-pain/").thing("MedicalWebPage")

    assert thing["about"] == {
        "@type": "MedicalCondition",
        "name": "Neck pain",
        "alternateName": ["cervical pain"],
        "associatedAnatomy": [{"@type": "AnatomicalStructure", "name": "Neck"}],
    }
    assert "possibleTreatment" not in thing["about"]


def test_the_safety_page_names_what_forbids_needling(client: Client) -> None:
    make_rule("lymphoedema", level="absolute")
    make_rule("diabetes")

    about = page_at(client, "/safety/").thing("MedicalWebPage")["about"]

    assert about["contraindication"] == [
        {"@type": "MedicalContraindication", "name": "Lymphoedema"}
    ]


def test_questions_are_listed_with_the_answers_as_shown(client: Client) -> None:
    make_faq(body="A little. [@gattie-2021]\n\n::: do-not\n- rest\n:::")

    (question,) = page_at(client, "/faqs/").thing("FAQPage")["mainEntity"]

    assert question["name"] == "Does it hurt?"
    assert question["acceptedAnswer"]["text"].startswith("A little.")


def test_the_way_from_the_home_page_is_told_as_the_links_show_it(client: Client) -> None:
    make_condition()

    trail = page_at(client, "/conditions/neck-pain/").thing("BreadcrumbList")["itemListElement"]

    assert [(each["position"], each["name"], each["item"]) for each in trail] == [
        (1, "Home", "http://localhost/"),
        (2, "Conditions", "http://localhost/conditions/"),
        (3, "Neck pain", "http://localhost/conditions/neck-pain/"),
    ]


def test_a_location_can_be_booked(client: Client) -> None:
    make_location()

    thing = page_at(client, "/locations/riverside/").thing("Physiotherapy")

    assert thing["address"]["streetAddress"] == "118 Rowan Street"
    assert thing["telephone"] == "+1 780-555-0141"
    assert thing["potentialAction"]["@type"] == "ReserveAction"
    assert thing["potentialAction"]["target"]["urlTemplate"] == "http://localhost/book/"


def test_a_physiotherapist_is_a_person_with_a_registration(client: Client) -> None:
    make_practitioner(registration_number="DEMO-1042", register_name="College of Alberta")

    thing = page_at(client, "/team/priya-nair/").thing("Person")

    assert thing["hasCredential"]["name"] == "Registration DEMO-1042"
    assert thing["hasCredential"]["recognizedBy"]["name"] == "College of Alberta"


def test_no_page_calls_needling_non_invasive(client: Client) -> None:
    make_article(body="## In short\n\nNeedling. [@gattie-2021]")

    assert b"Noninvasive" not in client.get("/articles/afraid-of-needles/").content


@pytest.mark.parametrize("path", ["/articles/afraid-of-needles/", "/conditions/neck-pain/"])
def test_what_is_told_to_machines_is_shown_to_people(client: Client, path: str) -> None:
    make_article(body="## In short\n\nDry needling. [@gattie-2021]")
    make_condition(also_called=["cervical pain"], what_it_is="Dry needling may ease it.")

    page = page_at(client, path)

    shown = page.words.lower()
    assert [each for each in told(page.things) if each.lower() not in shown] == []


def told(things: Any) -> list[str]:
    """Every name in the structured data."""
    if isinstance(things, list):
        return [name for thing in things for name in told(thing)]
    if not isinstance(things, dict):
        return []
    names = [things[key] for key in ("name", "jobTitle") if key in things]
    if things["@type"] == "ListItem" and things["position"] == 1:
        return []  # the clinic's own name in the header leads home
    return [*names, *(name for value in things.values() for name in told(value))]


HOSTILE = "</script><script>alert('1')</script><!-- & \u2028"


def test_nothing_in_the_data_can_end_its_script(client: Client) -> None:
    make_article(title=HOSTILE)

    html = client.get("/articles/afraid-of-needles/").content.decode()

    (data,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    assert not set("<>&") & set(data)
    assert HOSTILE in [thing.get("name") for thing in json.loads(data)["@graph"]]
    assert "<script>alert" not in html


def test_no_other_script_stands_in_the_page() -> None:
    head = Head(title="T", description="D", path="/", picture="/p.png", things=[{"@type": "X"}])

    assert json.loads(head.structured_data) == {
        "@context": "https://schema.org",
        "@graph": [{"@type": "X"}],
    }
