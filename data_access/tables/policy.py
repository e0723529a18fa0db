"""The policy table: documents that were in force, and proposals to change it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from data_access.tables.base import Base, Moment, NewId


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
