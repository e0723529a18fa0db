"""How well machine and reviewers find things: hidden checks and what reviews made of findings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, Select, case, func, insert, literal, select, union_all
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import InstrumentedAttribute, aliased

from data_access.tables import (
    DeidentificationRun,
    DoubleOutcome,
    DoubleReview,
    ReviewCheck,
    ReviewOutcome,
    Staff,
    Study,
)
from domain.double_review import Agreement, DoubleState
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


@dataclass(frozen=True, slots=True)
class PairTally:
    """How two reviewers agree on sessions that both reviewed; their names in order."""

    names: tuple[str, str]
    sessions: int
    agreement: Agreement


@dataclass(frozen=True, slots=True)
class KindTally:
    """How double reviews agree on one recognizer's findings of one type."""

    source: str
    entity_type: str
    sessions: int
    agreement: Agreement


@dataclass(frozen=True, slots=True)
class MissTally:
    """What had to go in somebody's double reviews, and what of it they left standing.

    ``unsettled`` counts sessions whose differences nobody has settled: they count nowhere else.
    """

    name: str
    sessions: int
    had_to_go: int
    missed: int
    unsettled: int


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


def double_states(connection: Connection, study_id: UUID) -> Mapping[DoubleState, int]:
    """How many double reviews of a study stand where."""
    rows = connection.execute(
        select(DoubleReview.state, func.count())
        .where(DoubleReview.study_id == study_id)
        .group_by(DoubleReview.state)
    )
    return {DoubleState(row[0]): row[1] for row in rows}


def by_pair(connection: Connection, study_id: UUID, since: datetime) -> tuple[PairTally, ...]:
    """How each two reviewers agree since a moment, whichever of them came first."""
    first, second, held = aliased(Staff), aliased(Staff), DoubleOutcome
    # Of two who take turns at being first, the one whose name comes first stands first.
    turned = first.display_name > second.display_name
    one = case((turned, second.display_name), else_=first.display_name)
    other = case((turned, first.display_name), else_=second.display_name)
    rows = connection.execute(
        select(
            one,
            other,
            func.count(held.session_id.distinct()),
            func.sum(held.both_out),
            func.sum(case((turned, held.second_only), else_=held.first_only)),
            func.sum(case((turned, held.first_only), else_=held.second_only)),
            func.sum(held.neither),
        )
        .join(first, first.id == held.first_staff)
        .join(second, second.id == held.second_staff)
        .where(held.study_id == study_id, held.at >= since)
        .group_by(one, other)
        .order_by(one, other)
    )
    return tuple(PairTally((row[0], row[1]), row[2], Agreement(*row[3:])) for row in rows)


def by_kind(connection: Connection, study_id: UUID, since: datetime) -> tuple[KindTally, ...]:
    """How double reviews agree since a moment, by recognizer and entity type."""
    held = DoubleOutcome
    rows = connection.execute(
        select(
            held.source,
            held.entity_type,
            func.count(held.session_id.distinct()),
            func.sum(held.both_out),
            func.sum(held.first_only),
            func.sum(held.second_only),
            func.sum(held.neither),
        )
        .where(held.study_id == study_id, held.at >= since)
        .group_by(held.source, held.entity_type)
        .order_by(held.source, held.entity_type)
    )
    return tuple(KindTally(*row[:3], Agreement(*row[3:])) for row in rows)


def misses(connection: Connection, study_id: UUID, since: datetime) -> tuple[MissTally, ...]:
    """What each reviewer left standing of what had to go, since a moment."""
    held = DoubleOutcome
    sides = union_all(
        *(
            select(
                who.label("staff_id"),
                held.session_id.label("session_id"),
                (held.both_out + held.first_missed + held.second_missed).label("had_to_go"),
                missed.label("missed"),
            ).where(held.study_id == study_id, held.at >= since)
            for who, missed in (
                (held.first_staff, held.first_missed),
                (held.second_staff, held.second_missed),
            )
        )
    ).subquery()
    settled = sides.c.missed.is_not(None)
    rows = connection.execute(
        select(
            Staff.display_name,
            func.count(sides.c.session_id.distinct()).filter(settled),
            func.coalesce(func.sum(sides.c.had_to_go), literal(0)),
            func.coalesce(func.sum(sides.c.missed), literal(0)),
            func.count(sides.c.session_id.distinct()).filter(~settled),
        )
        .join(Staff, Staff.id == sides.c.staff_id)
        .group_by(sides.c.staff_id, Staff.display_name)
        .order_by(Staff.display_name)
    )
    return tuple(MissTally(*row) for row in rows)


def _tally(name: InstrumentedAttribute[str]) -> Select[str, int, int, int, int, int]:
    return select(
        name,
        func.count(ReviewOutcome.session_id.distinct()),
        func.sum(ReviewOutcome.accepted),
        func.sum(ReviewOutcome.changed),
        func.sum(ReviewOutcome.rejected),
        func.sum(ReviewOutcome.added),
    )
