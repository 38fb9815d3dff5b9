"""What holds for every test: nothing leaves this machine, and proofs are short unless PROVE=1."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as examples

from tests.ending import end_on_sigterm
from tests.network import block_network

MARKED_BY_FOLDER = ("browser", "race")

# Commands that only one page gives are tested where it is.
TESTED_BY_PAGES = (
    *("test_admin_absences", "test_admin_diary", "test_admin_diary_booking", "test_admin_links"),
    *("test_admin_patients", "test_admin_worklists", "test_view_find_my_visit"),
)

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


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> None:
    """Watch no branches while a page is tested.

    Between two tests of pages nothing is switched: a browser may open a connection then, and the
    server's new thread would be caught in the middle of it.
    """
    controller = getattr(item.config.pluginmanager.getplugin("_cov"), "cov_controller", None)
    if controller is None or controller.started == _tests_the_rules(item.path):
        return
    if controller.started:
        controller.pause()
    else:
        controller.resume()


def _tests_the_rules(path: Path) -> bool:
    """Tests of pages go through the diary's rules and commands too, but most of these have tests
    of their own. Watching every branch makes a test half as slow again, so only theirs are."""
    is_of_a_page = path.name.startswith(("test_view_", "test_admin_"))
    return path.parent.name == "booking" and (not is_of_a_page or path.stem in TESTED_BY_PAGES)
