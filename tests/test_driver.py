"""One driver, one isolation level: the recipe for writing the diary was measured with these."""

from importlib.util import find_spec

import pytest
from django.conf import settings
from django.db import connection


def test_psycopg_3_is_not_there_for_django_to_prefer():
    assert find_spec("psycopg") is None


def test_there_is_one_database_and_it_is_postgresql():
    engines = {alias: facts["ENGINE"] for alias, facts in settings.DATABASES.items()}
    assert engines == {"default": "django.db.backends.postgresql"}


def test_a_connection_that_broke_is_replaced_before_use():
    assert connection.settings_dict["CONN_HEALTH_CHECKS"] is True


@pytest.mark.django_db
def test_django_talks_to_the_server_through_psycopg2():
    connection.ensure_connection()
    assert type(connection.connection).__module__ == "psycopg2.extensions"


@pytest.mark.django_db
def test_transactions_are_read_committed():
    with connection.cursor() as cursor:
        cursor.execute("SHOW transaction_isolation")
        assert cursor.fetchone() == ("read committed",)
