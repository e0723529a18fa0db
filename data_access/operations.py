"""How the desk runs, read in one statement; heartbeats and rounds of workers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, delete, select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from data_access.tables import AuditEvent, WorkerHeartbeat, WorkerRound

#: Workers that are gone for longer are forgotten.
_FORGOTTEN_AFTER = timedelta(days=1)
#: Any fixed number, the same for everyone who asks for the daily walk.
_LOCK = 4_611_918


def report(
    connection: Connection, now: datetime, signed: int | None, kinds: Sequence[str]
) -> Mapping[str, Any] | None:
    """How everything runs; None for anybody but administrators and the monitoring service."""
    held = connection.execute(
        text("SELECT operations_report(:now, :signed, CAST(:kinds AS text[])) || letters_report()"),
        {"now": now, "signed": signed, "kinds": list(kinds)},
    ).scalar()
    return None if held is None else dict(held)


def beat(
    connection: Connection,
    name: str,
    version: str,
    started_at: datetime,
    doing: tuple[str, datetime] | None,
    now: datetime,
) -> None:
    """Say that a worker is there and what it is at, and forget those that are long gone."""
    said = {
        "version": version,
        "started_at": started_at,
        "seen_at": now,
        "doing": "" if doing is None else doing[0],
        "doing_since": None if doing is None else doing[1],
    }
    connection.execute(
        upsert(WorkerHeartbeat)
        .values(name=name, **said)
        .on_conflict_do_update(index_elements=["name"], set_=said)
    )
    connection.execute(
        delete(WorkerHeartbeat).where(WorkerHeartbeat.seen_at < now - _FORGOTTEN_AFTER)
    )


def leave(connection: Connection, name: str) -> None:
    """Say that a worker ends as it should."""
    connection.execute(delete(WorkerHeartbeat).where(WorkerHeartbeat.name == name))


def round_done(connection: Connection, name: str, worker: str, now: datetime) -> None:
    """Say that a round was gone."""
    said: dict[str, Any] = {
        "worker": worker,
        "done_at": now,
        "failures": 0,
        "failed_at": None,
        "problem": None,
    }
    connection.execute(
        upsert(WorkerRound)
        .values(name=name, **said)
        .on_conflict_do_update(index_elements=["name"], set_=said)
    )


def round_failed(
    connection: Connection, name: str, worker: str, problem: str, now: datetime
) -> None:
    """Say that a round failed, with the class of the error."""
    said: dict[str, Any] = {"worker": worker, "failed_at": now, "problem": problem}
    connection.execute(
        upsert(WorkerRound)
        .values(name=name, failures=1, **said)
        .on_conflict_do_update(
            index_elements=["name"], set_={**said, "failures": WorkerRound.failures + 1}
        )
    )


def set_aside(connection: Connection, job_id: UUID, now: datetime) -> bool:
    """Keep that an administrator looked at a failure; False when somebody did before."""
    return bool(
        connection.execute(
            text("SELECT set_job_aside(:job, :now)"), {"job": job_id, "now": now}
        ).scalar_one()
    )


def let_go(connection: Connection, worker: str, now: datetime) -> int | None:
    """Give back what a silent worker held and forget it; None when it answers or is not known."""
    held: int | None = connection.execute(
        text("SELECT let_worker_go(:worker, :now)"), {"worker": worker, "now": now}
    ).scalar_one()
    return held


def last_walk(connection: Connection) -> datetime | None:
    """When the audit chain was last walked; whoever asks holds off others who do."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    return connection.execute(
        select(AuditEvent.at)
        .where(AuditEvent.action == "audit.verify", AuditEvent.outcome == "done")
        .order_by(AuditEvent.seq.desc())
        .limit(1)
    ).scalar_one_or_none()
