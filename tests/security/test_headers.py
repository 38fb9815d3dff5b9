"""What every answer carries, whatever the page."""

import pytest
from django.conf import settings
from django.test import Client

from tests.booking.pages import give_details, take
from tests.cast import TUESDAY, Cast, make_cast
from tests.factories import local

READING = ["/", "/book/", "/team/priya-nair/", "/locations/riverside/", "/robots.txt"]
PERSONAL = [
    "/find-my-visit/",
    "/book/first-visit/",
    "/book/details/",
    "/book/safety/",
    "/book/check/",
    "/book/done/",
    "/waiting-list/?service=first-visit",
    "/waiting-list/joined/",
    "/admin/login/",
]


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def visitor(client: Client, cast: Cast) -> Client:
    take(client, cast.first_visit, local(TUESDAY, "9:00"), cast.riverside)
    give_details(client)
    return client


def csp(answer) -> dict[str, str]:
    directives = answer["Content-Security-Policy"].split("; ")
    return dict(directive.split(" ", 1) for directive in directives)


@pytest.mark.parametrize("path", [*READING, *PERSONAL, "/nothing-here/", "/book/?%00"])
def test_the_content_security_policy_allows_nothing_unsafe(visitor: Client, path: str) -> None:
    policy = csp(visitor.get(path))

    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["base-uri"] == policy["object-src"] == policy["frame-ancestors"] == "'none'"
    assert not [value for value in policy.values() if "unsafe" in value or "*" in value]


@pytest.mark.parametrize("path", PERSONAL)
def test_a_page_about_a_person_is_kept_nowhere(visitor: Client, path: str) -> None:
    assert visitor.get(path)["Cache-Control"] == "no-store, private"


@pytest.mark.parametrize("path", READING)
def test_a_page_for_reading_sets_no_cookie(client: Client, cast: Cast, path: str) -> None:
    client.get(path)

    assert not client.cookies


@pytest.mark.parametrize("path", [*READING, *PERSONAL])
def test_no_page_can_be_sniffed_or_framed(visitor: Client, path: str) -> None:
    answer = visitor.get(path)

    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"


def test_cookies_cannot_be_read_by_scripts(visitor: Client) -> None:
    visitor.get("/book/first-visit/")

    assert set(visitor.cookies) == {settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME}
    assert all(cookie["httponly"] for cookie in visitor.cookies.values())
    assert {cookie["samesite"] for cookie in visitor.cookies.values()} == {"Lax"}
