"""Policy tables by digest: what was and is in force, and proposals to change it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, insert, select, text
from sqlalchemy.orm import aliased

from data_access.tables import PolicyDocument, PolicyProposal, Staff
from domain.consent import Choices
from domain.policy.standings import FactsCount
from domain.vocabulary import ConsentChoice, FlagState, Plan, SessionStatus


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """A proposed change, without its document."""

    id: UUID
    digest: str
    differences: tuple[str, ...]
    instead_of: str
    reason: str
    proposed_by: UUID
    proposer: str
    proposed_at: datetime
    decider: str | None
    decided_at: datetime | None
    accepted: bool | None


def record_first(connection: Connection, digest: str, document: Mapping[str, Any]) -> None:
    """Put a table in force where none is yet: the one that the product came with.

    Another one comes in force by two administrators alone, a newer product's included.
    """
    if digest_in_force(connection) is None:
        connection.execute(insert(PolicyDocument).values(digest=digest, document=dict(document)))


def digest_in_force(connection: Connection) -> str | None:
    """The digest of the table in force; None before the first one is recorded."""
    return connection.execute(
        select(PolicyDocument.digest).order_by(PolicyDocument.in_force_from.desc()).limit(1)
    ).scalar_one_or_none()


def document(connection: Connection, digest: str) -> dict[str, Any]:
    """The document of a table that is or was in force."""
    return dict(
        connection.execute(
            select(PolicyDocument.document).where(PolicyDocument.digest == digest)
        ).scalar_one()
    )


def propose(
    connection: Connection,
    *,
    digest: str,
    document: Mapping[str, Any],
    differences: Sequence[str],
    instead_of: str,
    reason: str,
    by: UUID,
    now: datetime,
) -> UUID:
    """Keep a proposal."""
    return connection.execute(
        insert(PolicyProposal)
        .values(
            digest=digest,
            document=dict(document),
            differences=list(differences),
            instead_of=instead_of,
            reason=reason,
            proposed_by=by,
            proposed_at=now,
        )
        .returning(PolicyProposal.id)
    ).scalar_one()


def proposals(connection: Connection, at_most: int = 20) -> list[ProposalRow]:
    """The newest proposals."""
    decider = aliased(Staff)
    rows = connection.execute(
        select(
            PolicyProposal.id,
            PolicyProposal.digest,
            PolicyProposal.differences,
            PolicyProposal.instead_of,
            PolicyProposal.reason,
            PolicyProposal.proposed_by,
            Staff.display_name,
            PolicyProposal.proposed_at,
            decider.display_name,
            PolicyProposal.decided_at,
            PolicyProposal.accepted,
        )
        .join(Staff, Staff.id == PolicyProposal.proposed_by)
        .outerjoin(decider, decider.id == PolicyProposal.decided_by)
        .order_by(PolicyProposal.proposed_at.desc())
        .limit(at_most)
    )
    return [
        ProposalRow(
            row[0],
            row[1],
            tuple(row[2]),
            row[3],
            row[4],
            row[5],
            row[6],
            row[7],
            row[8],
            row[9],
            row[10],
        )
        for row in rows
    ]


def proposed_document(connection: Connection, proposal_id: UUID) -> dict[str, Any]:
    """The document of a proposal."""
    return dict(
        connection.execute(
            select(PolicyProposal.document).where(PolicyProposal.id == proposal_id)
        ).scalar_one()
    )


def sessions_by_facts(connection: Connection, cuts: Sequence[datetime]) -> list[FactsCount]:
    """How many sessions the policy cannot tell apart, for administrators.

    ``slot`` 0 lies before the first cut, n from the n-th on; a session without a completion
    instant is in none.
    """
    rows = connection.execute(
        text("SELECT * FROM sessions_by_facts(CAST(:cuts AS timestamptz[]))"),
        {"cuts": list(cuts)},
    )
    return [facts_count(row) for row in rows]


def facts_count(row: Row[Any]) -> FactsCount:
    """One group of sessions that the policy cannot tell apart, from its row."""
    return FactsCount(
        None if row.slot < 0 else row.slot,
        SessionStatus(row.status),
        Plan(row.plan),
        row.memory_on,
        FlagState(row.flag_state),
        Choices(
            ConsentChoice(row.publish),
            ConsentChoice(row.researchers),
            ConsentChoice(row.journalists),
            ConsentChoice(row.contact),
        ),
        row.erased,
        row.withdrawn,
        row.sessions,
    )


def settle(connection: Connection, proposal_id: UUID, accepted: bool, now: datetime) -> bool:
    """Decide on a proposal in the actor's name; accepted, it is in force from then on.

    The database refuses its proposer. False when it was decided before.
    """
    return bool(
        connection.execute(
            text("SELECT settle_policy_proposal(:proposal, :accepted, :now)"),
            {"proposal": proposal_id, "accepted": accepted, "now": now},
        ).scalar_one()
    )
