"""Secret links: scanners open them, strangers guess them, and nobody learns who is known."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import timedelta
from math import exp, sqrt
from time import perf_counter

import pytest
import time_machine
from django.apps import apps
from django.conf import settings as project
from django.db import connection
from django.test import Client
from pytest_django import Settings

from booking import visit_links
from booking.models import Appointment, Message
from booking.scheduling.correspondence import TAKE_BACK_WITHIN
from tests.booking.linked import browser_with, link_to, other_things_of, shows
from tests.booking.steps import visit
from tests.cast import BEN, NOW, TUESDAY, Cast, make_cast
from tests.factories import local

pytestmark = [pytest.mark.django_db, pytest.mark.prove]

TIMES = 100 if project.PROVE else 10
TOKENS = 10_000 if project.PROVE else 300
TRIES = 1_000 if project.PROVE else 60
PAGES = ("/visit/", "/visit/move/?practitioner=", "/visit/cancel/", "/visit/calendar.ics")
# What browsers and mail scanners say of a request that nobody has asked for.
PREFETCH = {"Sec-Purpose": "prefetch;prerender", "Purpose": "prefetch"}


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def every_row() -> dict[str, list[tuple[object, ...]]]:
    """Everything that the database holds, but for sessions."""
    tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    dump = {}
    with connection.cursor() as cursor:
        for table in sorted(tables - {"django_session"}):
            cursor.execute(f'SELECT t::text FROM "{table}" AS t ORDER BY 1')
            dump[table] = cursor.fetchall()
    return dump


def test_opening_links_and_their_pages_changes_not_one_row(cast: Cast, settings: Settings) -> None:
    """Also with limits on: only wrong links are counted."""
    settings.ATTEMPT_LIMITS_ON = True
    anas = visit(cast, "10:00")
    things = [anas, *other_things_of(anas, cast)]
    links = [link_to(thing, expires_at=local(TUESDAY, "13:00")) for thing in things]
    before = every_row()
    assert len(before["booking_visitlink"]) == len(links)

    for link in links:
        for _ in range(TIMES):
            assert Client().get(link).status_code == 303
            assert Client().head(link).status_code == 303
            assert Client().get(link, headers=PREFETCH).status_code == 303
            assert Client().get(link, follow=True).status_code == 200
    browser = browser_with_link(links[0])
    for page in PAGES:
        for _ in range(TIMES):
            assert browser.get(page).status_code == 200
            assert browser.head(page).status_code == 200
            assert browser.get(page, headers=PREFETCH).status_code == 200

    assert every_row() == before


def browser_with_link(link: str) -> Client:
    browser = Client()
    browser.get(link)
    return browser


def test_guessed_links_are_all_the_same_404_and_then_limited(
    cast: Cast, settings: Settings, clock: time_machine.Traveller
) -> None:
    settings.ATTEMPT_LIMITS_ON = True
    anas = visit(cast, "10:00")
    link = link_to(anas)
    client = Client()

    answers = [client.get(f"/v/{secrets.token_urlsafe(32)}") for _ in range(TOKENS)]

    assert [each.status_code for each in answers] == [404] * 20 + [429] * (TOKENS - 20)
    assert len({each.content for each in answers[:20]}) == 1
    assert len({each.content for each in answers[20:]}) == 1
    assert b"Please wait 10 minutes" in answers[-1].content
    assert b'href="/find-my-visit/"' in answers[-1].content
    assert answers[-1]["Retry-After"] == "600"
    # Whoever has a real link is not kept out by a neighbour who guesses.
    assert client.get(link).status_code == 303
    assert Client(REMOTE_ADDR="198.51.100.7").get("/v/guess").status_code == 404
    clock.move_to(NOW + timedelta(minutes=10))
    assert client.get("/v/guess").status_code == 404


def test_ipv6_addresses_of_one_network_are_counted_together(cast: Cast, settings: Settings) -> None:
    settings.ATTEMPT_LIMITS_ON = True

    statuses = [
        Client(REMOTE_ADDR=f"2001:db8:1:2::{number:x}").get("/v/guess").status_code
        for number in range(25)
    ]

    assert statuses == [404] * 20 + [429] * 5
    assert Client(REMOTE_ADDR="2001:db8:1:3::1").get("/v/guess").status_code == 404


def test_a_secret_leaves_no_trace_in_what_its_address_answers(cast: Cast) -> None:
    link = link_to(visit(cast, "10:00"))

    for answer in (Client().get(link), Client().get("/v/guess")):
        assert answer["Cache-Control"] == "no-store, private"
        assert answer["Referrer-Policy"] == "no-referrer"
        assert answer["X-Robots-Tag"] == "noindex"
        assert link[3:] not in f"{answer.headers}{answer.content.decode()}"


def test_the_token_is_in_no_session_and_no_table(cast: Cast) -> None:
    link = link_to(visit(cast, "10:00"))
    browser = browser_with_link(link)

    token = link.removeprefix("/v/")
    assert token not in str(dict(browser.session))
    assert token not in str(every_row())
    assert visit_links.hash_of(token) in str(every_row())


def test_the_link_of_a_visit_that_ended_is_dead(cast: Cast, clock: time_machine.Traveller) -> None:
    anas, bens = visit(cast, "10:00"), visit(cast, "13:00", person=BEN)
    link, other = link_to(anas), link_to(bens)
    browser = browser_with(anas)
    browser.post("/visit/cancel/", shows(anas))
    clock.move_to(NOW + TAKE_BACK_WITHIN)

    assert (Client().get(link).status_code, browser.get("/visit/").status_code) == (404, 404)
    assert Client().get(other).status_code == 303


def answer_to(address: str) -> tuple[int, dict[str, str], int]:
    answer = Client().post("/find-my-visit/", {"email": address})
    return (answer.status_code, dict(answer.headers), len(answer.content))


def test_a_known_and_an_unknown_address_get_the_same_answer(cast: Cast, settings: Settings) -> None:
    """Also when there were too many letters for one of them."""
    settings.ATTEMPT_LIMITS_ON = True
    visit(cast, "10:00")

    answers = [answer_to(f"{who}@example.com") for who in ("ana", "eve") for _ in range(5)]

    assert answers == [answers[0]] * 10
    assert Message.objects.filter(kind="find_visit").count() == 6
    assert Appointment.objects.count() == 1


def smirnov(first: list[float], second: list[float]) -> float:
    """The p-value of the two-sample Kolmogorov-Smirnov test, by its asymptotic distribution: how
    likely a difference like this is when both come from one source."""
    both = sorted({*first, *second})
    apart = max(
        abs(sum(x <= at for x in first) / len(first) - sum(x <= at for x in second) / len(second))
        for at in both
    )
    size = sqrt(len(first) * len(second) / (len(first) + len(second)))
    scaled = (size + 0.12 + 0.11 / size) * apart
    if scaled < 0.2:
        return 1.0
    terms = ((-1) ** (k - 1) * exp(-2 * (k * scaled) ** 2) for k in range(1, 101))
    return float(min(1.0, max(0.0, 2 * sum(terms))))


def test_the_statistic_sees_a_difference_and_no_more() -> None:
    even, odd = [float(x) for x in range(0, 200, 2)], [float(x) for x in range(1, 200, 2)]

    assert smirnov(even, odd) > 0.99
    assert smirnov(even, [x + 60 for x in odd]) < 0.001


def test_the_time_an_answer_takes_tells_nothing(cast: Cast) -> None:
    """Of honest measurements one in a hundred looks suspicious, two in a row hardly ever."""
    assert any(p_of_the_times() > 0.01 for _ in range(2))


def p_of_the_times() -> float:
    """Known and unknown in turn, so that whatever else the machine does troubles both alike."""
    browser = Client()
    seconds: dict[str, list[float]] = {"ana@example.com": [], "eve@example.com": []}
    for turn in range(TRIES):
        for address in sorted(seconds, reverse=turn % 2 == 0):
            started = perf_counter()
            browser.post("/find-my-visit/", {"email": address})
            seconds[address].append(perf_counter() - started)
    p = smirnov(*seconds.values())
    print(f"\n{TRIES} tries each: p = {p:.2f}")
    return p
