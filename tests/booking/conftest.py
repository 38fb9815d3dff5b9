from collections.abc import Iterator

import pytest
import time_machine
from django.contrib.auth.models import User

from tests.cast import NOW, Cast, make_cast, make_staff


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def at_now() -> Iterator[time_machine.Traveller]:
    """The views' clock stands at NOW; move it with `at_now.move_to(…)`."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def priya(cast: Cast) -> User:
    """Her login, and which practitioner she is."""
    cast.priya.user = make_staff("priya", "Priya", "Nair", group="Practitioner")
    cast.priya.save()
    return cast.priya.user
