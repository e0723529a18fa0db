"""The policy table: what was in force, proposals to change it, and which policy governs what."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from data_access.tables.base import Base, Moment, NewId, one_of
from data_access.tables.studies import VERSIONS


class PolicyDocument(Base):
    """A version of the policy table that was in force, by digest; the latest is in force now."""

    __tablename__ = "policy_document"

    digest: Mapped[str] = mapped_column(primary_key=True)
    document: Mapped[dict[str, Any]] = mapped_column(JSONB)
    in_force_from: Mapped[Moment]
    put_in_force_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))


class PolicyProposal(Base):
    """A change that one administrator proposed and another decided on, or will."""

    __tablename__ = "policy_proposal"
    __table_args__ = (
        CheckConstraint("decided_by <> proposed_by", name="two_people"),
        CheckConstraint("length(btrim(reason)) >= 10", name="reason_stated"),
        CheckConstraint(
            "(decided_at IS NULL) = (decided_by IS NULL)"
            " AND (decided_at IS NULL) = (accepted IS NULL)",
            name="decided_whole",
        ),
        Index("ix_policy_proposal__proposed", "proposed_at"),
    )

    id: Mapped[NewId]
    digest: Mapped[str]
    document: Mapped[dict[str, Any]] = mapped_column(JSONB)
    #: What is different from the table that was in force when it was proposed.
    differences: Mapped[list[str]] = mapped_column(ARRAY(Text))
    #: Digest of that table: a proposal is about one table and no other.
    instead_of: Mapped[str]
    reason: Mapped[str]
    proposed_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    proposed_at: Mapped[Moment]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime | None]
    accepted: Mapped[bool | None]


class PolicyAssignment(Base):
    """Which policy governs sessions whose date leaves it open: proposed by one, settled by another.

    ``version`` 'none' takes an earlier assignment back.
    """

    __tablename__ = "policy_assignment"
    __table_args__ = (
        CheckConstraint(one_of("version", *VERSIONS), name="version"),
        CheckConstraint("sessions > 0", name="sessions"),
        CheckConstraint(one_of("outcome", "confirmed", "rejected", "withdrawn"), name="outcome"),
        CheckConstraint("outcome = 'withdrawn' OR decided_by <> proposed_by", name="two_people"),
        CheckConstraint("length(btrim(reason)) >= 10", name="reason_stated"),
        CheckConstraint(
            "(decided_at IS NULL) = (decided_by IS NULL)"
            " AND (decided_at IS NULL) = (outcome IS NULL)",
            name="decided_whole",
        ),
        Index("ix_policy_assignment__proposed", "proposed_at"),
    )

    id: Mapped[NewId]
    version: Mapped[str]
    sessions: Mapped[int]
    #: Digest of the table under which was shown what would change.
    policy_digest: Mapped[str]
    reason: Mapped[str]
    proposed_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    proposed_at: Mapped[Moment]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    #: The transaction that proposed it: no session is added in a later one.
    written_in: Mapped[str] = mapped_column(server_default=text("pg_current_xact_id()::text"))


class PolicyAssignmentSession(Base):
    """A session of an assignment, as it was when it was proposed."""

    __tablename__ = "policy_assignment_session"
    __table_args__ = (
        ForeignKeyConstraint(["session_id", "study_id"], ["session.id", "session.study_id"]),
    )

    assignment_id: Mapped[UUID] = mapped_column(
        ForeignKey("policy_assignment.id"), primary_key=True
    )
    session_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)
    study_id: Mapped[UUID]
    #: As it was when proposed; nothing once the session is erased.
    completed_at: Mapped[datetime | None]
    #: The policy by its date alone: what it goes back to when an assignment is taken back.
    by_date: Mapped[str]
    instead_of: Mapped[str]
