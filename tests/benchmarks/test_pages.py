"""The benchmark of pages measures what it says: every page answers in a seeded installation."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import pages
from benchmarks.house import house

_SESSIONS = 2_000


def test_every_click_is_timed_in_a_seeded_installation(
    server_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "RUNS", 3)
    with house(server_directory / "data", _SESSIONS) as measured:
        timed = pages.measure(measured)
    names = [one.click.name for one in timed]
    assert len(names) == len(set(names)) == 41
    assert all(0 < one.median <= one.worst for one in timed)
