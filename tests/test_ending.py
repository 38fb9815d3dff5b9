"""A run of tests that is told to end does so, and leaves no PostgreSQL behind, even if it hangs."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from clinic_site.local_postgres import is_served

RUN = """
import sys, time
from pathlib import Path
from clinic_site.local_postgres import database_url
from tests.ending import end_on_sigterm

folder = Path({folder!r})
database_url(folder)
end_on_sigterm(folder, within={within})
is_ready = False
while True:
    try:
        if not is_ready:
            is_ready = True
            print("ready", flush=True)
        time.sleep(60)
    except KeyboardInterrupt:
        print("interrupted", flush=True)
        if not {hangs}:
            sys.exit(3)
"""
FOR_GOOD = 128 + signal.SIGTERM


@contextmanager
def running(folder: Path, *, hangs: bool, within: float) -> Iterator[subprocess.Popen[str]]:
    code = RUN.format(folder=str(folder), hangs=hangs, within=within)
    run = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    try:
        assert run.stdout is not None
        assert run.stdout.readline() == "ready\n"
        assert is_served(folder)
        yield run
    finally:
        run.kill()
        run.wait()
        assert run.stdout is not None
        run.stdout.close()


def told_to_end(run: subprocess.Popen[str]) -> None:
    run.terminate()
    assert run.stdout is not None
    assert run.stdout.readline() == "interrupted\n"


def test_it_ends_as_on_ctrl_c(tmp_path: Path) -> None:
    with running(tmp_path, hangs=False, within=60) as run:
        told_to_end(run)

        assert run.wait(30) == 3
        assert not is_served(tmp_path)


def test_one_that_hangs_ends_for_good_after_a_while(tmp_path: Path) -> None:
    with running(tmp_path, hangs=True, within=0.5) as run:
        told_to_end(run)

        assert run.wait(30) == FOR_GOOD
        assert not is_served(tmp_path)


def test_one_that_hangs_ends_for_good_when_told_again(tmp_path: Path) -> None:
    with running(tmp_path, hangs=True, within=600) as run:
        told_to_end(run)
        with pytest.raises(subprocess.TimeoutExpired):
            run.wait(0.5)
        began = time.monotonic()

        run.terminate()

        assert run.wait(30) == FOR_GOOD
        assert time.monotonic() - began < 30
        assert not is_served(tmp_path)
