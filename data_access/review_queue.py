"""The review queue: claim the next session, renew and give back, what lies where."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from data_access.tables import (
    DoubleReview,
    FindingRow,
    InterviewSession,
    RedactionSetRow,
    ReviewItem,
    ReviewProgress,
    ReviewSkip,
    Staff,
)
from domain.review_risk import DOUBTED_BELOW, RiskEvidence
from domain.vocabulary import ReviewState


@dataclass(frozen=True, slots=True)
class QueuedSession:
    """A session that waits for review, as the queue shows it; ``risk`` None was not weighed."""

    session_id: UUID
    number: int
    language: str
    coverage: str
    word_count: int
    begun: bool
    risk: int | None
    why: str
    lease_staff: UUID | None
    lease_name: str | None
    lease_until: datetime | None


@dataclass(frozen=True, slots=True)
class PersonsWork:
    """How many sessions somebody confirmed, and when the last."""

    staff_id: UUID
    name: str
    confirmed: int
    last_at: datetime


def weigh(connection: Connection, session_id: UUID, risk: int, why: str) -> None:
    """Keep what a session's review risks; it decides its place in the queue."""
    connection.execute(
        update(ReviewItem).where(ReviewItem.session_id == session_id).values(risk=risk, why=why)
    )


def evidence(connection: Connection, session_id: UUID) -> RiskEvidence | None:
    """What a waiting session's risk is weighed by, special uniques left out; None of any other."""
    doubted = (
        select(func.count())
        .select_from(FindingRow)
        .where(
            FindingRow.session_id == InterviewSession.id,
            FindingRow.run_id == InterviewSession.current_run_id,
            FindingRow.score < DOUBTED_BELOW,
        )
        .scalar_subquery()
    )
    row = connection.execute(
        select(
            InterviewSession.finding_count,
            doubted,
            InterviewSession.word_count,
            InterviewSession.coverage == "patterns_only",
        )
        .join(ReviewItem, ReviewItem.session_id == InterviewSession.id)
        .where(InterviewSession.id == session_id, ReviewItem.waiting)
    ).first()
    return None if row is None else RiskEvidence(*row)


def claim_next(
    connection: Connection,
    study_id: UUID,
    staff_id: UUID,
    *,
    now: datetime,
    lease: timedelta,
    skipped_since: datetime,
    but_not: Collection[UUID],
) -> UUID | None:
    """Put the first free session of a study on somebody's desk; None when none is free.

    Two people who ask at once never get the same one: a row that another transaction holds
    is passed over.
    """
    wanted = (
        select(ReviewItem.session_id)
        .join(InterviewSession, InterviewSession.id == ReviewItem.session_id)
        .where(
            ReviewItem.study_id == study_id,
            ReviewItem.waiting,
            _free(now),
            ReviewItem.session_id.not_in(but_not),
            *_readable(),
            # A third settles what two reviews differ on; the two can, and are not offered it.
            ~select(DoubleReview.id)
            .where(
                DoubleReview.session_id == ReviewItem.session_id,
                DoubleReview.state == "differs",
                or_(DoubleReview.first_staff == staff_id, DoubleReview.second_staff == staff_id),
            )
            .exists(),
            ~select(ReviewSkip.session_id)
            .where(
                ReviewSkip.session_id == ReviewItem.session_id,
                ReviewSkip.staff_id == staff_id,
                ReviewSkip.skipped_at > skipped_since,
            )
            .exists(),
        )
        .order_by(*_ORDER)
        .limit(1)
        .with_for_update(skip_locked=True, of=ReviewItem)
    )
    return connection.execute(
        update(ReviewItem)
        .where(ReviewItem.session_id == wanted.scalar_subquery())
        .values(lease_staff=staff_id, lease_until=now + lease)
        .returning(ReviewItem.session_id)
    ).scalar_one_or_none()


def take(
    connection: Connection, session_id: UUID, staff_id: UUID, *, now: datetime, lease: timedelta
) -> bool:
    """Put this session on somebody's desk or keep it there; whether it lies there then."""
    return (
        connection.execute(
            update(ReviewItem)
            .where(
                ReviewItem.session_id == session_id,
                ReviewItem.waiting,
                or_(_free(now), ReviewItem.lease_staff == staff_id),
            )
            .values(lease_staff=staff_id, lease_until=now + lease)
        ).rowcount
        > 0
    )


def give_back(connection: Connection, session_id: UUID, staff_id: UUID) -> None:
    """Take a session off somebody's own desk."""
    connection.execute(
        update(ReviewItem)
        .where(ReviewItem.session_id == session_id, ReviewItem.lease_staff == staff_id)
        .values(lease_staff=None, lease_until=None)
    )


