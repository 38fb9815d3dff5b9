"""Who may open what in admin: every address × every role, as admin_matrix.yaml says.

An address without an entry fails the test, so that nothing is added without saying for whom it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
import yaml
from django.apps import apps
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.resolvers import RegexPattern

from booking import scheduling
from booking.models import (
    Appointment,
    CalendarFeed,
    Closure,
    Course,
    ExtraHours,
    HouseRules,
    ScreeningAnswers,
    WaitingEntry,
)
from content.models import ReaderQuestion
from tests.booking.steps import hold, visit
from tests.cast import ANA, BEN, NOW, TUESDAY, Cast, make_cast, make_staff
from tests.factories import local

pytestmark = pytest.mark.django_db

TABLE: dict[str, str] = yaml.safe_load(Path(__file__).with_name("admin_matrix.yaml").read_text())
ROLES = {
    "D": "Front desk",
    "P": "Practitioner",
    "L": "Lead practitioner",
    "E": "Editor",
    "M": "Manager",
}
# Django's own, for everybody who is signed in or wants to be; and no pages of their own.
LEFT_OUT = {"login", "logout", "password_change", "password_change_done", "jsi18n"}
LEFT_OUT |= {"view_on_site", "app_list", ""}
SLUGS = {"mark": "arrived", "answer": "accept", "desk_report": "sources"}


@pytest.fixture(autouse=True)
def at_now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def routes(patterns: list[Any], prefix: str = "", space: str = "") -> Iterator[tuple[str, Any]]:
    """(name with its namespace, pattern) of everything under /admin/."""
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from routes(pattern.url_patterns, route, inner)
        elif isinstance(pattern, URLPattern) and route.startswith("admin/"):
            yield (f"{space}{pattern.name}" if pattern.name else ""), pattern


def names() -> dict[str, Any]:
    found = dict(routes(get_resolver().url_patterns))
    return {name: each for name, each in found.items() if name.split(":")[-1] not in LEFT_OUT}


def make_rows(cast: Cast) -> dict[str, Any]:
    """One row of every kind that admin shows, by app and model."""
    call_command("load_starter_content", publish=True, verbosity=0)
    anas = visit_with_answers(cast)
    assert anas.patient
    bens = visit(cast, "15:00", person=BEN)
    hours = {"starts_at": local(TUESDAY, "8:00"), "ends_at": local(TUESDAY, "9:00")}
    HouseRules(pk=1).save()
    CalendarFeed.objects.create(
        practitioner=cast.priya, token_hash="x", created_at=NOW, created_by=cast.dina
    )
    Closure.objects.create(practitioner=cast.priya, reason="Course", **hours)
    ExtraHours.objects.create(practitioner=cast.priya, location=cast.riverside, **hours)
    WaitingEntry.objects.create(
        patient=anas.patient, service=cast.first_visit, until=NOW.date(), created_at=NOW
    )
    Course.objects.create(
        patient=anas.patient,
        service=cast.first_visit,
        practitioner=cast.priya,
        location=cast.riverside,
        sessions=2,
        proposed_by=cast.dina,
        proposed_at=NOW,
        answer_by=NOW,
    )
    ReaderQuestion.objects.create(text="Does it hurt?", asked_at=NOW)
    models = [
        *apps.get_app_config("booking").get_models(),
        *apps.get_app_config("content").get_models(),
    ]
    models += apps.get_app_config("auth").get_models()
    rows = {
        f"{model._meta.app_label}_{model._meta.model_name}": model._default_manager.first()
        for model in models
    }
    rows["booking_appointment"] = anas
    rows["booking_merge"] = scheduling.merge(
        kept=anas.patient, duplicate=bens.patient, by=cast.dina, now=NOW
    )
    rows["booking_patient"] = anas.patient
    return rows


def visit_with_answers(cast: Cast) -> Appointment:
    """Ana's with Priya, whose answers somebody has to look at."""
    answers = ScreeningAnswers(version="1", outcome="review", given_at=NOW)
    answers.seal({})
    answers.save()
    held = hold(cast, "9:00")
    details = scheduling.Details(person=ANA, about="", privacy_notice="x", answers=answers)
    return scheduling.book(appointment=held, visitor=held.held_by, details=details, now=NOW)


def address(name: str, pattern: Any, rows: dict[str, Any]) -> str:
    """Where the page of this name stands for the row of its model."""
    last = name.rsplit(":", maxsplit=1)[-1]
    model = "_".join(last.split("_")[:2])
    row = rows["booking_merge"] if last.endswith("undo_merge") else rows.get(model)
    if row is None:
        row = rows["booking_appointment"]
    if last.startswith("booking_calendarfeed_make"):
        row = rows["content_practitioner"]
    if last.startswith("content_clinic"):
        row = rows["content_clinic"]
    if isinstance(pattern.pattern, RegexPattern):
        return reverse(name, args=[row.pk, first_version(row)])
    values = {
        "object_id": row.pk,
        "pk": row.pk,
        "id": row.pk,
        "slug": next((slug for part, slug in SLUGS.items() if last.endswith(part)), "arrived"),
        "version_id": first_version(row),
    }
    return reverse(name, kwargs={key: values[key] for key in pattern.pattern.converters})


def first_version(row: Any) -> int:
    if not hasattr(row, "history"):
        return 0
    version = row.history.first()
    return version.history_id if version else 0


def is_let_in(browser: Client, where: str) -> bool:
    """Whether a page answers anything but “you may not”, to looking or to sending."""
    for ask in (browser.get, browser.post):
        before = transaction.savepoint()
        answer: Any = ask(where)
        transaction.savepoint_rollback(before)
        assert answer.status_code < 500, where
        to_login = urlsplit(answer.headers.get("Location", "")).path == "/admin/login/"
        if answer.status_code not in {403, 405} and not to_login:
            return True
    return False


def opened_by(browser: Client, pages: dict[str, str]) -> set[str]:
    return {name for name, where in pages.items() if is_let_in(browser, where)}


def test_every_address_has_an_entry():
    assert sorted(names()) == sorted(TABLE)


def test_each_role_opens_what_the_table_says_and_nothing_else():
    rows = make_rows(make_cast())
    pages = {name: address(name, pattern, rows) for name, pattern in names().items()}
    assert opened_by(Client(), pages) == set()
    practitioner = rows["booking_appointment"].practitioner
    for role, group in ROLES.items():
        browser = Client()
        user = make_staff(f"somebody {role}", "Some", "Body", group=group)
        if role in "PL":
            practitioner.user = user
            practitioner.save()
        browser.force_login(user)
        let_in = opened_by(browser, pages)
        expected = {name for name, roles in TABLE.items() if role in roles}
        assert (group, let_in - expected, expected - let_in) == (group, set(), set())
