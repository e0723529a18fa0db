"""Reading and writing the audit trail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, RowMapping, Select, func, insert, select

from data_access.tables import AuditEvent
from domain.audit import AuditEntry

_CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class NewEntry:
    """An act about to be recorded; its place, time and hash are the database's to give."""

    actor_id: UUID | None
    actor_label: str
    action: str
    object_kind: str
    object_id: str
    outcome: str
    detail: str
    study_id: UUID | None = None
    purpose: str | None = None


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What an auditor looks for; an empty one is everything."""

    actor_id: UUID | None = None
    actions: tuple[str, ...] = ()
    object_kind: str | None = None
    object_id: str | None = None
    study_id: UUID | None = None
    outcome: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    before_seq: int | None = None


def record(connection: Connection, entry: NewEntry) -> None:
    """Write one row, in the caller's transaction: if it cannot be written, nothing happens."""
    connection.execute(
        insert(AuditEvent).values(
            actor_id=entry.actor_id,
            actor_label=entry.actor_label,
            action=entry.action,
            object_kind=entry.object_kind,
            object_id=entry.object_id,
            study_id=entry.study_id,
            purpose=entry.purpose,
            outcome=entry.outcome,
            detail=entry.detail,
        )
    )


def page(connection: Connection, wanted: AuditFilter, size: int) -> list[AuditEntry]:
    """The newest rows that match, below ``before_seq`` when that is given."""
    statement = _matching(select(AuditEvent.__table__), wanted)
    rows = connection.execute(statement.order_by(AuditEvent.seq.desc()).limit(size)).mappings()
    return [_entry(row) for row in rows]


def count(connection: Connection, wanted: AuditFilter, cap: int) -> int:
    """How many rows match, counted no further than ``cap``."""
    matching = _matching(select(AuditEvent.seq), wanted).limit(cap).subquery()
    return connection.execute(select(func.count()).select_from(matching)).scalar_one()


def stream(connection: Connection) -> Iterator[AuditEntry]:
    """Every row in the order of the chain, a few thousand in memory at a time."""
    # On the statement: on the connection it would hold for what the transaction does next.
    result = connection.execute(
        select(AuditEvent.__table__).order_by(AuditEvent.seq).execution_options(yield_per=_CHUNK)
    )
    for row in result.mappings():
        yield _entry(row)


def actions(connection: Connection) -> Sequence[str]:
    """Every kind of act in the trail, by walking the index from one to the next."""
    first = select(func.min(AuditEvent.action).label("action")).cte("kinds", recursive=True)
    following = select(
        select(func.min(AuditEvent.action))
        .where(AuditEvent.action > first.c.action)
        .scalar_subquery()
    ).where(first.c.action.is_not(None))
    kinds = first.union_all(following)
    return (
        connection.execute(select(kinds.c.action).where(kinds.c.action.is_not(None)))
        .scalars()
        .all()
    )


def _matching(
    statement: Select[tuple[object, ...]], wanted: AuditFilter
) -> Select[tuple[object, ...]]:
    equal = {
        AuditEvent.actor_id: wanted.actor_id,
        AuditEvent.object_kind: wanted.object_kind,
        AuditEvent.object_id: wanted.object_id,
        AuditEvent.study_id: wanted.study_id,
        AuditEvent.outcome: wanted.outcome,
    }
    for column, value in equal.items():
        if value is not None:
            statement = statement.where(column == value)
    if wanted.actions:
        statement = statement.where(AuditEvent.action.in_(wanted.actions))
    if wanted.since is not None:
        statement = statement.where(AuditEvent.at >= wanted.since)
    if wanted.until is not None:
        statement = statement.where(AuditEvent.at < wanted.until)
    if wanted.before_seq is not None:
        statement = statement.where(AuditEvent.seq < wanted.before_seq)
    return statement


def _entry(row: RowMapping) -> AuditEntry:
    return AuditEntry(**{**row, "prev_hash": bytes(row["prev_hash"]), "hash": bytes(row["hash"])})
