"""The running installation that tests from outside share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.live.processes import Live, running


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with running(tmp_path_factory.mktemp("live")) as live:
        yield live
