"""The benchmark of special uniques weighs sessions whose combinations are kept and ended."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import uniques


def test_sessions_of_a_filled_study_are_weighed_one_by_one(
    server_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uniques, "_WEIGHED", 6)
    counted = uniques.measure(server_directory / "data", 200)
    assert counted.sessions == 200
    assert counted.processor > 0
    assert 0 < counted.median <= counted.worst
