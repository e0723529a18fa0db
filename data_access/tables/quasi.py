"""Quasi-identifiers of sessions: what names nobody by itself, and somebody together."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from data_access.tables.base import Base


class QuasiIdentifierRow(Base):
    """One trait of a session's participant, at its first place in the original."""

    __tablename__ = "quasi_identifier"
    __table_args__ = (
        ForeignKeyConstraint(["session_id", "study_id"], ["session.id", "session.study_id"]),
        CheckConstraint('turn >= 0 AND start >= 0 AND start < "end"', name="span"),
        # Who else of the study has it, without reading the row.
        Index("ix_quasi_identifier__trait", "study_id", "category", "value", "participant_id"),
    )

    session_id: Mapped[UUID] = mapped_column(primary_key=True)
    category: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(primary_key=True)
    study_id: Mapped[UUID]
    participant_id: Mapped[UUID]
    turn: Mapped[int]
    start: Mapped[int]
    end: Mapped[int]
