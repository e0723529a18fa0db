"""Traits of sessions, and who else of a study shares them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Connection,
    any_,
    delete,
    func,
    insert,
    literal,
    select,
    text,
)

from data_access.tables import InterviewSession, QuasiIdentifierRow, SpecialUniqueRow, Study
from domain.quasi_identifiers import (
    QuasiCategory,
    QuasiIdentifier,
    SpecialUnique,
    Trait,
    combination_digest,
)
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


def alone_in_this(connection: Connection, study_id: UUID) -> None:
    """Wait for whoever else counts combinations of a study, until the end of this transaction.

    What they have kept is then seen, and nobody who comes after can miss what is kept here.
    """
    connection.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended('special_unique ' || :study, 0))"),
        {"study": str(study_id)},
    )


def end_uniques(
    connection: Connection, study_id: UUID, participant_id: UUID, combinations: Sequence[int]
) -> tuple[UUID, ...]:
    """End the special uniques that a participant's combinations make shared; whose sessions."""
    unique = SpecialUniqueRow
    ended = connection.execute(
        delete(unique)
        .where(
            unique.study_id == study_id,
            unique.combination == any_(literal(list(combinations), ARRAY(BigInteger))),
            unique.participant_id != participant_id,
        )
        .returning(unique.session_id)
    ).scalars()
    return tuple(sorted(set(ended)))


def keep_uniques(
    connection: Connection,
    session_id: UUID,
    study_id: UUID,
    participant_id: UUID,
    found: Sequence[SpecialUnique],
) -> None:
    """Keep a session's special uniques, in place of those before."""
    connection.execute(delete(SpecialUniqueRow).where(SpecialUniqueRow.session_id == session_id))
    if found:
        connection.execute(
            insert(SpecialUniqueRow),
            [
                {
                    "session_id": session_id,
                    "combination": combination_digest(each.traits),
                    "study_id": study_id,
                    "participant_id": participant_id,
                    "categories": each.categories,
                }
                for each in found
            ],
        )


def uniques_kept(connection: Connection, session_id: UUID) -> tuple[str, ...]:
    """What a session's special uniques are about, the smallest first."""
    return tuple(
        connection.execute(
            select(SpecialUniqueRow.categories)
            .where(SpecialUniqueRow.session_id == session_id)
            .order_by(func.length(SpecialUniqueRow.categories), SpecialUniqueRow.combination)
        ).scalars()
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


def whose(connection: Connection, session_id: UUID) -> tuple[UUID, UUID, UUID] | None:
    """Study, participant and current run of a session that the machine has read."""
    row = connection.execute(
        select(
            InterviewSession.study_id,
            InterviewSession.participant_id,
            InterviewSession.current_run_id,
        ).where(InterviewSession.id == session_id)
    ).first()
    if row is None or row.current_run_id is None:
        return None
    return (row.study_id, row.participant_id, row.current_run_id)


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
