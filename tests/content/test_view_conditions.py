"""The finder: the body map, the same places as a list, and A to Z."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from content.models import Article, Condition, Region
from tests.content.pages import parsed
from tests.content.texts import make_article, make_condition
from tests.factories import make_clinic

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clinic() -> None:
    make_clinic()


def test_every_region_is_a_link_in_the_list_and_all_but_one_on_the_map(client: Client) -> None:
    page = parsed(client.get("/conditions/"))

    listed = [each for each in page.links if each[0].startswith("/conditions/?region=")]
    words = {words for _, words in listed}
    assert {region.label for region in Region} <= words
    on_the_map = {address.partition("=")[2] for address, _ in listed[: -len(Region)]}
    assert on_the_map == set(Region.values) - {Region.WHOLE_BODY.value}


def test_places_say_how_many_problems_are_listed_there(client: Client) -> None:
    make_condition()
    make_condition("sciatica", name="Sciatica", regions=["low-back", "thigh"])

    page = parsed(client.get("/conditions/"))

    assert "Neck 1 Shoulder" in page.words
    assert "Low back 1 Hip and buttock Thigh 1 Knee" in page.words


def test_a_to_z_goes_by_name_whatever_the_case(client: Client) -> None:
    make_condition("b", name="tendon pain")
    make_condition("a", name="Tennis elbow", also_called=["lateral epicondylitis"])
    make_condition("c", name="Migraine")

    page = parsed(client.get("/conditions/"))

    assert [(level, words) for level, words in page.headings if level > 2] == [
        (3, "M"),
        (4, "Migraine"),
        (3, "T"),
        (4, "tendon pain"),
        (4, "Tennis elbow"),
    ]
    assert "Also called lateral epicondylitis" in page.words


def test_each_entry_has_its_label_or_where_to_go_instead(client: Client) -> None:
    make_condition(label="D")
    make_condition("toothache", name="Toothache", treated=False, see_instead="dentist")
    make_condition("posture", name="Posture", treated=False)

    page = parsed(client.get("/conditions/"))

    assert "Neck pain D Tested: no added benefit" in page.words
    assert "Toothache Not for us: see a dentist" in page.words
    assert "Posture Not for us T" in page.words


def test_a_region_lists_its_problems_with_its_own_first(client: Client) -> None:
    make_condition("sciatica", name="Aching leg", regions=["low-back", "neck"])
    make_condition()
    make_condition("anywhere", name="Long-lasting pain", regions=["whole-body"])
    make_condition("both", name="Muscle pain", regions=["whole-body", "neck"])
    make_condition("elbow", name="Tennis elbow", regions=["elbow"])

    page = parsed(client.get("/conditions/?region=neck"))

    assert [words for _, words in page.headings][:6] == [
        *("Neck", "Neck pain", "Aching leg", "Muscle pain"),
        *("Problems that can be anywhere", "Long-lasting pain"),
    ]
    assert "Tennis elbow" not in page.words
    assert page.canonical == "http://localhost/conditions/?region=neck"


def test_a_region_without_a_page_of_its_own_says_so(client: Client) -> None:
    page = parsed(client.get("/conditions/?region=knee"))

    assert "We have no page yet about a problem that is only there." in page.words
    assert ("/conditions/#a-to-z", "every problem from A to Z") in page.links


@pytest.mark.parametrize("region", ["nonsense", "NECK", "neck'--", "Neck", "%E2%80%AE", "a" * 3000])
def test_an_unknown_region_is_not_found(client: Client, region: str) -> None:
    assert client.get(f"/conditions/?region={region}").status_code == 404


def test_what_the_labels_mean_is_linked_to_once_readers_may_read_it(client: Client) -> None:
    words = "What the four labels mean"
    article = make_article("what-the-evidence-says", status="draft")
    assert words not in parsed(client.get("/conditions/")).words

    Article.objects.filter(pk=article.pk).update(status="published")

    link = ("/articles/what-the-evidence-says/#our-four-labels", words)
    assert link in parsed(client.get("/conditions/")).links


def test_drafts_are_neither_listed_nor_counted(client: Client) -> None:
    make_condition(status=Condition.Status.DRAFT)

    page = parsed(client.get("/conditions/"))

    assert "Neck Shoulder" in page.words
    assert "There is nothing to read yet." in page.words


@pytest.mark.parametrize("path", ["/conditions/", "/conditions/?region=neck"])
def test_more_conditions_cost_no_more_queries(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, path: str
) -> None:
    for number in range(3):
        make_condition(f"condition-{number}", name=f"Neck pain {number}")
        with django_assert_num_queries(3):
            answer = client.get(path)
    assert answer.cookies == {}
