"""The review queue, who has what on their desk, and how well machine and people find things."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    SmallInteger,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from data_access.tables.base import Base, Moment


class ReviewItem(Base):
    """A session's place in the queue; triggers keep ``waiting``, ``begun`` and since when.

    ``risk`` is null until it was weighed; such a session comes first. A lease says on whose
    desk the session lies, and until when.
    """

    __tablename__ = "review_item"
    __table_args__ = (
        ForeignKeyConstraint(["session_id", "study_id"], ["session.id", "session.study_id"]),
        CheckConstraint("(lease_staff IS NULL) = (lease_until IS NULL)", name="lease"),
        Index(
            "ix_review_item__next",
            "study_id",
            "begun",
            text("risk DESC"),
            "session_id",
            postgresql_where=text("waiting"),
        ),
        Index(
            "ix_review_item__desk",
            "lease_staff",
            "lease_until",
            postgresql_where=text("lease_staff IS NOT NULL"),
        ),
        # What has waited longest in each study.
        Index(
            "ix_review_item__since",
            "study_id",
            "waiting_since",
            postgresql_where=text("waiting"),
        ),
    )

    session_id: Mapped[UUID] = mapped_column(primary_key=True)
    study_id: Mapped[UUID]
    waiting: Mapped[bool]
    begun: Mapped[bool]
    risk: Mapped[int | None] = mapped_column(SmallInteger)
    why: Mapped[str] = mapped_column(server_default=text("''"))
    lease_staff: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    lease_until: Mapped[datetime | None]
    #: Since when it has been waiting, and since when it lies on that desk without a break.
    waiting_since: Mapped[Moment]
    lease_since: Mapped[datetime | None]


class ReviewProgress(Base):
    """How many sessions of a study stand in each review state; a trigger keeps it."""

    __tablename__ = "review_progress"

    study_id: Mapped[UUID] = mapped_column(ForeignKey("study.id"), primary_key=True)
    state: Mapped[str] = mapped_column(primary_key=True)
    sessions: Mapped[int] = mapped_column(BigInteger)


class ReviewSkip(Base):
    """That somebody left a session for later, or for somebody else."""

    __tablename__ = "review_skip"
    __table_args__ = (
        ForeignKeyConstraint(["session_id", "study_id"], ["session.id", "session.study_id"]),
    )

    session_id: Mapped[UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    study_id: Mapped[UUID]
    skipped_at: Mapped[datetime]


class ReviewCheck(Base):
    """What became of a hidden finding: how many of its places the reviewer found unaided."""

    __tablename__ = "review_check"
    __table_args__ = (
        ForeignKeyConstraint(["session_id", "study_id"], ["session.id", "session.study_id"]),
        CheckConstraint("hidden > 0 AND caught BETWEEN 0 AND hidden", name="counts"),
        Index("ix_review_check__at", "study_id", "at"),
    )

    session_id: Mapped[UUID] = mapped_column(primary_key=True)
    run_id: Mapped[UUID] = mapped_column(ForeignKey("deidentification_run.id"), primary_key=True)
    study_id: Mapped[UUID]
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    entity_type: Mapped[str]
    source: Mapped[str]
    hidden: Mapped[int] = mapped_column(SmallInteger)
    caught: Mapped[int] = mapped_column(SmallInteger)
    at: Mapped[Moment]


class ReviewOutcome(Base):
    """What a confirmed review made of one recognizer's findings; counts, no words.

    ``source`` is the recognizer; what a person added themselves stands under ``person``.
    """

    __tablename__ = "review_outcome"
    __table_args__ = (
        ForeignKeyConstraint(
            ["redaction_set_id", "session_id"], ["redaction_set.id", "redaction_set.session_id"]
        ),
        ForeignKeyConstraint(["session_id", "study_id"], ["session.id", "session.study_id"]),
        CheckConstraint(
            "accepted >= 0 AND changed >= 0 AND rejected >= 0 AND added >= 0", name="counts"
        ),
        Index("ix_review_outcome__at", "study_id", "at"),
    )

    redaction_set_id: Mapped[UUID] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(primary_key=True)
    session_id: Mapped[UUID]
    study_id: Mapped[UUID]
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    accepted: Mapped[int] = mapped_column(Integer)
    changed: Mapped[int] = mapped_column(Integer)
    rejected: Mapped[int] = mapped_column(Integer)
    added: Mapped[int] = mapped_column(Integer)
    at: Mapped[Moment]
