"""How often somebody may try something: counted exactly, and nobody can be read off a row."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.conf import settings as project
from django.db import connection
from django.test import RequestFactory
from pytest_django import Settings

from clinic_site.attempts import REMOVED_AT_ONCE, count_attempt, hash_of, within_limit
from clinic_site.models import Attempts
from clinic_site.visitor_address import network_of
from tests.cast import NOW

pytest_plugins = ["tests.committed"]

HITS = 500 if project.PROVE else 120
THREADS = 20
HOUR = timedelta(hours=1)
MOMENT = timedelta(microseconds=1)


@pytest.fixture
def limited(db: None, settings: Settings) -> None:
    settings.ATTEMPT_LIMITS_ON = True


def tries(key: str, times: int, *, now=NOW) -> list[bool]:
    return [within_limit(key, at_most=3, per=HOUR, now=now) for _ in range(times)]


def test_the_first_few_are_within_the_limit(limited: None) -> None:
    assert tries("Ana", 5) == [True, True, True, False, False]
    assert tries("Ben", 1) == [True]


def test_the_count_starts_anew_when_its_stretch_is_over(limited: None) -> None:
    tries("Ana", 4)

    assert tries("Ana", 1, now=NOW + HOUR - MOMENT) == [False]
    assert tries("Ana", 4, now=NOW + HOUR) == [True, True, True, False]


def test_limits_can_be_off(db: None, settings: Settings) -> None:
    settings.ATTEMPT_LIMITS_ON = False

    assert tries("Ana", 9) == [True] * 9
    assert not Attempts.objects.exists()


def test_neither_an_address_nor_its_plain_hash_rests_in_the_table(
    limited: None, settings: Settings
) -> None:
    tries("find visit of ana@example.com", 1)
    row = Attempts.objects.get()
    assert "ana" not in str(Attempts.objects.values())

    settings.SECRET_KEY = "another key that is at least as long as it has to be, for this test"
    assert row.key_hash != hash_of("find visit of ana@example.com")


def test_what_is_over_is_removed_by_those_who_come_next(limited: None) -> None:
    for number in range(REMOVED_AT_ONCE + 5):
        Attempts.objects.create(key_hash=str(number), count=1, ends_at=NOW)
    Attempts.objects.create(key_hash="still counted", count=1, ends_at=NOW + MOMENT)

    tries("Ana", 1)
    assert Attempts.objects.count() == 5 + 2
    tries("Ana", 1)
    assert Attempts.objects.count() == 5 + 2
    tries("Ben", 1)
    assert set(Attempts.objects.values_list("key_hash", flat=True)) == {
        "still counted",
        hash_of("Ana"),
        hash_of("Ben"),
    }


@pytest.mark.prove
def test_of_many_at_once_every_one_is_counted(committed: None) -> None:
    ready = Barrier(THREADS)

    def some_hits(_number: int) -> list[int]:
        try:
            ready.wait()
            return [count_attempt("all at once", per=HOUR, now=NOW) for _ in range(HITS // THREADS)]
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as threads:
        counts = [count for counts in threads.map(some_hits, range(THREADS)) for count in counts]

    assert sorted(counts) == list(range(1, HITS + 1))
    assert Attempts.objects.get().count == HITS


@pytest.fixture
def asked_from(settings: Settings) -> Callable[..., str]:
    def network(address: str, *, proxies: int = 0, passed_on: str = "") -> str:
        settings.TRUSTED_PROXIES = proxies
        headers = {"X-Forwarded-For": passed_on} if passed_on else {}
        return network_of(RequestFactory().get("/", headers=headers, REMOTE_ADDR=address))

    return network


def test_without_proxies_the_address_that_connects_counts(asked_from) -> None:
    assert asked_from("198.51.100.7", passed_on="203.0.113.9") == "198.51.100.7"


def test_behind_proxies_it_is_as_far_from_the_right_as_there_are_of_ours(asked_from) -> None:
    made_up = "192.0.2.1, 203.0.113.9, 10.0.0.2"

    assert asked_from("10.0.0.1", proxies=1, passed_on="203.0.113.9") == "203.0.113.9"
    assert asked_from("10.0.0.1", proxies=2, passed_on=made_up) == "203.0.113.9"
    # Somebody who came past a proxy is where they connect from.
    assert asked_from("10.0.0.1", proxies=2, passed_on="203.0.113.9") == "10.0.0.1"
    assert asked_from("10.0.0.1", proxies=1) == "10.0.0.1"


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::9", "2001:db8:1:3::/64"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("[2001:db8:1:2::9]:4711", "2001:db8:1:2::/64"),
        ("198.51.100.7:4711", "198.51.100.7"),
        ("", "unknown"),
        ("unix:", "unknown"),
        ("<script>", "unknown"),
    ],
)
def test_a_household_is_one_network(asked_from, address: str, network: str) -> None:
    assert asked_from(address) == network
