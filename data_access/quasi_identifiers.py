"""Traits of sessions, and who else of a study shares them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, delete, insert, select, text

from data_access.tables import InterviewSession, QuasiIdentifierRow, Study
from domain.quasi_identifiers import QuasiCategory, QuasiIdentifier, Trait
from domain.spans import Span

#: A trait that more others share than this is common: it is not followed any further.
COMMON = 300


def keep(
    connection: Connection,
    session_id: UUID,
    study_id: UUID,
    participant_id: UUID,
    found: Sequence[QuasiIdentifier],
) -> None:
    """Keep what was found in a session, in place of what was found before."""
    connection.execute(
        delete(QuasiIdentifierRow).where(QuasiIdentifierRow.session_id == session_id)
    )
    if found:
        connection.execute(
            insert(QuasiIdentifierRow),
            [
                {
                    "session_id": session_id,
                    "study_id": study_id,
                    "participant_id": participant_id,
                    "category": each.category.value,
                    "value": each.value,
                    "turn": each.span.turn,
                    "start": each.span.start,
                    "end": each.span.end,
                }
                for each in found
            ],
        )


def of_session(connection: Connection, session_id: UUID) -> tuple[QuasiIdentifier, ...]:
    """The traits of a session, in the order in which they were said."""
    rows = connection.execute(
        select(
            QuasiIdentifierRow.category,
            QuasiIdentifierRow.value,
            QuasiIdentifierRow.turn,
            QuasiIdentifierRow.start,
            QuasiIdentifierRow.end,
        )
        .where(QuasiIdentifierRow.session_id == session_id)
        .order_by(QuasiIdentifierRow.turn, QuasiIdentifierRow.start)
    )
    return tuple(
        QuasiIdentifier(QuasiCategory(row.category), row.value, Span(row.turn, row.start, row.end))
        for row in rows
    )


def others_with(
    connection: Connection, study_id: UUID, participant_id: UUID, traits: Sequence[Trait]
) -> dict[Trait, frozenset[UUID]]:
    """For each trait the other participants of the study who have it, up to one past COMMON."""
    rows = connection.execute(
        text(
            "SELECT t.category, t.value, o.participant_id"
            " FROM unnest(CAST(:categories AS text[]), CAST(:values AS text[]))"
            "   AS t (category, value)"
            " CROSS JOIN LATERAL (SELECT DISTINCT q.participant_id FROM quasi_identifier q"
            "   WHERE q.study_id = :study AND q.category = t.category AND q.value = t.value"
            "     AND q.participant_id <> :me LIMIT :most) AS o"
        ),
        {
            "categories": [category.value for category, _ in traits],
            "values": [value for _, value in traits],
            "study": study_id,
            "me": participant_id,
            "most": COMMON + 1,
        },
    )
    found: dict[Trait, set[UUID]] = {trait: set() for trait in traits}
    for row in rows:
        found[(QuasiCategory(row.category), row.value)].add(row.participant_id)
    return {trait: frozenset(who) for trait, who in found.items()}


def elsewhere(
    connection: Connection, session_id: UUID, study_id: UUID, participant_id: UUID
) -> list[tuple[str, QuasiCategory, str]]:
    """What the same participant said in other studies that the actor may read: study, trait."""
    rows = connection.execute(
        select(Study.title, QuasiIdentifierRow.category, QuasiIdentifierRow.value)
        .join(InterviewSession, InterviewSession.id == QuasiIdentifierRow.session_id)
        .join(Study, Study.id == QuasiIdentifierRow.study_id)
        .where(
            InterviewSession.participant_id == participant_id,
            QuasiIdentifierRow.session_id != session_id,
            QuasiIdentifierRow.study_id != study_id,
        )
        .distinct()
        .order_by(Study.title, QuasiIdentifierRow.category, QuasiIdentifierRow.value)
        .limit(50)
    )
    return [(row.title, QuasiCategory(row.category), row.value) for row in rows]


def studies_beyond(connection: Connection, session_id: UUID) -> int:
    """In how many studies that the actor may not read the same participant took part."""
    return int(
        connection.execute(
            text("SELECT other_studies(:session)"), {"session": session_id}
        ).scalar_one()
    )
