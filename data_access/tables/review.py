"""De-identification: runs of the machine, its findings, people's decisions, frozen outcomes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from data_access.tables.base import Base, Moment, NewId, one_of


class DeidentificationRun(Base):
    """One pass of one engine over one session."""

    __tablename__ = "deidentification_run"
    __table_args__ = (
        ForeignKeyConstraint(["session_id", "study_id"], ["session.id", "session.study_id"]),
        CheckConstraint(one_of("coverage", "full", "patterns_only"), name="coverage"),
        UniqueConstraint("session_id", "engine_digest"),
    )

    id: Mapped[NewId]
    session_id: Mapped[UUID]
    study_id: Mapped[UUID]
    engine_digest: Mapped[str]
    language: Mapped[str]
    coverage: Mapped[str]
    finding_count: Mapped[int]
    finished_at: Mapped[Moment]


class FindingRow(Base):
    """What a run proposed. Spans in code points of the turn's text."""

    __tablename__ = "finding"
    __table_args__ = (
        ForeignKeyConstraint(["session_id", "study_id"], ["session.id", "session.study_id"]),
        CheckConstraint('turn >= 0 AND start >= 0 AND start < "end"', name="span"),
        CheckConstraint("score >= 0 AND score <= 1", name="score"),
        Index("ix_finding__session", "session_id", "run_id", "turn", "start"),
    )

    id: Mapped[NewId]
    run_id: Mapped[UUID] = mapped_column(ForeignKey("deidentification_run.id"))
    session_id: Mapped[UUID]
    study_id: Mapped[UUID]
    turn: Mapped[int]
    start: Mapped[int]
    end: Mapped[int]
    entity_type: Mapped[str]
    score: Mapped[float]
    source: Mapped[str]
    why: Mapped[str]
    replacement: Mapped[str]


class Decision(Base):
    """What a person did with a finding, or a span of their own. Append-only.

    The browser makes the id, so that a message that comes twice is kept once; ``ordinal`` is
    the decision's place among the session's, and the session's version is the last.
    """

    __tablename__ = "decision"
    __table_args__ = (
        ForeignKeyConstraint(["session_id", "study_id"], ["session.id", "session.study_id"]),
        CheckConstraint(one_of("kind", "redact", "generalise", "keep", "withdraw"), name="kind"),
        CheckConstraint('turn >= 0 AND start >= 0 AND start < "end"', name="span"),
        CheckConstraint("kind <> 'keep' OR reason IS NOT NULL", name="keep_has_reason"),
        CheckConstraint("ordinal > 0", name="ordinal"),
        UniqueConstraint("session_id", "ordinal"),
    )

    id: Mapped[NewId]
    session_id: Mapped[UUID]
    study_id: Mapped[UUID]
    ordinal: Mapped[int]
    turn: Mapped[int]
    start: Mapped[int]
    end: Mapped[int]
    kind: Mapped[str]
    entity_type: Mapped[str]
    replacement: Mapped[str | None]
    reason: Mapped[str | None]
    decided_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[Moment]


class RedactionSetRow(Base):
    """A frozen outcome, by digest. A change makes a new one; none is ever altered."""

    __tablename__ = "redaction_set"
    __table_args__ = (
        ForeignKeyConstraint(["session_id", "study_id"], ["session.id", "session.study_id"]),
        UniqueConstraint("session_id", "set_digest"),
        UniqueConstraint("id", "session_id"),
        Index("ix_redaction_set__work", "study_id", "confirmed_at", "confirmed_by"),
    )

    id: Mapped[NewId]
    session_id: Mapped[UUID]
    study_id: Mapped[UUID]
    turns_digest: Mapped[bytes] = mapped_column(LargeBinary)
    set_digest: Mapped[bytes] = mapped_column(LargeBinary)
    output_digest: Mapped[bytes] = mapped_column(LargeBinary)
    redactions: Mapped[list[Any]] = mapped_column(JSONB)
    #: Of exactly what its leak check passed, under the installation's key; none for older ones.
    check_seal: Mapped[bytes | None] = mapped_column(LargeBinary)
    confirmed_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    confirmed_at: Mapped[Moment]


class TurnsRead(Base):
    """Which turns of a session's original a person has had before their eyes, and since when.

    Nobody reads faster than the eye: what is said to be read is weighed against ``began_at``.
    """

    __tablename__ = "turns_read"
    __table_args__ = (
        ForeignKeyConstraint(["session_id", "study_id"], ["session.id", "session.study_id"]),
    )

    session_id: Mapped[UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    study_id: Mapped[UUID]
    turns: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    began_at: Mapped[Moment]


class SessionSearch(Base):
    """The de-identified text's words, as an index for search. The text itself is not stored."""

    __tablename__ = "session_search"
    __table_args__ = (
        ForeignKeyConstraint(["session_id", "study_id"], ["session.id", "session.study_id"]),
        Index("ix_session_search__document", "document", postgresql_using="gin"),
    )

    session_id: Mapped[UUID] = mapped_column(primary_key=True)
    study_id: Mapped[UUID]
    document: Mapped[Any] = mapped_column(TSVECTOR)
