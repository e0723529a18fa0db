"""Quasi-identifiers of sessions: what names nobody by itself, and somebody together."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index
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


class SpecialUniqueRow(Base):
    """A combination of traits that nobody else of the study shares, by its digest and categories.

    A few a session, kept as traits come in, so that the queue need not count anything; whoever
    comes to share one ends it. Nothing that was said is in it.
    """

    __tablename__ = "special_unique"
    __table_args__ = (
        ForeignKeyConstraint(["session_id", "study_id"], ["session.id", "session.study_id"]),
        # Whose combination somebody new shares.
        Index("ix_special_unique__combination", "study_id", "combination"),
    )

    session_id: Mapped[UUID] = mapped_column(primary_key=True)
    combination: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    study_id: Mapped[UUID]
    participant_id: Mapped[UUID]
    categories: Mapped[str]
