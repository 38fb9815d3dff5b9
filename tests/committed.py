"""Tests whose rows must be seen by other connections: threads, servers, workers, browsers."""

import io

import pytest
from django.db import connection, transaction
from django.test import TransactionTestCase
from pytest_django import DjangoDbBlocker


@pytest.fixture(scope="session")
def rows_of_migrations(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> dict[str, bytes]:
    """Of each table what the migrations left in it, as COPY writes it."""
    rows = {}
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for table in connection.introspection.django_table_names(only_existing=True):
            copied = io.BytesIO()
            cursor.copy_expert(f'COPY "{table}" TO STDOUT', copied)
            rows[table] = copied.getvalue()
    return rows


@pytest.fixture
def emptied_by_us(rows_of_migrations: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    """Django would truncate the tables and fill some itself, which takes ten times as long."""

    def put_back(_: TransactionTestCase) -> None:
        _put_back(rows_of_migrations)

    monkeypatch.setattr(TransactionTestCase, "_fixture_teardown", put_back)


@pytest.fixture
def committed(emptied_by_us: None, transactional_db: None) -> None:
    """What the test writes is really committed.

    Afterwards each table has again what the migrations left in it, for the tests that follow. A
    test that asks for this must not be marked with django_db.
    """


@transaction.atomic
def _put_back(rows: dict[str, bytes]) -> None:
    # Foreign keys are looked at when the transaction ends, so the order does not matter.
    with connection.cursor() as cursor:
        cursor.execute("; ".join(f'DELETE FROM "{table}"' for table in rows))
        for table, copied in rows.items():
            if copied:
                cursor.copy_expert(f'COPY "{table}" FROM STDIN', io.BytesIO(copied))
