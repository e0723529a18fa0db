"""Double reviews: who reviews a confirmed session again, what they decided, how far both agree."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from data_access.tables.base import Base, Moment, NewId, one_of


class DoubleReview(Base):
    """A confirmed session that a second person reviews, blind to the first.

    Triggers keep its steps, keep whoever knows the first review from doing the second, and open
    the session again when the two differ. While it waits, ``second_set_id`` seals the second
    review: from then on it cannot change, and its author may see the first.
    """

    __tablename__ = "double_review"
    __table_args__ = (
        ForeignKeyConstraint(["session_id", "study_id"], ["session.id", "session.study_id"]),
        ForeignKeyConstraint(
            ["first_set_id", "session_id"], ["redaction_set.id", "redaction_set.session_id"]
        ),
        ForeignKeyConstraint(
            ["second_set_id", "session_id"], ["redaction_set.id", "redaction_set.session_id"]
        ),
        ForeignKeyConstraint(
            ["settled_set_id", "session_id"], ["redaction_set.id", "redaction_set.session_id"]
        ),
        CheckConstraint(
            one_of("state", "waiting", "agreed", "differs", "settled", "overtaken"), name="state"
        ),
        CheckConstraint(
            "state IN ('waiting', 'overtaken') OR second_set_id IS NOT NULL", name="second"
        ),
        CheckConstraint("(state = 'settled') = (settled_set_id IS NOT NULL)", name="settled"),
        Index(
            "ix_double_review__open",
            "session_id",
            unique=True,
            postgresql_where=text("state IN ('waiting', 'differs')"),
        ),
        Index(
            "ix_double_review__next",
            "study_id",
            "drawn_at",
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("ix_double_review__desk", "second_staff", postgresql_where=text("state = 'waiting'")),
        Index("ix_double_review__session", "session_id"),
        Index("ix_double_review__state", "study_id", "state"),
    )

    id: Mapped[NewId]
    session_id: Mapped[UUID]
    study_id: Mapped[UUID]
    first_set_id: Mapped[UUID]
    first_staff: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    drawn_at: Mapped[Moment]
    state: Mapped[str] = mapped_column(server_default=text("'waiting'"))
    second_staff: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    lease_until: Mapped[datetime | None]
    second_set_id: Mapped[UUID | None]
    second_at: Mapped[datetime | None]
    settled_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    settled_set_id: Mapped[UUID | None]
    settled_at: Mapped[datetime | None]


class SecondDecision(Base):
    """A decision of a second review, apart from the session's own until the two are compared.

    Append-only. ``ordinal`` is its place among this person's on this session.
    """

    __tablename__ = "second_decision"
    __table_args__ = (
        ForeignKeyConstraint(["session_id", "study_id"], ["session.id", "session.study_id"]),
        CheckConstraint(one_of("kind", "redact", "generalise", "keep", "withdraw"), name="kind"),
        CheckConstraint('turn >= 0 AND start >= 0 AND start < "end"', name="span"),
        CheckConstraint("kind <> 'keep' OR reason IS NOT NULL", name="keep_has_reason"),
        CheckConstraint("ordinal > 0", name="ordinal"),
        UniqueConstraint("session_id", "decided_by", "ordinal"),
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


class ReviewDifference(Base):
    """A stretch that one of the two took out and the other left standing. Never changed."""

    __tablename__ = "review_difference"
    __table_args__ = (
        ForeignKeyConstraint(["session_id", "study_id"], ["session.id", "session.study_id"]),
        CheckConstraint('turn >= 0 AND start >= 0 AND start < "end"', name="span"),
        CheckConstraint(one_of("took_out", "first", "second"), name="took_out"),
    )

    double_review_id: Mapped[UUID] = mapped_column(ForeignKey("double_review.id"), primary_key=True)
    turn: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    start: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    end: Mapped[int]
    session_id: Mapped[UUID]
    study_id: Mapped[UUID]
    took_out: Mapped[str]
    source: Mapped[str]
    entity_type: Mapped[str]


class DoubleOutcome(Base):
    """How two reviews of a session agree on one recognizer's findings of a type; counts, no words.

    The misses are known when the differences are settled: what had to go and one left standing.
    """

    __tablename__ = "double_outcome"
    __table_args__ = (
        ForeignKeyConstraint(["session_id", "study_id"], ["session.id", "session.study_id"]),
        CheckConstraint(
            "both_out >= 0 AND first_only >= 0 AND second_only >= 0 AND neither >= 0", name="counts"
        ),
        CheckConstraint(
            "(first_missed IS NULL) = (second_missed IS NULL)"
            " AND coalesce(first_missed, 0) BETWEEN 0 AND second_only"
            " AND coalesce(second_missed, 0) BETWEEN 0 AND first_only",
            name="missed",
        ),
        Index("ix_double_outcome__at", "study_id", "at"),
    )

    double_review_id: Mapped[UUID] = mapped_column(ForeignKey("double_review.id"), primary_key=True)
    source: Mapped[str] = mapped_column(primary_key=True)
    entity_type: Mapped[str] = mapped_column(primary_key=True)
    session_id: Mapped[UUID]
    study_id: Mapped[UUID]
    first_staff: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    second_staff: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    both_out: Mapped[int] = mapped_column(Integer)
    first_only: Mapped[int] = mapped_column(Integer)
    second_only: Mapped[int] = mapped_column(Integer)
    neither: Mapped[int] = mapped_column(Integer)
    first_missed: Mapped[int | None] = mapped_column(Integer)
    second_missed: Mapped[int | None] = mapped_column(Integer)
    at: Mapped[Moment]
