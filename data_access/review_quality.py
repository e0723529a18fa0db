"""How well machine and reviewers find things: hidden checks and what reviews made of findings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, Select, func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import InstrumentedAttribute, aliased

from data_access.tables import (
    DeidentificationRun,
    ReviewCheck,
    ReviewOutcome,
    Staff,
    Study,
)
from domain.findings import Finding
from domain.review_outcomes import OutcomeCounts


@dataclass(frozen=True, slots=True)
class CheckTally:
    """How many checks somebody had, in how many hidden places, and how many they found."""

    name: str
    checks: int
    hidden: int
    caught: int


@dataclass(frozen=True, slots=True)
class OutcomeTally:
    """What reviews made of one recognizer's findings."""

    source: str
    sessions: int
    counts: OutcomeCounts


@dataclass(frozen=True, slots=True)
class PersonTally:
    """What one reviewer did with the machine's findings."""

    name: str
    sessions: int
    counts: OutcomeCounts


def open_check_percent(
    connection: Connection, study_id: UUID, session_id: UUID, run_id: UUID
) -> int:
    """How many sessions of a hundred are checks; 0 when this session cannot be one.

    It can be one only while its first run stands and no check of it was resolved.
    """
    run, other = DeidentificationRun, aliased(DeidentificationRun)
    resolved = select(ReviewCheck.session_id).where(
        ReviewCheck.session_id == session_id, ReviewCheck.run_id == run_id
    )
    another = (
        select(other.id)
        .join(run, run.session_id == other.session_id)
        .where(other.session_id == session_id, other.id != run_id)
    )
    return (
        connection.execute(
            select(Study.check_percent).where(
                Study.id == study_id, ~resolved.exists(), ~another.exists()
            )
        ).scalar_one_or_none()
        or 0
    )


def resolve_check(
    connection: Connection,
    session_id: UUID,
    study_id: UUID,
    run_id: UUID,
    staff_id: UUID,
    hidden: tuple[Finding, ...],
    caught: int,
    now: datetime,
) -> None:
    """Keep what became of a check; from then on nothing of the session is hidden."""
    connection.execute(
        insert(ReviewCheck).values(
            session_id=session_id,
            run_id=run_id,
            study_id=study_id,
            staff_id=staff_id,
            entity_type=hidden[0].entity_type,
            source=hidden[0].source,
            hidden=len(hidden),
            caught=caught,
            at=now,
        )
    )


def keep_outcomes(
    connection: Connection,
    set_id: UUID,
    session_id: UUID,
    study_id: UUID,
    staff_id: UUID,
    outcomes: Mapping[str, OutcomeCounts],
    now: datetime,
) -> None:
    """Keep what a confirmed review made of the findings, once for a set."""
    if not outcomes:
        return
    connection.execute(
        upsert(ReviewOutcome).on_conflict_do_nothing(),
        [
            {
                "redaction_set_id": set_id,
                "source": source,
                "session_id": session_id,
                "study_id": study_id,
                "staff_id": staff_id,
                "accepted": counts.accepted,
                "changed": counts.changed,
                "rejected": counts.rejected,
                "added": counts.added,
                "at": now,
            }
            for source, counts in outcomes.items()
        ],
    )


def checks_since(connection: Connection, study_id: UUID, since: datetime) -> tuple[CheckTally, ...]:
    """What became of the checks since a moment, by reviewer."""
    rows = connection.execute(
        select(
            Staff.display_name,
            func.count(),
            func.sum(ReviewCheck.hidden),
            func.sum(ReviewCheck.caught),
        )
        .join(Staff, Staff.id == ReviewCheck.staff_id)
        .where(ReviewCheck.study_id == study_id, ReviewCheck.at >= since)
        .group_by(ReviewCheck.staff_id, Staff.display_name)
        .order_by(Staff.display_name)
    )
    return tuple(CheckTally(*row) for row in rows)


def by_recognizer(
    connection: Connection, study_id: UUID, since: datetime
) -> tuple[OutcomeTally, ...]:
    """What reviews since a moment made of each recognizer's findings."""
    rows = connection.execute(
        _tally(ReviewOutcome.source)
        .where(ReviewOutcome.study_id == study_id, ReviewOutcome.at >= since)
        .group_by(ReviewOutcome.source)
        .order_by(ReviewOutcome.source)
    )
    return tuple(OutcomeTally(row[0], row[1], OutcomeCounts(*row[2:])) for row in rows)


def by_reviewer(connection: Connection, study_id: UUID, since: datetime) -> tuple[PersonTally, ...]:
    """What each reviewer did with the machine's findings since a moment."""
    rows = connection.execute(
        _tally(Staff.display_name)
        .join(Staff, Staff.id == ReviewOutcome.staff_id)
        .where(ReviewOutcome.study_id == study_id, ReviewOutcome.at >= since)
        .group_by(ReviewOutcome.staff_id, Staff.display_name)
        .order_by(Staff.display_name)
    )
    return tuple(PersonTally(row[0], row[1], OutcomeCounts(*row[2:])) for row in rows)


def _tally(name: InstrumentedAttribute[str]) -> Select[str, int, int, int, int, int]:
    return select(
        name,
        func.count(ReviewOutcome.session_id.distinct()),
        func.sum(ReviewOutcome.accepted),
        func.sum(ReviewOutcome.changed),
        func.sum(ReviewOutcome.rejected),
        func.sum(ReviewOutcome.added),
    )
