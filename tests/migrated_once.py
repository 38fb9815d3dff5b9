"""The migrations run once, however many processes test: each copies the database they made."""

from django.conf import settings
from django.db import connection
from fasteners import InterProcessLock

TEMPLATE = "clinic_tests_template"
MADE = settings.LOCAL_DIR / "template-made"


def copy_what_the_first_migrates() -> None:
    """The test database of this process will be a copy of the template, which the first of all that
    call this makes while the others wait."""
    with InterProcessLock(settings.LOCAL_DIR / "template.lock"):
        if not MADE.exists():
            _make_template()
            MADE.touch()
    connection.settings_dict["TEST"]["TEMPLATE"] = TEMPLATE


def drop_template() -> None:
    """For a server that goes on when the tests have ended."""
    if MADE.exists():
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE {TEMPLATE}")


def _make_template() -> None:
    database = connection.settings_dict
    name, name_for_tests = database["NAME"], database["TEST"]["NAME"]
    database["TEST"]["NAME"] = TEMPLATE
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    connection.close()  # a database that somebody uses cannot be copied
    database["NAME"], database["TEST"]["NAME"] = name, name_for_tests
