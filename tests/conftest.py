"""What holds for every test: nothing leaves this machine, and proofs are short unless PROVE=1."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as examples
from pytest_django import DjangoDbBlocker
from pytest_django.plugin import blocking_manager_key

from tests import migrated_once
from tests.ending import end_on_sigterm
from tests.network import block_network

MARKED_BY_FOLDER = ("browser", "race")

# Tests of the diary that need not be watched: they go through commands which have tests of their
# own, or test modules whose branches are not counted.
UNWATCHED = (
    *("test_availability_oracle", "test_board_layout", "test_calendar_feeds"),
    *("test_calendar_invites", "test_clock", "test_day_board", "test_deliver_messages"),
    *("test_letters", "test_local_time", "test_note_bounce", "test_outbox", "test_reminders"),
    *("test_reports", "test_sealing", "test_sealing_backup", "test_state_machine"),
    *("test_state_machine_around_a_visit", "test_state_machine_of_offers", "test_text_messages"),
    "test_whole_life",
)

# Pages whose tests are watched: some branches of a command are gone through only there.
WATCHED_PAGES = (
    *("test_admin_absences", "test_admin_diary", "test_admin_diary_booking", "test_admin_links"),
    *("test_admin_patients", "test_admin_screening", "test_admin_worklists"),
    "test_view_find_my_visit",
)

examples.register_profile("short", max_examples=50, deadline=None)
examples.register_profile(
    "long", max_examples=1_000, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


def pytest_configure() -> None:
    block_network()
    examples.load_profile("long" if os.environ.get("PROVE") == "1" else "short")
    end_on_sigterm(Path(os.environ["CLINIC_TEST_FOLDER"]) / "postgres")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    request: pytest.FixtureRequest,
    django_db_modify_db_settings: None,
    django_db_blocker: DjangoDbBlocker,
) -> None:
    if hasattr(request.config, "workerinput"):
        with django_db_blocker.unblock():
            migrated_once.copy_what_the_first_migrates()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if not hasattr(session.config, "workerinput"):
        with session.config.stash[blocking_manager_key].unblock():
            migrated_once.drop_template()


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
    if controller is None or controller.started == _is_watched(item.path):
        return
    if controller.started:
        controller.pause()
    else:
        controller.resume()


def _is_watched(path: Path) -> bool:
    """Watching every branch makes a test half as slow again, so it is done where it is needed for
    the modules of which every branch must be tested."""
    if path.parent.name != "booking":
        return False
    if path.name.startswith(("test_view_", "test_admin_")):
        return path.stem in WATCHED_PAGES
    return path.stem not in UNWATCHED
