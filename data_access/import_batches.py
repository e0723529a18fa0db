"""Import batches: one offered file, its progress and its report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, insert, select, update

from data_access.tables import ImportBatch, ImportRefusal, Staff, Study


@dataclass(frozen=True, slots=True)
class BatchRow:
    """One import as the list shows it."""

    id: UUID
    study_slug: str
    file_name: str
    state: str
    rows_read: int
    imported: int
    skipped: int
    refused: int
    started_by: str
    started_at: datetime
    heartbeat_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class RefusalRow:
    """One refused row of a file."""

    file_name: str
    row: int
    transcript_id: str | None
    rule: str
    reason: str


def start(
    connection: Connection, *, study_id: UUID, file_name: str, by: UUID, now: datetime
) -> UUID:
    """Record that a file is being read."""
    return connection.execute(
        insert(ImportBatch)
        .values(
            study_id=study_id, file_name=file_name, started_by=by, started_at=now, heartbeat_at=now
        )
        .returning(ImportBatch.id)
    ).scalar_one()


def beat(connection: Connection, batch_id: UUID, rows_read: int, now: datetime) -> None:
    """Say how far the reading has come, and that it goes on."""
    connection.execute(
        update(ImportBatch)
        .where(ImportBatch.id == batch_id)
        .values(rows_read=rows_read, heartbeat_at=now)
    )


def finish(
    connection: Connection,
    batch_id: UUID,
    *,
    state: str,
    rows_read: int,
    imported: int,
    skipped: int,
    refused: int,
    file_digest: bytes | None,
    now: datetime,
) -> None:
    """Record how it ended."""
    connection.execute(
        update(ImportBatch)
        .where(ImportBatch.id == batch_id)
        .values(
            state=state,
            rows_read=rows_read,
            imported=imported,
            skipped=skipped,
            refused=refused,
            file_digest=file_digest,
            finished_at=now,
            heartbeat_at=now,
        )
    )


def refuse_rows(connection: Connection, batch_id: UUID, rows: Sequence[RefusalRow]) -> None:
    """Keep the refused rows of a batch, in their order."""
    if rows:
        connection.execute(
            insert(ImportRefusal),
            [
                {
                    "batch_id": batch_id,
                    "ordinal": ordinal,
                    "file_name": row.file_name,
                    "row": row.row,
                    "transcript_id": row.transcript_id,
                    "rule": row.rule,
                    "reason": row.reason,
                }
                for ordinal, row in enumerate(rows)
            ],
        )


def mark_interrupted(connection: Connection, silent_since: datetime) -> int:
    """Close the books on imports whose process died; nothing of them was kept."""
    return connection.execute(
        update(ImportBatch)
        .where(ImportBatch.state == "running", ImportBatch.heartbeat_at < silent_since)
        .values(state="interrupted", finished_at=silent_since)
    ).rowcount


def recent(connection: Connection, at_most: int) -> list[BatchRow]:
    """The newest imports."""
    rows = connection.execute(
        select(
            ImportBatch.id,
            Study.slug.label("study_slug"),
            ImportBatch.file_name,
            ImportBatch.state,
            ImportBatch.rows_read,
            ImportBatch.imported,
            ImportBatch.skipped,
            ImportBatch.refused,
            Staff.display_name.label("started_by"),
            ImportBatch.started_at,
            ImportBatch.heartbeat_at,
            ImportBatch.finished_at,
        )
        .join(Study, Study.id == ImportBatch.study_id)
        .join(Staff, Staff.id == ImportBatch.started_by)
        .order_by(ImportBatch.started_at.desc())
        .limit(at_most)
    )
    return [BatchRow(**row) for row in rows.mappings()]


def refusals(connection: Connection, batch_id: UUID) -> list[RefusalRow]:
    """The refused rows of one import."""
    rows = connection.execute(
        select(
            ImportRefusal.file_name,
            ImportRefusal.row,
            ImportRefusal.transcript_id,
            ImportRefusal.rule,
            ImportRefusal.reason,
        )
        .where(ImportRefusal.batch_id == batch_id)
        .order_by(ImportRefusal.ordinal)
    )
    return [RefusalRow(*row) for row in rows]
