"""The running installation that tests from outside share."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.processes import Live, running


@pytest.fixture(scope="session")
def live() -> Iterator[Live]:
    # Not pytest's own directory: its next run shuts that one to the database's user.
    with (
        tempfile.TemporaryDirectory(prefix="clearance-") as directory,
        running(Path(directory)) as live,
    ):
        yield live
