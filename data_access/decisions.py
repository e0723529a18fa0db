"""People's decisions on a session, which of its turns they read, and what they confirmed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import InstrumentedAttribute

from data_access.tables import (
    Decision,
    InterviewSession,
    RedactionSetRow,
    SecondDecision,
    Staff,
    TurnsRead,
)
from domain.redaction import DecisionKind, RedactionDecision, RedactionSet, read_redaction_set
from domain.spans import Span
from domain.vocabulary import ReviewState


@dataclass(frozen=True, slots=True)
class KeptDecision:
    """A decision as it was kept, and whose it is."""

    id: UUID
    decided_by: UUID
    name: str
    decision: RedactionDecision


def lock(connection: Connection, session_id: UUID) -> None:
    """Hold a session against everybody else who would decide on it, until the end of this."""
    connection.execute(
        select(InterviewSession.id).where(InterviewSession.id == session_id).with_for_update()
    )


def kept(
    connection: Connection, session_id: UUID, *, second_of: UUID | None = None
) -> tuple[KeptDecision, ...]:
    """Every decision on a session, in the order in which they were made.

    With ``second_of`` those of that person's second review instead, which are kept apart.
    """
    table, only = _track(second_of)
    rows = connection.execute(
        select(table.id, table.decided_by, Staff.display_name, *_said(table))
        .join(Staff, Staff.id == table.decided_by)
        .where(table.session_id == session_id, *only)
        .order_by(table.ordinal)
    )
    return tuple(
        KeptDecision(row.id, row.decided_by, row.display_name, _decision(row)) for row in rows
    )


def made(connection: Connection, session_id: UUID) -> tuple[RedactionDecision, ...]:
    """Every decision on a session, without whose it is: for the machine, which knows nobody."""
    rows = connection.execute(
        select(*_said(Decision)).where(Decision.session_id == session_id).order_by(Decision.ordinal)
    )
    return tuple(_decision(row) for row in rows)


def add(
    connection: Connection,
    session_id: UUID,
    study_id: UUID,
    decided_by: UUID,
    decisions: Sequence[tuple[UUID, RedactionDecision]],
    *,
    second: bool = False,
) -> None:
    """Keep decisions with their ids and ordinals; they are never changed afterwards.

    ``second`` keeps them as a second review's, apart from the session's own.
    """
    connection.execute(
        insert(SecondDecision if second else Decision),
        [
            {
                "id": identifier,
                "session_id": session_id,
                "study_id": study_id,
                "ordinal": decision.ordinal,
                "turn": decision.span.turn,
                "start": decision.span.start,
                "end": decision.span.end,
                "kind": decision.kind.value,
                "entity_type": decision.entity_type,
                "replacement": decision.replacement,
                "reason": decision.reason,
                "decided_by": decided_by,
                "decided_at": decision.decided_at,
            }
            for identifier, decision in decisions
        ],
    )


@dataclass(frozen=True, slots=True)
class Reading:
    """Which turns of a session somebody has read, and when they began."""

    turns: frozenset[int]
    began_at: datetime


def reading(connection: Connection, session_id: UUID, staff_id: UUID) -> Reading | None:
    """How far somebody has read a session; None before they began."""
    row = connection.execute(
        select(TurnsRead.turns, TurnsRead.began_at).where(
            TurnsRead.session_id == session_id, TurnsRead.staff_id == staff_id
        )
    ).first()
    return None if row is None else Reading(frozenset(row.turns), row.began_at)


def note_read(
    connection: Connection,
    session_id: UUID,
    study_id: UUID,
    staff_id: UUID,
    turns: Collection[int],
    now: datetime,
) -> None:
    """Keep which turns somebody has read by now; the first time says when they began."""
    connection.execute(
        upsert(TurnsRead)
        .values(
            session_id=session_id,
            staff_id=staff_id,
            study_id=study_id,
            turns=sorted(turns),
            began_at=now,
        )
        .on_conflict_do_update(
            index_elements=[TurnsRead.session_id, TurnsRead.staff_id],
            set_={"turns": sorted(turns)},
        )
    )


def keep_set(
    connection: Connection,
    session_id: UUID,
    study_id: UUID,
    held: RedactionSet,
    *,
    output_digest: bytes,
    check_seal: bytes,
    confirmed_by: UUID,
    now: datetime,
) -> UUID:
    """Keep a confirmed set; one that was confirmed before, to the letter, is not kept twice."""
    connection.execute(
        upsert(RedactionSetRow)
        .values(
            session_id=session_id,
            study_id=study_id,
            turns_digest=held.turns_digest,
            set_digest=held.digest,
            output_digest=output_digest,
            check_seal=check_seal,
            redactions=[redaction.as_json() for redaction in held.redactions],
            confirmed_by=confirmed_by,
            confirmed_at=now,
        )
        .on_conflict_do_nothing()
    )
    # By a function: a second reviewer may not see the first's set, though it is the same.
    kept_as: UUID = connection.execute(
        select(func.set_of_digest(session_id, held.digest))
    ).scalar_one()
    return kept_as


def current_set(connection: Connection, session_id: UUID) -> RedactionSet | None:
    """The confirmed set that holds for a session, or None while it is not confirmed.

    Raises
    ------
    BadInput
        When what is stored is not what was confirmed.
    """
    row = connection.execute(
        select(RedactionSetRow.turns_digest, RedactionSetRow.redactions, RedactionSetRow.set_digest)
        .join(InterviewSession, InterviewSession.current_redaction_set_id == RedactionSetRow.id)
        .where(InterviewSession.id == session_id)
    ).one_or_none()
    if row is None:
        return None
    return read_redaction_set(bytes(row.turns_digest), row.redactions, bytes(row.set_digest))


def set_state(
    connection: Connection, session_id: UUID, state: ReviewState, set_id: UUID | None
) -> None:
    """Say how far the review is, and which set holds."""
    connection.execute(
        update(InterviewSession)
        .where(InterviewSession.id == session_id)
        .values(review_state=state.value, current_redaction_set_id=set_id)
    )


def _track(
    second_of: UUID | None,
) -> tuple[type[Decision] | type[SecondDecision], tuple[ColumnElement[bool], ...]]:
    if second_of is None:
        return Decision, ()
    return SecondDecision, (SecondDecision.decided_by == second_of,)


def _said(table: type[Decision] | type[SecondDecision]) -> tuple[InstrumentedAttribute[Any], ...]:
    return (
        table.kind,
        table.turn,
        table.start,
        table.end,
        table.entity_type,
        table.decided_at,
        table.replacement,
        table.reason,
        table.ordinal,
    )


def _decision(row: Row[Any]) -> RedactionDecision:
    return RedactionDecision(
        kind=DecisionKind(row.kind),
        span=Span(row.turn, row.start, row.end),
        entity_type=row.entity_type,
        decided_at=row.decided_at,
        replacement=row.replacement,
        reason=row.reason,
        ordinal=row.ordinal,
    )
