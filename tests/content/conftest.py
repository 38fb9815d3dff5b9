from collections.abc import Iterator

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client

from tests.cast import NOW, make_staff
from tests.content.texts import browser_of
from tests.factories import make_clinic


@pytest.fixture
def at_now(db: None) -> Iterator[time_machine.Traveller]:
    """The clinic on Monday morning; move its clock with `at_now.shift(…)`."""
    with time_machine.travel(NOW, tick=False) as traveller:
        make_clinic()
        yield traveller


@pytest.fixture
def eve(db: None) -> User:
    """Edits texts."""
    return make_staff("eve", "Eve", "Moreau", group="Editor")


@pytest.fixture
def editor(eve: User) -> Client:
    """Eve's browser."""
    return browser_of(eve)
