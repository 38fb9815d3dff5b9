"""`make run`, once everything is installed."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from urllib.parse import urlsplit

import psutil
import psycopg2
import pytest

from clinic_site.local_run import WORKER

DATABASE = "an_empty_clinic"
# More than anything here takes; what is left behind would keep us waiting for ever.
SECONDS = 60


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    """The URL of a database of our own: empty at first, then kept from test to test."""
    server = os.environ["DATABASE_URL"]
    with closing(psycopg2.connect(server)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {DATABASE}")
            cursor.execute(f"CREATE DATABASE {DATABASE}")
            yield urlsplit(server)._replace(path=f"/{DATABASE}").geturl()
            cursor.execute(f"DROP DATABASE {DATABASE}")


@contextmanager
def local_run(database: str, port: int) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-m", "clinic_site.local_run", "--port", str(port)],
        env=os.environ | {"DATABASE_URL": database, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as run:
        try:
            yield run
        finally:
            run.terminate()
            run.wait()


def printed_until_ready(run: subprocess.Popen[str]) -> str:
    assert run.stdout is not None
    lines = []
    for line in run.stdout:
        lines.append(line)
        if "Ctrl-C" in line:
            return "".join(lines)
    pytest.fail("".join(lines))


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def status(port: int, path: str) -> int:
    with closing(HTTPConnection("127.0.0.1", port)) as client:
        client.request("GET", path)
        return client.getresponse().status


def still_running(processes: list[psutil.Process]) -> list[psutil.Process]:
    return [each for each in processes if each.is_running() and not has_ended(each)]


def has_ended(process: psutil.Process) -> bool:
    """Also one whose end nobody has taken note of yet."""
    try:
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def test_an_empty_database_becomes_a_clinic_and_ctrl_c_leaves_no_process(database):
    port = free_port()
    with local_run(database, port) as run:
        printed = printed_until_ready(run)
        assert f"http://localhost:{port}/admin/" in printed
        assert "dina" in printed
        assert [status(port, path) for path in ("/readyz", "/admin/login/")] == [200, 200]
        started = psutil.Process(run.pid).children(recursive=True)
        run.send_signal(signal.SIGINT)
        assert "Stopped" in run.communicate(timeout=SECONDS)[0]
        assert run.returncode == 0
    # The site, its two workers, and the letters' worker at the least.
    assert len(started) >= 4
    assert still_running(started) == []


def test_when_one_part_dies_all_stop_and_say_so(database):
    with local_run(database, free_port()) as run:
        printed_until_ready(run)
        started = psutil.Process(run.pid).children(recursive=True)
        (worker,) = [each for each in started if "deliver_messages" in each.cmdline()]
        worker.kill()
        assert f"{WORKER} ended" in run.communicate(timeout=SECONDS)[0]
        assert run.returncode == 1
    assert still_running(started) == []


def test_a_taken_port_is_said_before_anything_starts(database):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with local_run(database, port) as run:
            printed = run.communicate(timeout=SECONDS)[0]
    assert printed.startswith(f"Port {port} is taken")
    assert run.returncode == 1
