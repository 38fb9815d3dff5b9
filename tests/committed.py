"""Tests whose rows must be seen by other connections: threads, servers, workers."""

from collections.abc import Iterator

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker


@pytest.fixture
def migrated_again(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    yield
    with django_db_blocker.unblock():
        rows = connection._test_serialized_contents  # type: ignore[attr-defined]
        connection.creation.deserialize_db_from_string(rows)


@pytest.fixture
def committed(
    migrated_again: None, transactional_db: None, django_db_serialized_rollback: None
) -> None:
    """What the test writes is really committed.

    Afterwards the tables are emptied, and the rows of the migrations are put back for the tests
    that follow. A test that asks for this must not be marked with django_db.
    """
