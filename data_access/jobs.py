"""Jobs: long work as rows, claimed with a lease, watched and stopped by people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, insert, or_, select, update

from data_access.tables import Job

_OPEN = ("waiting", "running")


@dataclass(frozen=True, slots=True)
class JobRow:
    """One job."""

    id: UUID
    kind: str
    study_id: UUID | None
    payload: Mapping[str, Any]
    state: str
    done: int
    total: int | None
    message: str | None
    stop_requested: bool
    requested_by: UUID
    created_at: datetime
    finished_at: datetime | None


_COLUMNS = (
    Job.id,
    Job.kind,
    Job.study_id,
    Job.payload,
    Job.state,
    Job.done,
    Job.total,
    Job.message,
    Job.stop_requested,
    Job.requested_by,
    Job.created_at,
    Job.finished_at,
)


def add(
    connection: Connection,
    *,
    kind: str,
    study_id: UUID | None,
    payload: Mapping[str, Any],
    by: UUID,
    now: datetime,
) -> UUID:
    """Ask for a piece of long work."""
    return connection.execute(
        insert(Job)
        .values(
            kind=kind, study_id=study_id, payload=dict(payload), requested_by=by, created_at=now
        )
        .returning(Job.id)
    ).scalar_one()


def claim(
    connection: Connection, *, kinds: Sequence[str], worker: str, lease: timedelta, now: datetime
) -> JobRow | None:
    """Take on the oldest waiting job, or one whose worker let its lease run out."""
    wanted = (
        select(Job.id)
        .where(_free(now), Job.kind.in_(kinds))
        .order_by(Job.created_at)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    row = connection.execute(
        update(Job)
        .where(Job.id == wanted)
        .values(
            state="running",
            worker=worker,
            lease_until=now + lease,
            started_at=now,
            attempts=Job.attempts + 1,
        )
        .returning(*_COLUMNS)
    ).first()
    return None if row is None else JobRow(*row)


def is_waiting(connection: Connection, kinds: Sequence[str], now: datetime) -> bool:
    """Whether a job of these kinds waits, or lies with a worker that went away."""
    found = select(Job.id).where(Job.state.in_(_OPEN), _free(now), Job.kind.in_(kinds)).limit(1)
    return connection.execute(found).first() is not None


def again(connection: Connection, job_id: UUID, kinds: Sequence[str], now: datetime) -> bool:
    """Put a failed job of these kinds back in the queue as it was ordered; False when it is none.

    Its place is that of when it was first asked for; it waits from now on, in ``started_at``
    until it is begun.
    """
    return (
        connection.execute(
            update(Job)
            .where(Job.id == job_id, Job.state == "failed", Job.kind.in_(kinds))
            .values(state="waiting", message=None, started_at=now, finished_at=None)
        ).rowcount
        == 1
    )


def _free(now: datetime) -> ColumnElement[bool]:
    """Waiting, or left by a worker whose lease ran out."""
    return or_(Job.state == "waiting", (Job.state == "running") & (Job.lease_until < now))


def beat(
    connection: Connection, job_id: UUID, done: int, total: int, lease_until: datetime
) -> bool:
    """Say how far it has come and keep the lease; whether somebody asked to stop."""
    return bool(
        connection.execute(
            update(Job)
            .where(Job.id == job_id)
            .values(done=done, total=total, lease_until=lease_until)
            .returning(Job.stop_requested)
        ).scalar_one()
    )


def finish(connection: Connection, job_id: UUID, state: str, message: str, now: datetime) -> None:
    """Record how it ended, with a sentence for people."""
    connection.execute(
        update(Job)
        .where(Job.id == job_id)
        .values(state=state, message=message, finished_at=now, worker=None, lease_until=None)
    )


def request_stop(connection: Connection, job_id: UUID) -> bool:
    """Ask a job to stop; False when it is over already."""
    return (
        connection.execute(
            update(Job).where(Job.id == job_id, Job.state.in_(_OPEN)).values(stop_requested=True)
        ).rowcount
        == 1
    )


def find(connection: Connection, job_id: UUID) -> JobRow | None:
    """One job."""
    row = connection.execute(select(*_COLUMNS).where(Job.id == job_id)).first()
    return None if row is None else JobRow(*row)


def recent(connection: Connection, kind: str, at_most: int) -> list[JobRow]:
    """The newest jobs of a kind."""
    rows = connection.execute(
        select(*_COLUMNS).where(Job.kind == kind).order_by(Job.created_at.desc()).limit(at_most)
    )
    return [JobRow(*row) for row in rows]


def open_of(connection: Connection, kind: str) -> list[JobRow]:
    """The jobs of a kind that wait or run."""
    rows = connection.execute(
        select(*_COLUMNS).where(Job.kind == kind, Job.state.in_(_OPEN)).order_by(Job.created_at)
    )
    return [JobRow(*row) for row in rows]
