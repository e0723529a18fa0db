"""What a request covers, as the release service reads it: facts, words and confirmed sets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, select, text

from data_access.tables import ShareSession
from domain.consent import Choices
from domain.policy import SessionFacts
from domain.redaction import RedactionSet, read_redaction_set
from domain.transcripts import Speaker, Turn
from domain.vocabulary import (
    ConsentChoice,
    FlagState,
    Plan,
    PolicyVersion,
    ReviewState,
    SessionStatus,
)


@dataclass(frozen=True, slots=True)
class CoveredSession:
    """A session as it stands now: what the policy asks of it, and which set holds."""

    id: UUID
    number: int
    study_id: UUID
    participant_id: UUID
    language: str
    started_at: datetime | None
    completed_at: datetime | None
    consent_version: int
    review_state: ReviewState
    redaction_set_id: UUID | None
    facts: SessionFacts


@dataclass(frozen=True, slots=True)
class ConfirmedSet:
    """The set that holds for a session, and the digest of its outcome."""

    id: UUID
    redactions: RedactionSet
    output_digest: bytes
    #: Of what its leak check passed when it was confirmed; None where that was not kept.
    check_seal: bytes | None = None


def covered(
    connection: Connection, share_id: UUID, only: UUID | None = None
) -> list[CoveredSession]:
    """Every session of a request, or one, in the order of their ids; for the release service."""
    rows = connection.execute(
        text("SELECT * FROM share_sessions(:share, CAST(:only AS uuid)) ORDER BY id"),
        {"share": share_id, "only": only},
    )
    return [_covered(row) for row in rows]


def with_memory(connection: Connection, share_id: UUID) -> list[CoveredSession]:
    """The sessions of a request that had memory on; for the release service."""
    rows = connection.execute(
        text("SELECT * FROM share_sessions(:share) WHERE memory_on"), {"share": share_id}
    )
    return [_covered(row) for row in rows]


def words(
    connection: Connection, share_id: UUID, sessions: Sequence[UUID]
) -> dict[UUID, tuple[tuple[Turn, ...], ConfirmedSet]]:
    """Turns and confirmed set of some sessions of a request; for the release service alone.

    Sessions without a confirmed set are left out. Raises BadInput when a stored set is not the
    one that was confirmed.
    """
    asked = {"share": share_id, "sessions": list(sessions)}
    turns: dict[UUID, list[Turn]] = {}
    for row in connection.execute(
        text(
            "SELECT session_id, index AS place, speaker, text, label"
            " FROM share_turns(:share, CAST(:sessions AS uuid[])) ORDER BY session_id, index"
        ),
        asked,
    ):
        turns.setdefault(row.session_id, []).append(
            Turn(row.place, Speaker(row.speaker), row.text, row.label)
        )
    sets = {
        row.session_id: ConfirmedSet(
            row.id,
            read_redaction_set(bytes(row.turns_digest), row.redactions, bytes(row.set_digest)),
            bytes(row.output_digest),
            None if row.check_seal is None else bytes(row.check_seal),
        )
        for row in connection.execute(
            text("SELECT * FROM share_sets(:share, CAST(:sessions AS uuid[]))"), asked
        )
    }
    return {each: (tuple(turns.get(each, ())), held) for each, held in sets.items()}


def seals(connection: Connection, share_id: UUID, sessions: Sequence[UUID]) -> dict[UUID, bytes]:
    """Of what the leak check of each session passed when the request was submitted."""
    rows = connection.execute(
        select(ShareSession.session_id, ShareSession.check_seal).where(
            ShareSession.share_id == share_id,
            ShareSession.session_id.in_(sessions),
            ShareSession.check_seal.is_not(None),
        )
    )
    return {row.session_id: bytes(row.check_seal) for row in rows}


def key(connection: Connection, share_id: UUID) -> bytes | None:
    """What makes the pseudonyms of a request's present round; for the release service alone."""
    held = connection.execute(text("SELECT share_key(:share)"), {"share": share_id}).scalar_one()
    return None if held is None else bytes(held)


def _covered(row: Row[Any]) -> CoveredSession:
    return CoveredSession(
        row.id,
        row.number,
        row.study_id,
        row.participant_id,
        row.language,
        row.started_at,
        row.completed_at,
        row.consent_version,
        ReviewState(row.review_state),
        row.current_redaction_set_id,
        SessionFacts(
            status=SessionStatus(row.status),
            completed_at=row.completed_at,
            plan=Plan(row.plan),
            memory_on=row.memory_on,
            flag=FlagState(row.flag_state),
            choices=Choices(
                publish_responses=ConsentChoice(row.choice_publish_responses),
                share_researchers=ConsentChoice(row.choice_share_researchers),
                share_journalists=ConsentChoice(row.choice_share_journalists),
                contact=ConsentChoice(row.choice_contact),
            ),
            erased=row.erased_at is not None,
            withdrawn=row.withdrawn_at is not None,
            assigned_version=PolicyVersion(row.assigned_version),
        ),
    )
