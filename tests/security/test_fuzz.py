"""Some hundred odd requests of visitors and of staff, the same ones in every run: never a 500.

`make prove` sends ten thousand; SEED=2 sends others.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote, urlencode

import pytest
import time_machine
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from django.urls import URLResolver, get_resolver

from booking.models import Appointment
from tests.booking.linked import browser_with, link_to, other_things_of
from tests.booking.pages import give_details, take
from tests.booking.steps import visit
from tests.cast import NOW, TUESDAY, Cast, make_cast, make_staff
from tests.factories import local
from tests.security.test_admin_matrix import ROLES, make_rows

SEED = int(os.environ.get("SEED", "1"))
REQUESTS = 10_000 if settings.PROVE else 600

VERBS = [*["GET"] * 8, *["POST"] * 9, "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "ODD"]
NUMBERS = ["0", "1", "-1", "1.5", "²", "١٢", "1e9", "NaN", "2147483648", "9" * 20, "9" * 400]
TIMES = ["2026-11-24", "2026-13-45", "0001-01-01", "9999-12-31", "10:00", "25:00"]
TIMES += ["2026-11-24T16:00Z at riverside", "2026-03-08T09:30Z at riverside", "2026-11-01T01:30"]
SIGNS = ["", " ", "a\x00b", "\r\nX: 1", "\u202e", "\u2028", "é" * 200, "a" * 3000, "%", "'", "\\"]
WORDS = ["yes", "on", "csv", "accept", "decline", "approve", "revoke", "send", "first-visit"]
WORDS += ["priya-nair", "riverside", "ana@example.com", "780 555 0150", "[]", "{}", "<script>"]
ODD = [*NUMBERS, *TIMES, *SIGNS, *WORDS]
QUERIES = ["&&==&", "%ff%fe", "%ED%A0%80=1", "x=%C0%80", "a" * 4000]
KINDS = ["multipart/form-data; boundary=b", "multipart/form-data", "application/json", ""]
FORM = "application/x-www-form-urlencoded"
OF_ADMIN = ["q", "o", "p", "all", "_popup", "_to_field", "action", "_selected_action", "_facets"]
OF_ADMIN += ["index", "select_across", "_save", "app_label", "model_name", "field_name", "term"]


def routes(patterns: list[Any], prefix: str = "") -> Iterator[str]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        else:
            yield route


def names_of_fields() -> list[str]:
    """What forms, addresses and templates call what they read."""
    sources = [*Path("booking").rglob("*.py"), *Path("content").rglob("*.py")]
    sources += Path("templates").rglob("*.html")
    text = "\n".join(source.read_text() for source in sources)
    read = re.findall(r'(?:name=|(?:GET|POST|asked|given)(?:\.get(?:list)?\(|\[))"([\w-]+)"', text)
    fields = re.findall(r"^    (\w+) = \w+\.\w", text, re.MULTILINE)
    return sorted({*read, *fields, *OF_ADMIN})


def filled_in(route: str, ids: list[int], odd: Random) -> str:
    """The route with something odd, or an id that exists, in each of its places."""

    def place(_match: re.Match[str]) -> str:
        return str(odd.choice(ids)) if odd.random() < 0.7 else odd.choice(ODD).replace("/", "_")

    return quote("/" + re.sub(r"<[^>]+>|\(\[[^)]*\)|[\^$]", place, route), safe="/:@")


def odd_fields(names: list[str], odd: Random) -> str:
    many = odd.choice([0, 1, 2, 5, 60])
    return urlencode([(odd.choice(names), odd.choice(ODD)) for _ in range(many)])


def browsers(cast: Cast, anas: Appointment) -> dict[str, Client]:
    """Nobody's, a visitor's, a patient's with all kinds of links, and one of each kind of staff."""
    visitor, patient = Client(), browser_with(visit(cast, "11:00"))
    take(visitor, cast.first_visit, local(TUESDAY, "13:00"), cast.riverside)
    give_details(visitor)
    for thing in other_things_of(anas, cast):
        patient.get(link_to(thing, expires_at=local(TUESDAY, "20:00")))
    found = {"nobody": Client(), "visitor": visitor, "patient": patient}
    staff = {group: make_staff(group, "A", "B", group=group) for group in ROLES.values()}
    cast.priya.user = staff["Practitioner"]
    cast.priya.save()
    for name, user in {**staff, "root": User.objects.create_superuser("root")}.items():
        found[name] = Client()
        found[name].force_login(user)
    for browser in found.values():
        browser.raise_request_exception = False
    return found


def answer_to(browser: Client, verb: str, path: str, *, query: str, body: str, kind: str) -> int:
    """The status; whatever the request did to rows or cookies is undone."""
    cookies = {name: morsel.value for name, morsel in browser.cookies.items()}
    before = transaction.savepoint()
    status = browser.generic(verb, path, body, kind, QUERY_STRING=query).status_code
    transaction.savepoint_rollback(before)
    browser.cookies.clear()
    browser.cookies.load(cookies)
    return status


@pytest.mark.django_db
@pytest.mark.usefixtures("caplog")
@pytest.mark.prove
def test_no_odd_request_breaks_the_site() -> None:
    odd, broken = Random(SEED), []
    with time_machine.travel(NOW, tick=False):
        rows = make_rows(cast := make_cast())
        people = browsers(cast, rows["booking_appointment"])
        ids = sorted({row.pk for row in rows.values() if row and isinstance(row.pk, int)})
        everywhere, names = sorted(routes(get_resolver().url_patterns)), names_of_fields()
        in_public = [route for route in everywhere if not route.startswith("admin/")]
        for _ in range(REQUESTS):
            who = odd.choice(list(people))
            public = who in {"nobody", "visitor", "patient"} and odd.random() < 0.9
            asked = {
                "verb": odd.choice(VERBS),
                "path": filled_in(odd.choice(in_public if public else everywhere), ids, odd),
                "query": odd_fields(names, odd) if odd.random() < 0.6 else odd.choice(QUERIES),
                "body": odd_fields(names, odd),
                "kind": FORM if odd.random() < 0.8 else odd.choice(KINDS),
            }
            status = answer_to(people[who], **asked)
            if status >= 500:
                broken.append((status, who, asked))
    assert not broken, broken[:3]
