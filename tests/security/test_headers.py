"""What every answer carries, whatever the page."""

from collections.abc import Iterator

import pytest
import time_machine
from django.conf import settings
from django.contrib.auth.models import Permission
from django.test import Client

from booking.models import Closure
from tests.booking.admin_steps import desk_of
from tests.booking.linked import link_to, other_things_of
from tests.booking.pages import give_details, take
from tests.booking.steps import visit
from tests.cast import NOW, TUESDAY, Cast, make_cast, make_staff
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


# {visit}, {patient} and {closure} are rows of the tests.
OF_THE_DESK = [
    "/admin/diary/",
    "/admin/diary/changed/",
    "/admin/diary/book/",
    "/admin/diary/visit/{visit}/",
    "/admin/diary/?moving={visit}",
    "/admin/diary/why/",
    "/admin/diary/sheet/",
    "/admin/reports/",
    "/admin/reports/utilisation/",
    "/admin/booking/closure/absence/",
    "/admin/booking/closure/{closure}/rearrange/",
    "/admin/booking/patient/{patient}/merge/",
]


BY_POST = ["/admin/diary/book/patients/", "/admin/booking/appointment/export/?day=all"]


@pytest.fixture
def at_now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def manager(cast: Cast, at_now: None) -> tuple[Client, dict[str, int]]:
    """The browser of somebody who may do all that the desk does, and rows to look at."""
    boss = make_staff("mona", "Mona", "Haas", group="Manager")
    boss.user_permissions.set(Permission.objects.filter(content_type__app_label="booking"))
    anas = visit(cast, "10:00")
    closure = Closure.objects.create(
        starts_at=local(TUESDAY, "9:00"), ends_at=local(TUESDAY, "17:00"), reason="Flood"
    )
    assert anas.patient
    return desk_of(boss), {"visit": anas.pk, "patient": anas.patient.pk, "closure": closure.pk}


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
    assert "camera=()" in answer["Permissions-Policy"]


def test_cookies_cannot_be_read_by_scripts(visitor: Client) -> None:
    visitor.get("/book/first-visit/")

    assert set(visitor.cookies) == {settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME}
    assert all(cookie["httponly"] for cookie in visitor.cookies.values())
    assert {cookie["samesite"] for cookie in visitor.cookies.values()} == {"Lax"}


@pytest.mark.parametrize("path", [*OF_THE_DESK, *BY_POST])
def test_a_page_of_the_desk_is_kept_nowhere_and_runs_nothing_inline(
    manager: tuple[Client, dict[str, int]], path: str
) -> None:
    browser, rows = manager

    if path in BY_POST:
        answer = browser.post(path, {"find": "ana", "format": "csv"})
    else:
        answer = browser.get(path.format(**rows))

    assert answer.status_code in {200, 204}
    policy = csp(answer)
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert not [value for value in policy.values() if "unsafe" in value or "*" in value]
    assert "no-store" in answer["Cache-Control"]
    assert (answer["X-Content-Type-Options"], answer["X-Frame-Options"]) == ("nosniff", "DENY")


@pytest.mark.usefixtures("at_now")
def test_proposed_sessions_are_kept_nowhere(client: Client, cast: Cast) -> None:
    _, _, course = other_things_of(visit(cast, "10:00"), cast)
    client.get(link_to(course, expires_at=course.answer_by))

    answer = client.get("/course/")

    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store, private"
    assert not [value for value in csp(answer).values() if "unsafe" in value]


def test_a_calendar_that_is_nobodys_is_kept_nowhere(client: Client, cast: Cast) -> None:
    answer = client.get(f"/calendars/{'a' * 43}.ics")

    assert answer.status_code == 404
    assert "no-store" in answer["Cache-Control"]
