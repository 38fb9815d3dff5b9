"""The site that many clients meet at once, and what is printed of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.race.clients import Figures, server


@pytest.fixture(scope="module")
def site(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of the site with the settings of the tests."""
    with server("tests.settings", tmp_path_factory.mktemp("site") / "log") as port:
        yield port


@pytest.fixture
def figures(
    request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> Iterator[Figures]:
    counted = Figures()
    yield counted
    with capsys.disabled():
        print(f"\n{request.node.name}: {counted}")
