"""Tests whose rows must be seen by other connections: threads, servers, workers, browsers."""

import pytest
from django.test import TransactionTestCase
from pytest_django import DjangoDbBlocker

from tests import table_rows


@pytest.fixture(scope="session")
def rows_of_migrations(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> dict[str, bytes]:
    """Of each table what the migrations left in it, as COPY writes it."""
    with django_db_blocker.unblock():
        return table_rows.copied()


@pytest.fixture
def emptied_by_us(rows_of_migrations: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    """Django would truncate the tables and fill some itself, which takes ten times as long."""

    def teardown(_: TransactionTestCase) -> None:
        table_rows.put_back(rows_of_migrations)

    monkeypatch.setattr(TransactionTestCase, "_fixture_teardown", teardown)


@pytest.fixture
def committed(emptied_by_us: None, transactional_db: None) -> None:
    """What the test writes is really committed.

    Afterwards each table has again what the migrations left in it, for the tests that follow. A
    test that asks for this must not be marked with django_db.
    """
