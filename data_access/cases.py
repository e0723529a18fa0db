"""Trust & Safety cases: what is open, what was settled, opening one and closing it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, func, select, text, tuple_
from sqlalchemy.orm import aliased

from data_access.tables import InterviewSession, Staff, Study, TrustSafetyCase
from domain.vocabulary import FlagState


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case with what its list shows of the session; nothing that was said."""

    id: UUID
    session_id: UUID
    session_number: int
    study_id: UUID
    study_title: str
    language: str
    word_count: int
    completed_at: datetime | None
    state: FlagState
    opened_at: datetime
    opener: str | None
    closed_at: datetime | None
    closer: str | None
    reason: str | None
    note: str | None


def waiting(
    connection: Connection, size: int, after: tuple[datetime, UUID] | None = None
) -> list[CaseRow]:
    """Open cases, the oldest first, after a place in that order."""
    wanted = _rows().where(TrustSafetyCase.state == FlagState.OPEN.value)
    if after is not None:
        wanted = wanted.where(tuple_(TrustSafetyCase.opened_at, TrustSafetyCase.id) > after)
    return _read(
        connection, wanted.order_by(TrustSafetyCase.opened_at, TrustSafetyCase.id).limit(size)
    )


def settled(connection: Connection, size: int) -> list[CaseRow]:
    """What was settled last, the newest first."""
    return _read(
        connection,
        _rows()
        .where(TrustSafetyCase.state != FlagState.OPEN.value)
        .order_by(TrustSafetyCase.closed_at.desc(), TrustSafetyCase.id.desc())
        .limit(size),
    )


def open_count(connection: Connection, cap: int) -> int:
    """How many cases are open, counted no further than ``cap``."""
    part = (
        select(TrustSafetyCase.id)
        .where(TrustSafetyCase.state == FlagState.OPEN.value)
        .limit(cap)
        .subquery()
    )
    return connection.execute(select(func.count()).select_from(part)).scalar_one()


def find(connection: Connection, case_id: UUID) -> CaseRow | None:
    """One case, when the actor may see it."""
    found = _read(connection, _rows().where(TrustSafetyCase.id == case_id))
    return found[0] if found else None


def of_session(connection: Connection, session_id: UUID) -> list[CaseRow]:
    """Every case of a session, the newest first."""
    return _read(
        connection,
        _rows()
        .where(TrustSafetyCase.session_id == session_id)
        .order_by(TrustSafetyCase.opened_at.desc(), TrustSafetyCase.id.desc()),
    )


def begin(connection: Connection, session_id: UUID, now: datetime) -> UUID | None:
    """Open a case on a flagged session; None when there is none to open it on, or one is open."""
    opened: UUID | None = connection.execute(
        text("SELECT open_case(:session, :now)"), {"session": session_id, "now": now}
    ).scalar_one()
    return opened


def close(
    connection: Connection, case_id: UUID, outcome: str, reason: str, note: str, now: datetime
) -> bool:
    """Close a case, and the session's flag with it; False when it was closed before."""
    return bool(
        connection.execute(
            text("SELECT close_case(:case, :outcome, :reason, :note, :now)"),
            {"case": case_id, "outcome": outcome, "reason": reason, "note": note, "now": now},
        ).scalar_one()
    )


def _rows() -> Select[Any]:
    opener, closer = aliased(Staff), aliased(Staff)
    columns: tuple[Any, ...] = (
        TrustSafetyCase.id,
        TrustSafetyCase.session_id,
        InterviewSession.number.label("session_number"),
        TrustSafetyCase.study_id,
        Study.title.label("study_title"),
        InterviewSession.language,
        InterviewSession.word_count,
        InterviewSession.completed_at,
        TrustSafetyCase.state,
        TrustSafetyCase.opened_at,
        opener.display_name.label("opener"),
        TrustSafetyCase.closed_at,
        closer.display_name.label("closer"),
        TrustSafetyCase.reason,
        TrustSafetyCase.note,
    )
    return (
        select(*columns)
        .join(InterviewSession, InterviewSession.id == TrustSafetyCase.session_id)
        .join(Study, Study.id == TrustSafetyCase.study_id)
        .outerjoin(opener, opener.id == TrustSafetyCase.opened_by)
        .outerjoin(closer, closer.id == TrustSafetyCase.closed_by)
    )


def _read(connection: Connection, wanted: Select[Any]) -> list[CaseRow]:
    rows = connection.execute(wanted).mappings()
    return [CaseRow(**{**row, "state": FlagState(row["state"])}) for row in rows]
