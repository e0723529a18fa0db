"""Checkpoints: signed, never going back, and seen when they are touched."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.errors import ClearanceError
from services.checkpoints import Checkpoints

_NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def kept(tmp_path: Path) -> Checkpoints:
    return Checkpoints(tmp_path / "checkpoints", Ed25519PrivateKey.generate())


def _hash(seq: int) -> bytes:
    return seq.to_bytes(32, "big")


def test_the_head_is_the_newest_and_history_keeps_one_in_every_hundred(
    kept: Checkpoints,
) -> None:
    for seq in range(1, 251):
        kept.advance(seq, _hash(seq), _NOW)
    held = kept.read()
    assert [each.seq for each in held] == [1, 100, 200, 250]
    assert [each.hash for each in held] == [_hash(each.seq) for each in held]
    assert all(kept.is_signed(each) for each in held)


def test_a_late_writer_takes_nothing_back(kept: Checkpoints) -> None:
    kept.advance(7, _hash(7), _NOW)
    kept.advance(6, _hash(6), _NOW)
    kept.advance(7, _hash(99), _NOW)
    assert max(kept.read(), key=lambda each: each.seq).hash == _hash(7)


def test_many_at_once_leave_the_newest(kept: Checkpoints) -> None:
    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(kept.advance, seq, _hash(seq), _NOW) for seq in range(1, 60)]:
            done.result()
    held = kept.read()
    assert held[-1].seq == 59
    assert all(kept.is_signed(each) for each in held)


def test_what_another_key_signed_is_not_ours(kept: Checkpoints, tmp_path: Path) -> None:
    forger = Checkpoints(tmp_path / "forged", Ed25519PrivateKey.generate())
    forger.advance(7, _hash(7), _NOW)
    assert not any(kept.is_signed(each) for each in forger.read())


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", "nonsense", '{"seq": "x", "hash": "", "at": "", "signature": ""}']
)
def test_a_file_that_is_no_checkpoint_is_named(content: str, kept: Checkpoints) -> None:
    kept.advance(1, _hash(1), _NOW)
    (kept.directory / "history.jsonl").write_text(f"{content}\n")
    with pytest.raises(ClearanceError, match=r"history\.jsonl, line 1 is not a checkpoint"):
        kept.read()
