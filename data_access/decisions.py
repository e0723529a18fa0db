"""People's decisions on a session, which of its turns they read, and what they confirmed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from data_access.tables import Decision, InterviewSession, RedactionSetRow, Staff, TurnsRead
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


def kept(connection: Connection, session_id: UUID) -> tuple[KeptDecision, ...]:
    """Every decision on a session, in the order in which they were made."""
    rows = connection.execute(
        select(
            Decision.id,
            Decision.decided_by,
            Staff.display_name,
            Decision.kind,
            Decision.turn,
            Decision.start,
            Decision.end,
            Decision.entity_type,
            Decision.decided_at,
            Decision.replacement,
            Decision.reason,
            Decision.ordinal,
        )
        .join(Staff, Staff.id == Decision.decided_by)
        .where(Decision.session_id == session_id)
        .order_by(Decision.ordinal)
    )
    return tuple(
        KeptDecision(
            row.id,
            row.decided_by,
            row.display_name,
            RedactionDecision(
                kind=DecisionKind(row.kind),
                span=Span(row.turn, row.start, row.end),
                entity_type=row.entity_type,
                decided_at=row.decided_at,
                replacement=row.replacement,
                reason=row.reason,
                ordinal=row.ordinal,
            ),
        )
        for row in rows
    )


def add(
    connection: Connection,
    session_id: UUID,
    study_id: UUID,
    decided_by: UUID,
    decisions: Sequence[tuple[UUID, RedactionDecision]],
) -> None:
    """Keep decisions with their ids and ordinals; they are never changed afterwards."""
    connection.execute(
        insert(Decision),
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


def read_turns(connection: Connection, session_id: UUID, staff_id: UUID) -> frozenset[int]:
    """The turns of a session that somebody has read."""
    turns = connection.execute(
        select(TurnsRead.turns).where(
            TurnsRead.session_id == session_id, TurnsRead.staff_id == staff_id
        )
    ).scalar_one_or_none()
    return frozenset(turns or ())


def note_read(
    connection: Connection,
    session_id: UUID,
    study_id: UUID,
    staff_id: UUID,
    turns: Collection[int],
) -> None:
    """Keep which turns somebody has read by now."""
    connection.execute(
        upsert(TurnsRead)
        .values(session_id=session_id, staff_id=staff_id, study_id=study_id, turns=sorted(turns))
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
            redactions=[redaction.as_json() for redaction in held.redactions],
            confirmed_by=confirmed_by,
            confirmed_at=now,
        )
        .on_conflict_do_nothing()
    )
    return connection.execute(
        select(RedactionSetRow.id).where(
            RedactionSetRow.session_id == session_id, RedactionSetRow.set_digest == held.digest
        )
    ).scalar_one()


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


def version(connection: Connection, session_id: UUID) -> int:
    """The ordinal of a session's last decision; 0 before the first."""
    return connection.execute(
        select(func.coalesce(func.max(Decision.ordinal), 0)).where(
            Decision.session_id == session_id
        )
    ).scalar_one()
