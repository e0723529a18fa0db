"""Withdrawals: what was chosen in sessions named by their numbers, and taking it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, insert, text

from data_access.tables import ConsentEvent
from domain.vocabulary import ConsentChoice, ConsentScope


@dataclass(frozen=True, slots=True)
class StandingChoice:
    """What holds in one scope of one session; ``at`` is when it was last said, None if never."""

    number: int
    session_id: UUID
    study_id: UUID
    scope: ConsentScope
    choice: ConsentChoice
    at: datetime | None


@dataclass(frozen=True, slots=True)
class MeantSession:
    """A session that somebody means by its number, or one of the same participant."""

    number: int
    session_id: UUID
    study_id: UUID
    study_slug: str
    named: bool
    erased_at: datetime | None
    withdrawn_at: datetime | None
    #: Whether Trust & Safety is settling a case on it.
    case_open: bool


def choices_of(connection: Connection, numbers: Sequence[int]) -> list[StandingChoice]:
    """The choices of those sessions, for an administrator; of unknown numbers none."""
    rows = connection.execute(
        text("SELECT * FROM choices_of_sessions(CAST(:numbers AS bigint[]))"),
        {"numbers": list(numbers)},
    )
    return [
        StandingChoice(
            row.number,
            row.session_id,
            row.study_id,
            ConsentScope(row.scope),
            ConsentChoice(row.choice),
            row.at,
        )
        for row in rows
    ]


def take_back(
    connection: Connection, choices: Sequence[StandingChoice], at: datetime, by: UUID
) -> None:
    """Record that these choices were withdrawn; each session's standing follows at once."""
    connection.execute(
        insert(ConsentEvent).inline(),
        [
            {
                "session_id": each.session_id,
                "study_id": each.study_id,
                "scope": each.scope.value,
                "choice": ConsentChoice.WITHDRAWN.value,
                "at": at,
                "source": "staff",
                "recorded_by": by,
            }
            for each in choices
        ],
    )


def meant(connection: Connection, numbers: Sequence[int], whole_person: bool) -> list[MeantSession]:
    """The sessions of those numbers, for an administrator; with ``whole_person`` also the others
    of the same participants.
    """
    rows = connection.execute(
        text("SELECT * FROM sessions_meant(CAST(:numbers AS bigint[]), :whole)"),
        {"numbers": list(numbers), "whole": whole_person},
    )
    return [MeantSession(**row) for row in rows.mappings()]


def forbid(connection: Connection, sessions: Sequence[UUID], at: datetime) -> int:
    """Record that no further use was asked for; of how many sessions it was not known yet."""
    return int(
        connection.execute(
            text("SELECT forbid_further_use(CAST(:sessions AS uuid[]), :at)"),
            {"sessions": list(sessions), "at": at},
        ).scalar_one()
    )


def allow_again(connection: Connection, sessions: Sequence[UUID], at: datetime) -> int:
    """Record that further use was allowed again, later than it was forbidden; of how many."""
    return int(
        connection.execute(
            text("SELECT allow_further_use(CAST(:sessions AS uuid[]), :at)"),
            {"sessions": list(sessions), "at": at},
        ).scalar_one()
    )