def skip(
    connection: Connection, session_id: UUID, study_id: UUID, staff_id: UUID, now: datetime
) -> None:
    """Note that somebody leaves a session for later."""
    connection.execute(
        upsert(ReviewSkip)
        .values(session_id=session_id, study_id=study_id, staff_id=staff_id, skipped_at=now)
        .on_conflict_do_update(
            index_elements=[ReviewSkip.session_id, ReviewSkip.staff_id], set_={"skipped_at": now}
        )
    )


def first(connection: Connection, study_id: UUID, at_most: int) -> tuple[QueuedSession, ...]:
    """The head of a study's queue, leased ones included."""
    return _listed(
        connection,
        and_(ReviewItem.study_id == study_id, ReviewItem.waiting, *_readable()),
        at_most,
    )


def on_desk(
    connection: Connection, staff_id: UUID, now: datetime, at_most: int
) -> tuple[QueuedSession, ...]:
    """What lies on somebody's desk."""
    return _listed(
        connection,
        and_(ReviewItem.lease_staff == staff_id, ReviewItem.lease_until > now, ReviewItem.waiting),
        at_most,
    )


def holder(connection: Connection, session_id: UUID, now: datetime) -> tuple[UUID, str] | None:
    """On whose desk a session lies, by id and name; None when on nobody's."""
    row = connection.execute(
        select(Staff.id, Staff.display_name)
        .join(ReviewItem, Staff.id == ReviewItem.lease_staff)
        .where(ReviewItem.session_id == session_id, ReviewItem.lease_until > now)
    ).first()
    return None if row is None else (row.id, row.display_name)


def counts(connection: Connection) -> Mapping[UUID, Mapping[ReviewState, int]]:
    """Sessions by study and review state, from the counts that are kept."""
    held: dict[UUID, dict[ReviewState, int]] = {}
    for row in connection.execute(
        select(ReviewProgress.study_id, ReviewProgress.state, ReviewProgress.sessions)
    ):
        held.setdefault(row.study_id, {})[ReviewState(row.state)] = row.sessions
    return held


def work_since(connection: Connection, study_id: UUID, since: datetime) -> tuple[PersonsWork, ...]:
    """Who confirmed how many sessions of a study since a moment, the most first."""
    confirmed = func.count(RedactionSetRow.session_id.distinct())
    rows = connection.execute(
        select(
            RedactionSetRow.confirmed_by,
            Staff.display_name,
            confirmed,
            func.max(RedactionSetRow.confirmed_at),
        )
        .join(Staff, Staff.id == RedactionSetRow.confirmed_by)
        .where(RedactionSetRow.study_id == study_id, RedactionSetRow.confirmed_at >= since)
        .group_by(RedactionSetRow.confirmed_by, Staff.display_name)
        .order_by(confirmed.desc(), Staff.display_name)
    )
    return tuple(PersonsWork(*row) for row in rows)


#: Unreviewed first, riskiest first; what was not weighed before what was.
_ORDER = (ReviewItem.begun, ReviewItem.risk.desc(), ReviewItem.session_id)


def _free(now: datetime) -> ColumnElement[bool]:
    return or_(ReviewItem.lease_staff.is_(None), ReviewItem.lease_until <= now)


def _readable() -> tuple[ColumnElement[bool], ...]:
    """Leave out early what the policy keeps from reviewers; it is asked again of each session."""
    return (
        InterviewSession.flag_state.in_(("none", "dismissed")),
        InterviewSession.policy_version != "none",
        InterviewSession.erased_at.is_(None),
        InterviewSession.withdrawn_at.is_(None),
    )


def _listed(
    connection: Connection, wanted: ColumnElement[bool], at_most: int
) -> tuple[QueuedSession, ...]:
    rows = connection.execute(
        select(
            ReviewItem.session_id,
            InterviewSession.number,
            InterviewSession.language,
            InterviewSession.coverage,
            InterviewSession.word_count,
            ReviewItem.begun,
            ReviewItem.risk,
            ReviewItem.why,
            ReviewItem.lease_staff,
            Staff.display_name,
            ReviewItem.lease_until,
        )
        .join(InterviewSession, InterviewSession.id == ReviewItem.session_id)
        .outerjoin(Staff, Staff.id == ReviewItem.lease_staff)
        .where(wanted)
        .order_by(*_ORDER)
        .limit(at_most)
    )
    return tuple(QueuedSession(*row) for row in rows)
