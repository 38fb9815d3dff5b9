"""What programs read: the feed, the sitemap, and what robots may do."""

from datetime import date, timedelta
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree as ET

import pytest
from django.test import Client
from django.utils import timezone

from content.models import Article, Clinic, Faq
from tests.content.texts import make_article, make_condition, make_faq, make_page, make_topic
from tests.factories import local, make_clinic, make_location, make_practitioner

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@pytest.fixture(autouse=True)
def clinic() -> None:
    make_clinic()


def test_the_feed_has_the_newest_article_first_with_who_wrote_it(client: Client) -> None:
    now = timezone.now()
    mei = make_practitioner("Mei Lindqvist")
    make_article("older", title="Older", publish_at=now - timedelta(days=9))
    make_article("newer", title="Newer", publish_at=now - timedelta(days=1), author=mei)
    make_article("ahead", title="Ahead", publish_at=now + timedelta(days=1))
    make_article("draft", title="Draft", status=Article.Status.DRAFT)

    answer = client.get("/feed/")

    feed = ET.fromstring(answer.content)
    entries = feed.findall(f"{ATOM}entry")
    assert answer["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert [each.findtext(f"{ATOM}title") for each in entries] == ["Newer", "Older"]
    assert [each.findtext(f"{ATOM}id") for each in entries] == [
        "http://localhost/articles/newer/",
        "http://localhost/articles/older/",
    ]
    assert [each.findtext(f"{ATOM}author/{ATOM}name") for each in entries] == [
        "Mei Lindqvist",
        "Rowan Street Physiotherapy",
    ]
    assert entries[0].findtext(f"{ATOM}summary") == "You decide."


def test_a_character_that_xml_cannot_hold_is_left_out_of_the_feed(client: Client) -> None:
    Clinic.objects.update(name="Rowan\x0b Street")
    mei = make_practitioner("Mei\x01 Lindqvist", slug="mei")
    topic = make_topic(name="Basics\x0c")
    make_article("older", topic=topic)
    make_article("newer", title="On\x02e", summary="A line.\x0bAnother.", topic=topic, author=mei)

    feed = ET.fromstring(client.get("/feed/").content)

    newer, older = feed.findall(f"{ATOM}entry")
    assert feed.findtext(f"{ATOM}title") == "Rowan Street: articles"
    assert older.findtext(f"{ATOM}author/{ATOM}name") == "Rowan Street"
    assert newer.findtext(f"{ATOM}title") == "One"
    assert newer.findtext(f"{ATOM}summary") == "A line.Another."
    assert newer.findtext(f"{ATOM}author/{ATOM}name") == "Mei Lindqvist"
    assert newer.find(f"{ATOM}category").get("term") == "Basics"


def test_an_empty_feed_is_a_feed(client: Client) -> None:
    feed = ET.fromstring(client.get("/feed/").content)

    assert feed.findtext(f"{ATOM}title") == "Rowan Street Physiotherapy: articles"
    assert feed.findall(f"{ATOM}entry") == []


def test_the_sitemap_names_every_public_page_once(client: Client) -> None:
    make_article()
    make_condition()
    make_page()
    make_location()
    make_topic("empty")
    make_article("draft", status=Article.Status.DRAFT)
    make_article("ahead", publish_at=timezone.now() + timedelta(days=1))

    answer = client.get("/sitemap.xml")

    listed = ET.fromstring(answer.content).findall(f"{SITEMAP}url/{SITEMAP}loc")
    paths = [(each.text or "").removeprefix("http://localhost") for each in listed]
    assert answer["Content-Type"] == "application/xml"
    assert len(paths) == len(set(paths))
    assert [each for each in paths if "region=" not in each] == [
        *("/", "/conditions/", "/articles/", "/faqs/", "/safety/", "/team/", "/book/"),
        *("/conditions/neck-pain/", "/articles/afraid-of-needles/", "/prices/"),
        *("/articles/topics/basics/", "/team/priya-nair/", "/locations/riverside/"),
    ]


def test_the_sitemap_tells_when_a_page_changed_last(client: Client) -> None:
    """By the clinic's calendar: on this evening it is tomorrow already in UTC."""
    evening = local("2026-11-23", "21:00")
    make_article(publish_at=evening, reviewed_on=date(2026, 11, 20), updated_on=None)

    urls = ET.fromstring(client.get("/sitemap.xml").content).findall(f"{SITEMAP}url")

    changed = {each.findtext(f"{SITEMAP}loc"): each.findtext(f"{SITEMAP}lastmod") for each in urls}
    address = "http://localhost/articles/afraid-of-needles/"
    assert changed[address] == "2026-11-23"


def test_robots_read_the_texts_and_leave_visits_alone(client: Client) -> None:
    rules = RobotFileParser()
    text = client.get("/robots.txt").content.decode()
    rules.parse(text.splitlines())

    for path in ("/", "/articles/afraid-of-needles/", "/faqs/", "/book/", "/team/"):
        assert rules.can_fetch("*", path), path
    for path in ("/admin/", "/book/details/", "/visit/", "/v/abc", "/preview/faq/x/"):
        assert not rules.can_fetch("*", path), path
    # That reader knows no stars.
    assert "Disallow: /book/*?" in text.splitlines()
    assert rules.site_maps() == ["http://localhost/sitemap.xml"]


@pytest.mark.parametrize("path", ["/feed/", "/sitemap.xml", "/robots.txt"])
def test_they_are_for_reading_only_and_set_no_cookie(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405
    assert client.get(path).cookies == {}


def test_the_addresses_are_the_sites_own_whatever_host_was_asked(client: Client) -> None:
    make_faq(status=Faq.Status.DRAFT)

    for path in ("/feed/", "/sitemap.xml", "/robots.txt"):
        assert b"127.0.0.1" not in client.get(path, headers={"host": "127.0.0.1"}).content
