"""The list of articles by topic, and the page of a topic."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from content.models import Article, Topic
from tests.content.pages import parsed
from tests.content.texts import make_article, make_topic
from tests.factories import make_clinic

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clinic() -> None:
    make_clinic()
    make_topic("safety")
    Topic.objects.filter(slug="safety").update(order=5)
    make_topic("basics")
    Topic.objects.filter(slug="basics").update(order=1)


def test_articles_stand_under_their_topics_in_the_editors_order(client: Client) -> None:
    make_article("harms", title="Harms", topic=Topic.objects.get(slug="safety"))
    make_article("second", title="A second", order=2, topic=Topic.objects.get(slug="basics"))
    make_article("first", title="The first", order=1, topic=Topic.objects.get(slug="basics"))

    page = parsed(client.get("/articles/"))

    assert [words for level, words in page.headings if level > 1] == [
        *("Basics", "The first", "A second"),
        *("Safety", "Harms"),
    ]
    assert ("/articles/topics/safety/", "Safety") in page.links


def test_drafts_and_what_lies_ahead_are_not_listed(client: Client) -> None:
    make_article("draft", title="A draft", status=Article.Status.DRAFT)
    make_article("ahead", title="Ahead", publish_at=timezone.now() + timedelta(hours=1))

    page = parsed(client.get("/articles/"))

    assert "There is nothing to read yet." in page.words
    assert client.get("/articles/topics/basics/").status_code == 404


def test_a_topic_lists_its_articles_alone(client: Client) -> None:
    make_article("harms", title="Harms", topic=Topic.objects.get(slug="safety"))
    make_article("first", title="The first", topic=Topic.objects.get(slug="basics"))

    page = parsed(client.get("/articles/topics/safety/"))

    assert page.headings == [(1, "Safety"), (2, "Harms")]


def test_an_unknown_topic_is_not_found(client: Client) -> None:
    assert client.get("/articles/topics/nonsense/").status_code == 404


def test_more_articles_cost_no_more_queries(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(3):
        make_article(f"article-{number}", topic=Topic.objects.get(slug="basics"))
        with django_assert_num_queries(2):
            client.get("/articles/")
