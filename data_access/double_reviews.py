"""Double reviews: claim one, keep what the second reviewer decides, compare, settle."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, bindparam, func, insert, or_, select, update
from sqlalchemy.orm import aliased

from data_access.tables import (
    DoubleOutcome,
    DoubleReview,
    InterviewSession,
    RedactionSetRow,
    ReviewDifference,
    ReviewSkip,
    Staff,
    Study,
)
from domain.double_review import Agreement, Difference, DoubleState, Side
from domain.redaction import RedactionSet, read_redaction_set
from domain.spans import Span


@dataclass(frozen=True, slots=True)
class DoubleRow:
    """A session's double review, one that was overtaken left out; names are for the screen."""

    id: UUID
    state: DoubleState
    first_set_id: UUID
    first_staff: UUID
    first_name: str
    second_staff: UUID | None
    second_name: str | None
    second_set_id: UUID | None

    def blinds(self, staff_id: UUID) -> bool:
        """Whether somebody is doing the second review, so that the first is hidden from them."""
        return (
            self.state is DoubleState.WAITING
            and self.second_set_id is None
            and self.second_staff == staff_id
        )


@dataclass(frozen=True, slots=True)
class SecondOnDesk:
    """A second review on somebody's desk."""

    session_id: UUID
    number: int
    language: str
    coverage: str
    word_count: int
    lease_until: datetime | None


def percent(connection: Connection, study_id: UUID) -> int:
    """How many of a hundred confirmed sessions of a study a second person reviews."""
    return connection.execute(select(Study.double_percent).where(Study.id == study_id)).scalar_one()


def of_session(connection: Connection, session_id: UUID) -> DoubleRow | None:
    """A session's double review; None when none was drawn, or it was overtaken."""
    first, second = aliased(Staff), aliased(Staff)
    row = connection.execute(
        select(
            DoubleReview.id,
            DoubleReview.state,
            DoubleReview.first_set_id,
            DoubleReview.first_staff,
            func.coalesce(first.display_name, "").label("first_name"),
            DoubleReview.second_staff,
            second.display_name.label("second_name"),
            DoubleReview.second_set_id,
        )
        # The machine knows nobody's name.
        .outerjoin(first, first.id == DoubleReview.first_staff)
        .outerjoin(second, second.id == DoubleReview.second_staff)
        .where(DoubleReview.session_id == session_id, DoubleReview.state != "overtaken")
    ).first()
    if row is None:
        return None
    return DoubleRow(row.id, DoubleState(row.state), *row[2:])


def draw(
    connection: Connection,
    session_id: UUID,
    study_id: UUID,
    set_id: UUID,
    staff_id: UUID,
    now: datetime,
) -> None:
    """Have a confirmed session reviewed a second time."""
    connection.execute(
        insert(DoubleReview).values(
            session_id=session_id,
            study_id=study_id,
            first_set_id=set_id,
            first_staff=staff_id,
            drawn_at=now,
        )
    )


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
    """Put the oldest second review that somebody may do on their desk; its session, or None."""
    review, skip = DoubleReview, ReviewSkip
    wanted = (
        select(review.id)
        .join(InterviewSession, InterviewSession.id == review.session_id)
        .where(
            review.study_id == study_id,
            review.state == "waiting",
            review.second_set_id.is_(None),
            or_(review.second_staff.is_(None), review.lease_until <= now),
            review.session_id.not_in(but_not),
            InterviewSession.flag_state.in_(("none", "dismissed")),
            InterviewSession.policy_version != "none",
            InterviewSession.erased_at.is_(None),
            InterviewSession.withdrawn_at.is_(None),
            ~select(skip.session_id)
            .where(
                skip.session_id == review.session_id,
                skip.staff_id == staff_id,
                skip.skipped_at > skipped_since,
            )
            .exists(),
            func.may_review_second(review.id),
        )
        .order_by(review.drawn_at, review.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=review)
    )
    return connection.execute(
        update(review)
        .where(review.id == wanted.scalar_subquery())
        .values(second_staff=staff_id, lease_until=now + lease)
        .returning(review.session_id)
    ).scalar_one_or_none()


def renew(connection: Connection, session_id: UUID, staff_id: UUID, until: datetime) -> None:
    """Keep a second review on somebody's desk."""
    _mine(connection, session_id, staff_id, lease_until=until)


def give_back(connection: Connection, session_id: UUID, staff_id: UUID) -> None:
    """Take a second review off somebody's desk, for another."""
    _mine(connection, session_id, staff_id, lease_until=None, second_staff=None)


def _mine(
    connection: Connection, session_id: UUID, staff_id: UUID, **values: datetime | UUID | None
) -> None:
    connection.execute(
        update(DoubleReview)
        .where(
            DoubleReview.session_id == session_id,
            DoubleReview.state == "waiting",
            DoubleReview.second_staff == staff_id,
            DoubleReview.second_set_id.is_(None),
        )
        .values(**values)
    )


