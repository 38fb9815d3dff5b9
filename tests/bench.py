"""`make bench`: how fast the pages are, as ratios to a bare Django view measured beside them.

Both run under gunicorn with 2 sync workers; 8 clients ask them in turns, and each figure is the
median of the rounds. Requests per second depend on the machine; the ratio much less so.
"""

from __future__ import annotations

import http.client
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402 - models need the setup above
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone  # noqa: E402

from booking import scheduling  # noqa: E402
from booking.models import Room  # noqa: E402
from booking.openings import Openings  # noqa: E402
from booking.registration import Person  # noqa: E402
from content.models import Location, Practitioner  # noqa: E402
from tests.booking.big_day import VISITS, fill_the_day  # noqa: E402
from tests.cast import make_cast  # noqa: E402
from tests.factories import local, make_hours, make_practitioner  # noqa: E402

CLIENTS = 8
ROUNDS = 5
SECONDS = 2.0
PRACTITIONERS = 20
DATABASE = "clinic_bench"
PAGES = {
    "home": "/",
    f"times ({PRACTITIONERS} practitioners, a week)": "/book/first-visit/",
    "article": "/articles/side-effects-and-serious-harms/",
    "condition": "/conditions/neck-pain/",
    "search": "/search/?q=planter+fasciitis",
}

BOARD = f"diary board ({PRACTITIONERS} practitioners, {VISITS} visits)"


def main() -> None:
    with bench_database() as url:
        make_busy_clinic()
        board, cookie = make_full_board()
        call_command("load_starter_content", publish=True)
        queries = {name: count_queries(path) for name, path in PAGES.items()}
        queries[BOARD] = count_queries(board, cookie)
        connection.close()
        with (
            server("clinic_site.wsgi", DATABASE_URL=url) as site,
            server("tests.bench_control") as control,
        ):
            print(f"{'page':45}{'req/s':>9}{'control':>9}{'ratio':>8}{'queries':>9}")
            for name, path in PAGES.items():
                report(name, measure(site, path, control), queries[name])
            report(BOARD, measure(site, board, control, cookie), queries[BOARD])


def report(name: str, rounds: list[tuple[float, float]], queries: int) -> None:
    page = statistics.median(page for page, _ in rounds)
    control = statistics.median(control for _, control in rounds)
    print(f"{name:45}{page:9.1f}{control:9.1f}{page / control:8.3f}{queries:9}")


def measure(site: int, path: str, control: int, cookie: str = "") -> list[tuple[float, float]]:
    """(page, control) in requests per second, alternating; a first round warms up."""
    rounds = [(rate(site, path, cookie), rate(control, "/")) for _ in range(ROUNDS + 1)]
    return rounds[1:]


def rate(port: int, path: str, cookie: str = "") -> float:
    counted = [0] * CLIENTS
    end = time.monotonic() + SECONDS

    def ask(position: int) -> None:
        while time.monotonic() < end:
            asking = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            asking.request("GET", path, headers={"Cookie": cookie})
            answer = asking.getresponse()
            answer.read()
            asking.close()
            if answer.status != 200:
                raise RuntimeError(f"{path} answered {answer.status}")
            counted[position] += 1

    clients = [threading.Thread(target=ask, args=(position,)) for position in range(CLIENTS)]
    begun = time.monotonic()
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    return sum(counted) / (time.monotonic() - begun)


def count_queries(path: str, cookie: str = "") -> int:
    with CaptureQueriesContext(connection) as captured:
        answer = Client(headers={"cookie": cookie}).get(path)
    if answer.status_code != 200:
        raise RuntimeError(f"{path} answered {answer.status_code}")
    return len(captured)


@contextmanager
def bench_database() -> Iterator[str]:
    """A database of its own, made by Django as for tests; yields its URL."""
    creation = connection.creation
    connection.settings_dict["TEST"]["NAME"] = DATABASE
    original = connection.settings_dict["NAME"]
    creation.create_test_db(verbosity=0, autoclobber=True)
    found = connection.settings_dict
    host, port = found["HOST"], found["PORT"]
    try:
        yield (
            f"postgresql://{found['USER']}:{found['PASSWORD']}@/{DATABASE}?host={host}"
            + (f"&port={port}" if port else "")
        )
    finally:
        creation.destroy_test_db(original, verbosity=0)


@contextmanager
def server(application: str, **environment: str) -> Iterator[int]:
    """gunicorn with 2 sync workers on a free loopback port, which it yields."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "gunicorn", application, "--workers=2"),
            *(f"--bind=127.0.0.1:{port}", "--log-level=error"),
        ],
        env=os.environ | environment,
    )
    try:
        wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def wait_for(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the server did not start")


def make_busy_clinic() -> None:
    """Twenty practitioners at two locations; about a third of the coming week is booked."""
    cast = make_cast()
    for number in range(PRACTITIONERS - 2):
        practitioner = make_practitioner(f"Practitioner {number}")
        cast.first_visit.practitioners.add(practitioner)
        make_hours(practitioner, cast.riverside if number % 2 else cast.hilltop)
    for number in range(2 * PRACTITIONERS):
        location = cast.riverside if number % 2 else cast.hilltop
        Room.objects.create(location=location, name=f"Bench {number}", order=number)
    now = timezone.now()
    monday = timezone.localdate(now) + timedelta(days=7 - timezone.localdate(now).weekday())
    for practitioner, location in {
        (practitioner, opening.location)
        for day in Openings(cast.first_visit, now=now).week(monday)
        for opening in day.times
        for practitioner in opening.practitioners
    }:
        for offset in range(5):
            for wall in ("9:00", "13:00"):
                scheduling.book_for_caller(
                    service=cast.first_visit,
                    practitioner=practitioner,
                    location=location,
                    start=local(monday + timedelta(days=offset), wall),
                    person=Person(name="Bench", email="", phone="+17805550150"),
                    by=cast.dina,
                    now=now,
                )


def make_full_board() -> tuple[str, str]:
    """The address of a full day on the diary board, and the cookie of somebody who may see it."""
    day = timezone.localdate() + timedelta(days=15 - timezone.localdate().weekday())
    team, riverside = list(Practitioner.objects.all()), Location.objects.get(slug="riverside")
    fill_the_day(team, riverside, local(day, "9:00"), now=timezone.now())
    browser = Client()
    browser.force_login(User.objects.get(username="dina"))
    name = settings.SESSION_COOKIE_NAME
    return f"/admin/diary/?day={day}", f"{name}={browser.cookies[name].value}"


if __name__ == "__main__":
    main()
