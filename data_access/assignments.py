"""Policy assignments: what was proposed for which sessions, and how it was settled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, insert, select, text
from sqlalchemy.orm import aliased

from data_access.standings import SessionFactsRow
from data_access.tables import PolicyAssignment, PolicyAssignmentSession, Staff
from domain.policy.assignments import Settlement
from domain.vocabulary import PolicyVersion


@dataclass(frozen=True, slots=True)
class AssignmentRow:
    """A proposal, without its sessions."""

    id: UUID
    version: PolicyVersion
    sessions: int
    policy_digest: str
    reason: str
    proposed_by: UUID
    proposer: str
    proposed_at: datetime
    decider: str | None
    decided_at: datetime | None
    outcome: Settlement | None


def propose(
    connection: Connection,
    *,
    version: PolicyVersion,
    sessions: Sequence[tuple[SessionFactsRow, PolicyVersion]],
    policy_digest: str,
    reason: str,
    by: UUID,
    now: datetime,
) -> UUID:
    """Keep a proposal with its sessions, each with the policy of its date alone."""
    assignment_id = connection.execute(
        insert(PolicyAssignment)
        .values(
            version=version.value,
            sessions=len(sessions),
            policy_digest=policy_digest,
            reason=reason,
            proposed_by=by,
            proposed_at=now,
        )
        .returning(PolicyAssignment.id)
    ).scalar_one()
    connection.execute(
        insert(PolicyAssignmentSession).inline(),
        [
            {
                "assignment_id": assignment_id,
                "session_id": row.id,
                "study_id": row.study_id,
                "completed_at": row.completed_at,
                "by_date": by_date.value,
                "instead_of": row.assigned_version.value,
            }
            for row, by_date in sessions
        ],
    )
    return assignment_id


def newest(connection: Connection, at_most: int = 20) -> list[AssignmentRow]:
    """What waits, then what was settled last; the newest first in each."""
    return _rows(connection, at_most=at_most)


def find(connection: Connection, assignment_id: UUID) -> AssignmentRow | None:
    """One proposal."""
    found = _rows(connection, assignment_id=assignment_id)
    return found[0] if found else None


def settle(connection: Connection, assignment_id: UUID, how: Settlement, now: datetime) -> bool:
    """Settle a proposal in the actor's name; confirmed, it holds from then on.

    The database tells its proposer from others. False when it was settled before.
    """
    return bool(
        connection.execute(
            text("SELECT settle_policy_assignment(:assignment, :how, :now)"),
            {"assignment": assignment_id, "how": how.value, "now": now},
        ).scalar_one()
    )


def _rows(
    connection: Connection, *, assignment_id: UUID | None = None, at_most: int = 1
) -> list[AssignmentRow]:
    decider = aliased(Staff)
    wanted = (
        select(
            PolicyAssignment.id,
            PolicyAssignment.version,
            PolicyAssignment.sessions,
            PolicyAssignment.policy_digest,
            PolicyAssignment.reason,
            PolicyAssignment.proposed_by,
            Staff.display_name.label("proposer"),
            PolicyAssignment.proposed_at,
            decider.display_name.label("decider"),
            PolicyAssignment.decided_at,
            PolicyAssignment.outcome,
        )
        .join(Staff, Staff.id == PolicyAssignment.proposed_by)
        .outerjoin(decider, decider.id == PolicyAssignment.decided_by)
        .order_by(PolicyAssignment.decided_at.is_(None).desc(), PolicyAssignment.proposed_at.desc())
        .limit(at_most)
    )
    if assignment_id is not None:
        wanted = wanted.where(PolicyAssignment.id == assignment_id)
    return [
        AssignmentRow(
            row.id,
            PolicyVersion(row.version),
            row.sessions,
            row.policy_digest,
            row.reason,
            row.proposed_by,
            row.proposer,
            row.proposed_at,
            row.decider,
            row.decided_at,
            None if row.outcome is None else Settlement(row.outcome),
        )
        for row in connection.execute(wanted)
    ]
