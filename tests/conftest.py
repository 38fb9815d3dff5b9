"""What holds for every test: nothing leaves this machine, and proofs are short unless PROVE=1."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as examples

from tests.ending import end_on_sigterm
from tests.network import block_network

MARKED_BY_FOLDER = ("browser", "race")

examples.register_profile("short", max_examples=50, deadline=None)
examples.register_profile(
    "long", max_examples=1_000, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


def pytest_configure() -> None:
    block_network()
    examples.load_profile("long" if os.environ.get("PROVE") == "1" else "short")
    end_on_sigterm(Path(os.environ["CLINIC_TEST_FOLDER"]) / "postgres")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent.name in MARKED_BY_FOLDER:
            item.add_marker(item.path.parent.name)
