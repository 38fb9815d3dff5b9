"""Secret links: what is kept of them, when they end, and how a browser uses one."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from booking import scheduling, visit_links
from booking.models import State, VisitLink
from tests.booking.linked import browser_with, link_to, other_things_of, shows
from tests.booking.pages import text_of
from tests.booking.steps import visit
from tests.cast import BEN, NOW, TUESDAY, Cast
from tests.factories import local

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]

TEN = local(TUESDAY, "10:00")


def test_a_token_is_long_and_only_its_hash_is_kept(cast: Cast) -> None:
    anas = visit(cast, "10:00")

    token = visit_links.issue(anas, expires_at=anas.ends_at, now=NOW)

    link = VisitLink.objects.get()
    assert len(token) == 43
    assert token not in str(VisitLink.objects.values())
    assert (link.appointment, link.token_hash) == (anas, visit_links.hash_of(token))


def test_a_link_works_until_its_end_and_not_at_it(cast: Cast) -> None:
    anas = visit(cast, "10:00")
    token = visit_links.issue(anas, expires_at=anas.ends_at, now=NOW)

    moment_before = anas.ends_at - timedelta(microseconds=1)
    assert visit_links.find(token, now=moment_before) == VisitLink.objects.get()
    assert visit_links.find(token, now=anas.ends_at) is None


def test_a_newer_link_leaves_the_older_ones_alone_and_revoking_ends_all(cast: Cast) -> None:
    anas, bens = visit(cast, "10:00"), visit(cast, "13:00", person=BEN)
    first = visit_links.issue(anas, expires_at=anas.ends_at, now=NOW)
    second = visit_links.issue(anas, expires_at=anas.ends_at, now=NOW)
    other = visit_links.issue(bens, expires_at=bens.ends_at, now=NOW)

    assert visit_links.find(first, now=NOW)
    assert visit_links.revoke(anas, now=NOW) == 2
    assert visit_links.revoke(anas, now=NOW) == 0

    found = [bool(visit_links.find(token, now=NOW)) for token in (first, second, other)]
    assert found == [False, False, True]


def test_opening_a_link_leads_to_the_clean_address(client: Client, cast: Cast) -> None:
    answer = client.get(link_to(visit(cast, "10:00")))

    assert (answer.status_code, answer["Location"]) == (303, "/visit/")
    assert client.get("/visit/").status_code == 200


def test_only_the_browser_that_opened_the_link_sees_the_visit(client: Client, cast: Cast) -> None:
    browser_with(visit(cast, "10:00"))

    answer = client.get("/visit/")

    assert answer.status_code == 404
    assert "Priya" not in text_of(answer)


def test_a_right_to_one_visit_is_none_to_another(cast: Cast) -> None:
    anas, bens = visit(cast, "10:00"), visit(cast, "13:00", person=BEN)

    page = text_of(browser_with(bens).get("/visit/"))

    assert (bens.reference in page, anas.reference in page) == (True, False)


def test_opening_a_link_changes_the_key_of_the_session(client: Client, cast: Cast) -> None:
    client.post("/book/first-visit/", {"time": "2026-11-25T17:00Z at riverside"})
    planted = client.session.session_key

    client.get(link_to(visit(cast, "10:00")))

    assert client.session.session_key != planted
    assert client.get("/book/details/").status_code == 200


def test_revoking_ends_the_right_of_sessions_at_once(cast: Cast) -> None:
    anas = visit(cast, "10:00")
    browser = browser_with(anas)

    visit_links.revoke(anas, now=NOW)

    assert {
        path: browser.get(path).status_code
        for path in ("/visit/", "/visit/move/", "/visit/cancel/", "/visit/calendar.ics")
    } == {"/visit/": 404, "/visit/move/": 404, "/visit/cancel/": 404, "/visit/calendar.ics": 404}
    assert browser.post("/visit/cancel/", shows(anas)).status_code == 404
    anas.refresh_from_db()
    assert anas.state == State.BOOKED


def test_the_right_ends_a_day_after_the_visit(cast: Cast, at_now: time_machine.Traveller) -> None:
    anas = visit(cast, "10:00")
    at_now.move_to(anas.ends_at + timedelta(hours=23))
    browser = browser_with(anas)

    at_now.move_to(anas.ends_at + timedelta(hours=24) - timedelta(seconds=1))
    assert browser.get("/visit/").status_code == 200
    at_now.move_to(anas.ends_at + timedelta(hours=24))
    assert browser.get("/visit/").status_code == 404


def test_wrong_ended_and_revoked_links_look_the_same(client: Client, cast: Cast) -> None:
    anas, bens = visit(cast, "10:00"), visit(cast, "13:00", person=BEN)
    ended, revoked = link_to(anas, expires_at=NOW), link_to(bens)
    visit_links.revoke(bens, now=NOW)

    answers = [client.get(path) for path in (ended, revoked, "/v/nothing", "/v/%F0%9F%8D%B5")]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert 'href="/find-my-visit/"' in text_of(answers[0])
    assert "(780) 555-0140" in text_of(answers[0])
    assert not client.cookies


def test_links_to_other_things_lead_to_their_own_pages(client: Client, cast: Cast) -> None:
    anas = visit(cast, "10:00")

    locations = [
        client.get(link_to(thing, expires_at=TEN))["Location"]
        for thing in other_things_of(anas, cast)
    ]

    assert locations == ["/waiting-list/mine/", "/waiting-list/offer/", "/course/"]
    # One session may hold several rights.
    client.get(link_to(anas))
    assert client.get("/visit/").status_code == 200
    assert client.get("/course/").status_code == 200


def test_a_time_that_is_only_held_is_nobodys_visit(client: Client, cast: Cast) -> None:
    held = scheduling.hold(
        service=cast.first_visit,
        practitioner=cast.priya,
        location=cast.riverside,
        start=TEN,
        visitor="somebody",
        now=NOW,
    )
    client.get(link_to(held))

    assert client.get("/visit/").status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
def test_a_link_is_only_looked_at(client: Client, cast: Cast, method: str) -> None:
    assert getattr(client, method)(link_to(visit(cast, "10:00"))).status_code == 405
