"""The audit chain: what one row's hash covers, and how a broken chain is named.

Each row is chained to the one before it. The database computes the hash when a row is
inserted (``chain_audit_event`` in the first migration); here the same is computed again to
verify. A checkpoint, signed and kept outside the database, says how far the chain had come,
so that a tail cut off, or a chain rewritten from some row on, is seen too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

GENESIS = bytes(32)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One row of the audit trail, as the database holds it.

    ``detail`` is canonical JSON kept as text, so that the hash covers the very bytes.
    """

    seq: int
    at: datetime
    actor_id: UUID | None
    actor_label: str
    action: str
    object_kind: str
    object_id: str
    study_id: UUID | None
    purpose: str | None
    outcome: str
    detail: str
    prev_hash: bytes
    hash: bytes


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How far the chain had come at some moment: the newest row's place and hash, signed."""

    seq: int
    hash: bytes
    at: datetime
    signature: bytes

    def signed_bytes(self) -> bytes:
        """What the signature covers."""
        return signed_bytes(self.seq, self.hash, self.at)


@dataclass(frozen=True, slots=True)
class ChainReport:
    """Outcome of a verification.

    Attributes
    ----------
    rows
        How many rows were read before the verification ended.
    broken_at
        ``seq`` of the first broken row; ``None`` when the chain is whole.
    how
        One sentence: how it is broken, or that it is whole.
    head
        ``seq`` of the newest sound row, 0 when there is none.
    """

    rows: int
    broken_at: int | None
    how: str
    head: int

    @property
    def whole(self) -> bool:
        """Whether nothing is broken."""
        return self.broken_at is None


def signed_bytes(seq: int, row_hash: bytes, at: datetime) -> bytes:
    """Canonical bytes of a checkpoint, for signing and for checking."""
    return b"clearance audit checkpoint\n%d\n%s\n%d" % (
        seq,
        row_hash.hex().encode(),
        _microseconds(at),
    )


def entry_hash(entry: AuditEntry, prev_hash: bytes) -> bytes:
    """SHA-256 over the row before and every field of this one, as netstrings."""
    fields = (
        str(entry.seq),
        str(_microseconds(entry.at)),
        _text(entry.actor_id),
        entry.actor_label,
        entry.action,
        entry.object_kind,
        entry.object_id,
        _text(entry.study_id),
        entry.purpose,
        entry.outcome,
        entry.detail,
    )
    return hashlib.sha256(prev_hash + b"".join(map(_netstring, fields))).digest()


def verify_chain(
    entries: Iterable[AuditEntry],
    checkpoints: Sequence[Checkpoint],
    is_signed: Callable[[Checkpoint], bool],
) -> ChainReport:
    """Walk the chain in the order of ``seq`` and name the first thing that does not hold.

    Parameters
    ----------
    entries
        All rows, ordered by ``seq``; read once, never held whole.
    checkpoints
        What was signed outside the database, in any order.
    is_signed
        Whether a checkpoint's signature is ours.
    """
    expected: dict[int, bytes] = {}
    for checkpoint in sorted(checkpoints, key=lambda kept: kept.seq):
        seq = checkpoint.seq
        if not is_signed(checkpoint):
            return _broken(0, seq, 0, "the checkpoint kept for it bears no valid signature.")
        # Both are ours: the chain was rewritten, and then signed for once more.
        if expected.setdefault(seq, checkpoint.hash) != checkpoint.hash:
            return _broken(0, seq, 0, "two checkpoints were signed for different rows here.")
    rows, head, prev_hash = 0, 0, GENESIS
    for entry in entries:
        problem = _problem(entry, head, prev_hash, expected)
        if problem is not None:
            missing = entry.seq > head + 1
            return _broken(rows, head + 1 if missing else entry.seq, head, problem)
        rows, head, prev_hash = rows + 1, entry.seq, entry.hash
    newest = max(expected, default=0)
    if newest > head:
        return _broken(
            rows, head + 1, head, f"rows {head + 1} to {newest} were signed for and are gone."
        )
    return ChainReport(rows, None, f"The chain of {rows} rows is whole.", head)


def _problem(
    entry: AuditEntry, head: int, prev_hash: bytes, expected: dict[int, bytes]
) -> str | None:
    if entry.seq > head + 1:
        gone = f"row {head + 1} is" if entry.seq == head + 2 else f"rows to {entry.seq - 1} are"
        return f"{gone} missing; the next one there is {entry.seq}."
    if entry.seq < 1:
        return "it stands before the first place of the chain."
    if entry.seq != head + 1:
        return "its place in the chain is taken twice, or the rows are out of order."
    if entry.prev_hash != prev_hash:
        return "it is not chained to the row before it."
    if entry.hash != entry_hash(entry, prev_hash):
        return "its content is not what was written: the hash does not match."
    if expected.get(entry.seq, entry.hash) != entry.hash:
        return "it was rewritten: a checkpoint signed for another row in this place."
    return None


def _broken(rows: int, seq: int, head: int, how: str) -> ChainReport:
    return ChainReport(rows, seq, f"Row {seq} is broken: {how}", head)


def _microseconds(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)


def _netstring(value: str | None) -> bytes:
    if value is None:
        return b"-1:,"
    encoded = value.encode()
    return b"%d:%s," % (len(encoded), encoded)