def on_desk(
    connection: Connection, staff_id: UUID, now: datetime, at_most: int
) -> tuple[SecondOnDesk, ...]:
    """The second reviews on somebody's desk."""
    rows = connection.execute(
        select(
            DoubleReview.session_id,
            InterviewSession.number,
            InterviewSession.language,
            InterviewSession.coverage,
            InterviewSession.word_count,
            DoubleReview.lease_until,
        )
        .join(InterviewSession, InterviewSession.id == DoubleReview.session_id)
        .where(
            DoubleReview.state == "waiting",
            DoubleReview.second_staff == staff_id,
            DoubleReview.second_set_id.is_(None),
            DoubleReview.lease_until > now,
        )
        .order_by(DoubleReview.drawn_at)
        .limit(at_most)
    )
    return tuple(SecondOnDesk(*row) for row in rows)


def waiting(connection: Connection, study_id: UUID) -> int:
    """How many second reviews of a study wait or are being done."""
    return connection.execute(
        select(func.count())
        .select_from(DoubleReview)
        .where(DoubleReview.study_id == study_id, DoubleReview.state == "waiting")
    ).scalar_one()


def seal(connection: Connection, review_id: UUID, set_id: UUID, now: datetime) -> None:
    """End a second review: it cannot change any more, and its author may see the first."""
    connection.execute(
        update(DoubleReview)
        .where(DoubleReview.id == review_id)
        .values(second_set_id=set_id, second_at=now)
    )


def compared(
    connection: Connection,
    review_id: UUID,
    session_id: UUID,
    study_id: UUID,
    pair: tuple[UUID, UUID],
    outcomes: Mapping[tuple[str, str], Agreement],
    differing: Sequence[Difference],
    now: datetime,
) -> None:
    """Keep how far the two agree; where they differ, triggers open the session again."""
    if outcomes:
        connection.execute(
            insert(DoubleOutcome),
            [
                {
                    "double_review_id": review_id,
                    "source": source,
                    "entity_type": kind,
                    "session_id": session_id,
                    "study_id": study_id,
                    "first_staff": pair[0],
                    "second_staff": pair[1],
                    "both_out": counts.both,
                    "first_only": counts.first_only,
                    "second_only": counts.second_only,
                    "neither": counts.neither,
                    "first_missed": None if differing else 0,
                    "second_missed": None if differing else 0,
                    "at": now,
                }
                for (source, kind), counts in outcomes.items()
            ],
        )
    if differing:
        connection.execute(
            insert(ReviewDifference),
            [
                {
                    "double_review_id": review_id,
                    "turn": one.span.turn,
                    "start": one.span.start,
                    "end": one.span.end,
                    "session_id": session_id,
                    "study_id": study_id,
                    "took_out": one.took_out.value,
                    "source": one.source,
                    "entity_type": one.entity_type,
                }
                for one in differing
            ],
        )
    connection.execute(
        update(DoubleReview)
        .where(DoubleReview.id == review_id)
        .values(state="differs" if differing else "agreed", lease_until=None)
    )


def differences(connection: Connection, review_id: UUID) -> tuple[Difference, ...]:
    """Where the two reviews differ, in reading order."""
    rows = connection.execute(
        select(
            ReviewDifference.turn,
            ReviewDifference.start,
            ReviewDifference.end,
            ReviewDifference.took_out,
            ReviewDifference.source,
            ReviewDifference.entity_type,
        )
        .where(ReviewDifference.double_review_id == review_id)
        .order_by(ReviewDifference.turn, ReviewDifference.start)
    )
    return tuple(Difference(Span(*row[:3]), Side(row[3]), *row[4:]) for row in rows)


def pair_of_sets(connection: Connection, row: DoubleRow) -> tuple[RedactionSet, RedactionSet]:
    """The sets of both, once the second is sealed.

    Raises
    ------
    BadInput
        When what is stored is not what was confirmed.
    """
    held = {
        each.id: read_redaction_set(
            bytes(each.turns_digest), each.redactions, bytes(each.set_digest)
        )
        for each in connection.execute(
            select(
                RedactionSetRow.id,
                RedactionSetRow.turns_digest,
                RedactionSetRow.redactions,
                RedactionSetRow.set_digest,
            ).where(RedactionSetRow.id.in_((row.first_set_id, row.second_set_id)))
        )
    }
    # A review that was compared was sealed; without its set this fails, as it must.
    return held[row.first_set_id], held[row.second_set_id or row.id]


def settle(
    connection: Connection,
    review_id: UUID,
    set_id: UUID,
    staff_id: UUID,
    missed: Mapping[tuple[str, str], tuple[int, int]],
    now: datetime,
) -> None:
    """Keep who settled the differences by which set, and what each of the two had missed."""
    connection.execute(
        update(DoubleReview)
        .where(DoubleReview.id == review_id)
        .values(state="settled", settled_by=staff_id, settled_set_id=set_id, settled_at=now)
    )
    connection.execute(
        update(DoubleOutcome)
        .where(
            DoubleOutcome.double_review_id == bindparam("review"),
            DoubleOutcome.source == bindparam("of_source"),
            DoubleOutcome.entity_type == bindparam("of_type"),
        )
        .values(first_missed=bindparam("first"), second_missed=bindparam("second")),
        [
            {
                "review": review_id,
                "of_source": source,
                "of_type": kind,
                "first": first,
                "second": second,
            }
            for (source, kind), (first, second) in missed.items()
        ],
    )
    connection.execute(
        update(DoubleOutcome)
        .where(DoubleOutcome.double_review_id == review_id, DoubleOutcome.first_missed.is_(None))
        .values(first_missed=0, second_missed=0)
    )
