"""Twenty-five canaries are booked, refused and crashed; none of them sings in a log."""

import io
import json
import logging.config
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.servers.basehttp import WSGIRequestHandler
from django.db import connection, transaction
from django.test import Client, override_settings
from django.urls import path
from gunicorn.config import AccessLog  # type: ignore[import-untyped]

from booking.models import Patient
from clinic_site import urls
from clinic_site.logs import logging_config
from tests.booking.pages import give_details, press_book, take
from tests.cast import NOW, TUESDAY, Cast, make_cast
from tests.factories import local

CANARIES = [f"canary-{number:02}-{word}" for number, word in enumerate("abcdefghijklmnopqrstuvwxy")]


def crash(request):
    """A view that fails as the database would, with a patient's details in its error."""
    with transaction.atomic():
        for _ in range(2):
            Patient.objects.create(
                name=f"{CANARIES[0]} Lopez",
                email=f"{CANARIES[1]}@example.com",
                phone="+17805550150",
                created_at=NOW,
            )


urlpatterns = [*urls.urlpatterns, path("crash/", crash)]


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What the production logging writes."""
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    logging.config.dictConfig(logging_config(level="DEBUG", readable=False))
    yield stream
    logging.config.dictConfig(logging_config(level="INFO", readable=True))


@override_settings(ROOT_URLCONF="tests.security.test_logs")
def test_a_crash_names_the_constraint_and_nobody(cast: Cast, written: io.StringIO) -> None:
    client = Client(raise_request_exception=False)

    answer = client.get(f"/crash/?email={CANARIES[2]}", headers={"referer": CANARIES[3]})

    assert answer.status_code == 500
    log = written.getvalue()
    assert "IntegrityError 23505 one_patient_per_name_and_email" in log
    assert "test_logs.py" in log
    assert [canary for canary in CANARIES if canary in log] == []


def test_booking_and_its_refusals_name_nobody(
    client: Client, cast: Cast, written: io.StringIO
) -> None:
    take(client, cast.first_visit, local(TUESDAY, "9:00"), cast.riverside)
    fields = ("name", "patient_name", "about")
    for number in range(4, 25):
        give_details(client, **{fields[number % 3]: CANARIES[number]}, email=f"{CANARIES[4]}@a.com")
        give_details(client, phone=CANARIES[number], email=f"{CANARIES[number]}")
        client.get(f"/nothing/?q={CANARIES[number]}")
        client.get(f"/book/first-visit/?from={CANARIES[number]}")
    press_book(client)

    log = written.getvalue()
    assert [canary for canary in CANARIES if canary in log] == []
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    assert {"request answered 404", "request answered 400"} <= {line["event"] for line in lines}


@pytest.mark.parametrize("path", ["/v/{}", "/v/{}/", "/calendars/{}.ics", "/preview/article/{}/"])
def test_a_link_that_is_a_secret_is_not_written(
    client: Client, cast: Cast, written: io.StringIO, path: str
) -> None:
    client.get(f"{path.format(CANARIES[0])}?from={CANARIES[1]}")
    logging.getLogger("django.request").warning("Not Found: %s", path.format(CANARIES[2]))

    log = written.getvalue().replace("\\u2026", "…")
    assert [canary for canary in CANARIES if canary in log] == []
    assert f"Not Found: {path.partition('{')[0]}…" in log


@pytest.mark.parametrize("readable", [True, False])
@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        (f"/search/?q={CANARIES[0]}", "/search/"),
        (f"/v/{CANARIES[0]}?from={CANARIES[1]}", "/v/…"),
        (f"/calendars/{CANARIES[0]}.ics", "/calendars/…"),
        (f"/preview/article/{CANARIES[0]}/", "/preview/article/…"),
    ],
)
def test_the_development_server_writes_neither_questions_nor_secret_links(
    written: io.StringIO,
    monkeypatch: pytest.MonkeyPatch,
    asked: str,
    shown: str,
    *,
    readable: bool,
) -> None:
    monkeypatch.setattr(sys, "stderr", written)
    logging.config.dictConfig(logging_config(level="INFO", readable=readable))
    here, there = socket.socketpair()
    there.sendall(f"GET {asked} HTTP/1.0\r\n\r\n".encode())
    server = SimpleNamespace(base_environ={}, get_app=lambda: answer_ok)

    WSGIRequestHandler(here, ("127.0.0.1", 9), server)

    here.close()
    there.close()
    log = written.getvalue().replace("\\", "").replace("u2026", "…")
    assert f'"GET {shown} HTTP/1.0" 200' in log
    assert [canary for canary in CANARIES if canary in log] == []


def answer_ok(_environ, start_response):
    start_response("200 OK", [])
    return [b"found"]


def test_no_server_of_ours_is_asked_for_a_log_of_its_own() -> None:
    """gunicorn writes no access log unless told to, and its form has whole addresses."""
    root = Path(__file__).parents[2]
    told = [
        (root / name).read_text(encoding="utf-8")
        for name in ("clinic_site/local_run.py", "docs/deploy.md", "Makefile")
    ]

    assert AccessLog.default is None
    commands = [line for text in told for line in text.splitlines() if "gunicorn" in line]
    assert commands
    assert [line for line in commands if "access-log" in line] == []


def test_the_database_server_logs_no_row(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('log_error_verbosity')")
        assert cursor.fetchone() == ("terse",)
        cursor.execute("SELECT current_setting('log_min_error_statement')")
        assert cursor.fetchone() == ("panic",)
