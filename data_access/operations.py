"""What the operations page reads, in one statement, and the heartbeats of workers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, delete, text
from sqlalchemy.dialects.postgresql import insert as upsert

from data_access.tables import WorkerHeartbeat

#: Workers that are gone for longer are forgotten.
_FORGOTTEN_AFTER = timedelta(days=1)


def report(connection: Connection, now: datetime) -> Mapping[str, Any] | None:
    """How everything runs; None for anybody but administrators and the monitoring service."""
    held = connection.execute(text("SELECT operations_report(:now)"), {"now": now}).scalar()
    return None if held is None else dict(held)


def beat(connection: Connection, name: str, started_at: datetime, now: datetime) -> None:
    """Say that a worker is there, and forget those that are long gone."""
    connection.execute(
        upsert(WorkerHeartbeat)
        .values(name=name, started_at=started_at, seen_at=now)
        .on_conflict_do_update(
            index_elements=["name"], set_={"started_at": started_at, "seen_at": now}
        )
    )
    connection.execute(
        delete(WorkerHeartbeat).where(WorkerHeartbeat.seen_at < now - _FORGOTTEN_AFTER)
    )


def leave(connection: Connection, name: str) -> None:
    """Say that a worker ends as it should."""
    connection.execute(delete(WorkerHeartbeat).where(WorkerHeartbeat.name == name))


def set_aside(connection: Connection, job_id: UUID, now: datetime) -> bool:
    """Keep that an administrator looked at a failure; False when somebody did before."""
    return bool(
        connection.execute(
            text("SELECT set_job_aside(:job, :now)"), {"job": job_id, "now": now}
        ).scalar_one()
    )
