"""The same seed gives the same bytes, whoever makes them and in whatever portions."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from demonstration.files import write_study
from demonstration.generate import Size, generate_sessions
from demonstration.studies import EVERYDAY_WORK, MAKING_THINGS, STUDIES

#: SHA-256 over the files of 60 sessions with seed 7. Changing the wording or the grammar
#: changes it: look at the sessions, then put the new digest here.
DIGEST = "217e18aa54f341ef5d12b02ab1eefd51d6ac1118d4709a45523da4d493596c09"
_ROOT = Path(__file__).parents[2]


def _digest(directory: Path) -> str:
    found = hashlib.sha256()
    for path in sorted(directory.rglob("*.*")):
        found.update(path.relative_to(directory).as_posix().encode())
        found.update(path.read_bytes())
    return found.hexdigest()


def test_a_run_has_the_digest_that_is_on_record(tmp_path: Path) -> None:
    for study in STUDIES:
        write_study(tmp_path / study.slug, study, 20, 7)

    assert _digest(tmp_path) == DIGEST


def test_another_process_with_another_hash_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "demonstration", str(tmp_path), "--sessions", "60", "--seed", "7"],
        check=True,
        cwd=_ROOT,
        env={**os.environ, "PYTHONHASHSEED": "4711"},
        capture_output=True,
    )

    assert _digest(tmp_path) == DIGEST


@pytest.mark.parametrize("size", list(Size))
def test_a_range_made_alone_equals_the_same_range_of_a_longer_run(size: Size) -> None:
    whole = list(generate_sessions(3, MAKING_THINGS, 90, size=size))
    tail = list(generate_sessions(3, MAKING_THINGS, 50, size=size, first=40))

    assert whole[40:] == tail


def test_another_seed_makes_other_people() -> None:
    one = {s.record.participant_ref for s in generate_sessions(1, EVERYDAY_WORK, 50)}
    other = {s.record.participant_ref for s in generate_sessions(2, EVERYDAY_WORK, 50)}

    assert not one & other


def test_a_negative_number_of_sessions_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be negative"):
        generate_sessions(7, EVERYDAY_WORK, -1)
