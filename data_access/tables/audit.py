"""The audit trail."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, FetchedValue, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from data_access.tables.base import Base, one_of


class AuditEvent(Base):
    """One act, chained to the one before it.

    A trigger gives ``seq``, ``prev_hash`` and ``hash``; ``domain/audit.py`` computes the
    same and verifies. No foreign keys: the trail outlives what it speaks of.
    """

    __tablename__ = "audit_event"
    __table_args__ = (
        CheckConstraint(one_of("outcome", "done", "refused"), name="outcome"),
        Index("ix_audit_event__actor", "actor_id", "seq"),
        Index("ix_audit_event__action", "action", "seq"),
        Index("ix_audit_event__object", "object_kind", "object_id", "seq"),
        Index("ix_audit_event__id", "object_id", "seq"),
        Index("ix_audit_event__study", "study_id", "seq"),
        Index("ix_audit_event__outcome", "outcome", "seq"),
        Index("ix_audit_event__at", "at", "seq"),
        # Reading a row back takes the right to read the trail; writing one does not.
        {"implicit_returning": False},
    )

    #: Given by the trigger.
    seq: Mapped[int] = mapped_column(
        BigInteger, FetchedValue(), primary_key=True, autoincrement=False
    )
    at: Mapped[datetime]
    actor_id: Mapped[UUID | None]
    actor_label: Mapped[str]
    action: Mapped[str]
    object_kind: Mapped[str]
    object_id: Mapped[str]
    study_id: Mapped[UUID | None]
    purpose: Mapped[str | None]
    outcome: Mapped[str]
    #: Canonical JSON, kept as text so that the hash covers the very bytes.
    detail: Mapped[str]
    prev_hash: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
