"""Many visitors at once, with nothing but the standard library, and the server that they meet."""

from __future__ import annotations

import http.client
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from statistics import quantiles
from threading import Barrier, Thread
from time import perf_counter
from typing import TypeVar
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import connection

from tests.mail_server import eventually, free_port

WORKERS, THREADS = 2, 8
READY_WITHIN = 60.0

T = TypeVar("T")
# Its token, and what it shows.
HIDDEN = re.compile(r'name="(csrfmiddlewaretoken|shown)" value="([^"]+)"')


@dataclass(frozen=True)
class Answer:
    status: int
    location: str
    body: str
    seconds: float


class Browser:
    """As much of one as a form needs: it keeps cookies, and what the last page sends unasked."""

    def __init__(self, port: int, **cookies: str) -> None:
        self.port = port
        self.cookies = dict(cookies)
        self.hidden: dict[str, str] = {}

    def get(self, path: str) -> Answer:
        answer = self._ask("GET", path, "")
        if found := HIDDEN.findall(answer.body):
            self.hidden = dict(found)
        return answer

    def post(self, path: str, **fields: str) -> Answer:
        return self._ask("POST", path, urlencode(self.hidden | fields))

    def _ask(self, method: str, path: str, body: str) -> Answer:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        started = perf_counter()
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            line.request(method, path, body, headers)
            answer = line.getresponse()
            text = answer.read().decode()
        finally:
            line.close()
        for header in answer.headers.get_all("Set-Cookie", []):
            self.cookies |= {name: each.value for name, each in SimpleCookie(header).items()}
        location = answer.headers.get("Location", "")
        return Answer(answer.status, location, text, perf_counter() - started)


def all_at_once(asks: list[Callable[[], T]]) -> list[T]:
    """Every ask in a thread of its own, none before all are ready; the answers in their order.

    Threads of our own: a pool may think that fewer than it was asked for will do, and then those
    who are ready wait for ever.
    """
    ready = Barrier(len(asks), timeout=READY_WITHIN)
    answers: dict[int, T] = {}

    def ask(position: int, one: Callable[[], T]) -> None:
        ready.wait()
        answers[position] = one()

    threads = [Thread(target=ask, args=each) for each in enumerate(asks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == len(asks), "somebody was not answered"
    return [answers[position] for position in range(len(asks))]


def one_by_one(asks: list[Callable[[], Answer]]) -> list[Answer]:
    """As many at a time as the server has threads."""
    with ThreadPoolExecutor(WORKERS * THREADS) as threads:
        return list(threads.map(lambda one: one(), asks))


@dataclass
class Figures:
    """What the rounds of a race came to."""

    rows: Counter[int] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)

    def add(self, rows: int, answers: list[Answer]) -> None:
        self.rows[rows] += 1
        self.statuses.update(answer.status for answer in answers)
        self.seconds += [answer.seconds for answer in answers]

    def __str__(self) -> str:
        cuts = quantiles(self.seconds, n=20)
        rounds = ", ".join(f"{rows} in {times}" for rows, times in sorted(self.rows.items()))
        statuses = ", ".join(f"{code}: {times}" for code, times in sorted(self.statuses.items()))
        return (
            f"{len(self.seconds)} requests; active rows: {rounds} rounds; answers {statuses}; "
            f"p50 {cuts[9]:.2f} s, p95 {cuts[18]:.2f} s, max {max(self.seconds):.2f} s"
        )


@contextmanager
def server(settings_module: str, log: Path) -> Iterator[int]:
    """The site under gunicorn on the database of the tests; its port."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "clinic_site.wsgi"]
    command += ["--bind", f"127.0.0.1:{port}", "--worker-class", "gthread"]
    command += ["--workers", str(WORKERS), "--threads", str(THREADS)]
    command += ["--log-level", "warning", "--no-control-socket", "--graceful-timeout", "5"]
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": settings_module,
        "DATABASE_URL": url_of_the_test_database(),
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=settings.BASE_DIR, env=environment, stdout=output, stderr=output
        )
        try:
            eventually(lambda: answers(port), within=60)
            yield port
        finally:
            process.terminate()
            process.wait()


def answers(port: int) -> bool:
    try:
        return Browser(port).get("/healthz").status == 200
    except OSError:
        return False


def url_of_the_test_database() -> str:
    facts = connection.settings_dict
    login = f"{quote(facts['USER'])}:{quote(facts['PASSWORD'])}"
    port = f":{facts['PORT']}" if facts["PORT"] else ""
    query = urlencode({"host": facts["HOST"]}) if facts["HOST"] else ""
    return f"postgresql://{login}@{port}/{quote(facts['NAME'])}?{query}"
