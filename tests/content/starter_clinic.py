"""The clinic of the starter texts, published, for tests that only read them."""

from collections.abc import Iterator

import pytest
import time_machine
from django.core.management import call_command
from django.db import transaction
from pytest_django import DjangoDbBlocker

from tests.cast import NOW


@pytest.fixture(scope="module")
def starter_clinic(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Loaded at NOW, once for a module; what a test changes is undone after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        with time_machine.travel(NOW, tick=False):
            call_command("load_starter_content", publish=True)
        yield
        transaction.set_rollback(True)
