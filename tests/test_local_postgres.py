"""The PostgreSQL of a development install: it ends with its last user, however the others ended."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from clinic_site.local_postgres import database_url, forget_the_dead, is_served

USE = "from pathlib import Path; from clinic_site.local_postgres import database_url; "
USE_IT = USE + "database_url(Path({folder!r})); print('ready', flush=True); input()"


def start_using(folder: Path) -> subprocess.Popen[bytes]:
    """A process that uses the server in `folder` until something is typed."""
    user = subprocess.Popen(
        [sys.executable, "-c", USE_IT.format(folder=str(folder))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert user.stdout is not None
    assert user.stdout.readline() == b"ready\n"
    return user


def kill_server(folder: Path) -> None:
    os.kill(int((folder / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    while is_served(folder):  # its children see it and end
        pass


def test_the_server_serves_its_last_user_and_then_stops(tmp_path):
    folder = tmp_path / "postgres"
    first, second = start_using(folder), start_using(folder)
    first.communicate(b"\n")
    assert is_served(folder)
    second.communicate(b"\n")
    assert not is_served(folder)


def test_a_server_whose_user_and_self_were_killed_starts_again_and_stops(tmp_path):
    folder = tmp_path / "postgres"
    user = start_using(folder)
    user.kill()
    user.communicate()
    kill_server(folder)

    user = start_using(folder)
    assert is_served(folder)
    user.communicate(b"\n")
    assert not is_served(folder)


def test_a_program_with_the_number_of_a_dead_server_is_not_taken_for_it(tmp_path):
    trace = tmp_path / "postmaster.pid"
    trace.write_text(f"{os.getpid()}\n{tmp_path}\n")
    forget_the_dead(tmp_path)
    assert not trace.exists()


def test_a_program_with_the_number_of_a_dead_user_is_not_taken_for_it(tmp_path):
    users = tmp_path / ".handle_pids.json"
    users.write_text(json.dumps([os.getpid()]))
    forget_the_dead(tmp_path)
    assert json.loads(users.read_text()) == [os.getpid()]

    before_we_began = 0
    os.utime(users, (before_we_began, before_we_began))
    forget_the_dead(tmp_path)
    assert json.loads(users.read_text()) == []


def test_a_folder_that_a_shell_would_misread_is_refused_with_the_cure(tmp_path):
    with pytest.raises(ImproperlyConfigured, match=r"because of the character ' '.*DATABASE_URL"):
        database_url(tmp_path / "my clinic")
