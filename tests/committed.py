"""Tests whose rows must be seen by other connections: threads, servers, workers, browsers."""

from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import connection
from pytest_django import DjangoDbBlocker


@pytest.fixture(scope="session")
def rows_of_migrations(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> str:
    with django_db_blocker.unblock():
        return connection.creation.serialize_db_to_string()


@pytest.fixture
def migrated_again(rows_of_migrations: str, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    yield
    with django_db_blocker.unblock():
        # Django has emptied the tables and then filled some itself: its content types.
        call_command("flush", verbosity=0, interactive=False, inhibit_post_migrate=True)
        connection.creation.deserialize_db_from_string(rows_of_migrations)


@pytest.fixture
def committed(migrated_again: None, transactional_db: None) -> None:
    """What the test writes is really committed.

    Afterwards the tables are emptied, and the rows of the migrations are put back for the tests
    that follow. A test that asks for this must not be marked with django_db.
    """
