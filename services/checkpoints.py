"""Signed audit checkpoints, kept outside the database.

``head.json`` holds the newest checkpoint and is replaced whole each time something was
audited; ``history.jsonl`` keeps one in every hundred, so that a chain rewritten from an old
row on is seen as well. Both are in the checkpoint directory, which belongs on another disk
or machine than the database.
"""

from __future__ import annotations

import fcntl
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.audit import Checkpoint, signed_bytes
from domain.errors import ClearanceError

_HISTORY_EVERY = 100


@dataclass(frozen=True)
class Checkpoints:
    """The checkpoint directory and the key that signs."""

    directory: Path
    key: Ed25519PrivateKey

    def advance(self, seq: int, row_hash: bytes, now: datetime) -> None:
        """Sign for the newest row, unless a newer one was signed for already."""
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.directory / ".lock").open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            head = self._read_head()
            if head is not None and head.seq >= seq:
                return
            line = self._line(seq, row_hash, now)
            draft = self.directory / ".head.draft"
            draft.write_text(line)
            draft.replace(self._head)
            if head is None or seq // _HISTORY_EVERY > head.seq // _HISTORY_EVERY:
                with self._history.open("a") as history:
                    history.write(line)

    def read(self) -> list[Checkpoint]:
        """Every checkpoint kept, the head included.

        Raises
        ------
        ClearanceError
            When a file is not what was written: it names the file and the line.
        """
        found = []
        for path in (self._history, self._head):
            if path.exists():
                for number, line in enumerate(path.read_text().splitlines(), start=1):
                    found.append(_parse(line, f"{path}, line {number}"))
        return found

    def newest(self) -> Checkpoint | None:
        """The checkpoint for the newest row, or None before the first.

        Raises
        ------
        ClearanceError
            When the file is not what was written.
        """
        return self._read_head()

    def is_signed(self, checkpoint: Checkpoint) -> bool:
        """Whether the signature is this installation's."""
        try:
            self.key.public_key().verify(checkpoint.signature, checkpoint.signed_bytes())
        except InvalidSignature:
            return False
        return True

    @property
    def _head(self) -> Path:
        return self.directory / "head.json"

    @property
    def _history(self) -> Path:
        return self.directory / "history.jsonl"

    def _read_head(self) -> Checkpoint | None:
        if not self._head.exists():
            return None
        return _parse(self._head.read_text(), str(self._head))

    def _line(self, seq: int, row_hash: bytes, now: datetime) -> str:
        signature = self.key.sign(signed_bytes(seq, row_hash, now))
        return (
            json.dumps(
                {
                    "seq": seq,
                    "hash": row_hash.hex(),
                    "at": now.isoformat(),
                    "signature": signature.hex(),
                }
            )
            + "\n"
        )


def _parse(line: str, place: str) -> Checkpoint:
    try:
        held = json.loads(line)
        return Checkpoint(
            seq=int(held["seq"]),
            hash=bytes.fromhex(held["hash"]),
            at=datetime.fromisoformat(held["at"]),
            signature=bytes.fromhex(held["signature"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise ClearanceError(f"{place} is not a checkpoint. Restore it from its copy.") from error
