"""Long work: imports, de-identification tasks, jobs with their progress."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from data_access.tables.base import Base, Moment, NewId, one_of


class ImportBatch(Base):
    """One file that was offered for import, and what became of it."""

    __tablename__ = "import_batch"
    __table_args__ = (
        CheckConstraint(
            one_of("state", "running", "imported", "refused", "interrupted", "stopped"),
            name="state",
        ),
        Index("ix_import_batch__study", "study_id", "started_at"),
    )

    id: Mapped[NewId]
    study_id: Mapped[UUID] = mapped_column(ForeignKey("study.id"))
    file_name: Mapped[str]
    file_digest: Mapped[bytes | None] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(server_default=text("'running'"))
    rows_read: Mapped[int] = mapped_column(server_default=text("0"))
    imported: Mapped[int] = mapped_column(server_default=text("0"))
    skipped: Mapped[int] = mapped_column(server_default=text("0"))
    refused: Mapped[int] = mapped_column(server_default=text("0"))
    started_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    started_at: Mapped[Moment]
    heartbeat_at: Mapped[Moment]
    finished_at: Mapped[datetime | None]


class ImportRefusal(Base):
    """A row that was refused, and why. Never holds the row's words."""

    __tablename__ = "import_refusal"

    batch_id: Mapped[UUID] = mapped_column(ForeignKey("import_batch.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    file_name: Mapped[str]
    row: Mapped[int]
    transcript_id: Mapped[str | None]
    rule: Mapped[str]
    reason: Mapped[str]


class DeidentificationTask(Base):
    """A session that waits for the machine. Claimed with SKIP LOCKED and a lease."""

    __tablename__ = "deidentification_task"
    __table_args__ = (
        CheckConstraint(one_of("state", "waiting", "claimed", "done", "failed"), name="state"),
        Index(
            "ix_deidentification_task__open",
            "study_id",
            "session_id",
            postgresql_where=text("state IN ('waiting', 'claimed')"),
        ),
        Index(
            "ix_deidentification_task__failed",
            "study_id",
            "session_id",
            postgresql_where=text("state = 'failed'"),
        ),
        # What was done lately, for the rate and the time left.
        Index(
            "ix_deidentification_task__lately",
            "finished_at",
            postgresql_where=text("state = 'done'"),
        ),
        # What waits longest in each study; what lies with whom; what had to be tried again.
        Index(
            "ix_deidentification_task__queued",
            "study_id",
            "queued_at",
            postgresql_where=text("state IN ('waiting', 'claimed')"),
        ),
        Index(
            "ix_deidentification_task__lease",
            "lease_until",
            postgresql_where=text("state = 'claimed'"),
        ),
        Index(
            "ix_deidentification_task__again",
            "study_id",
            postgresql_where=text("attempts > 1 AND state IN ('waiting', 'claimed')"),
        ),
    )

    session_id: Mapped[UUID] = mapped_column(ForeignKey("session.id"), primary_key=True)
    study_id: Mapped[UUID] = mapped_column(ForeignKey("study.id"))
    state: Mapped[str] = mapped_column(server_default=text("'waiting'"))
    #: When it was put in the queue, or put there again.
    queued_at: Mapped[Moment]
    worker: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    #: Class of the error of the last attempt; never its text, which may quote a turn.
    last_error: Mapped[str | None]
    finished_at: Mapped[datetime | None]


class DeidentificationProgress(Base):
    """How many tasks of a study are in each state; kept by triggers on the tasks."""

    __tablename__ = "deidentification_progress"

    study_id: Mapped[UUID] = mapped_column(ForeignKey("study.id"), primary_key=True)
    state: Mapped[str] = mapped_column(primary_key=True)
    tasks: Mapped[int] = mapped_column(BigInteger)


class Job(Base):
    """A piece of long work that people can watch and stop."""

    __tablename__ = "job"
    __table_args__ = (
        CheckConstraint(
            one_of("state", "waiting", "running", "done", "failed", "stopped"), name="state"
        ),
        Index("ix_job__state", "state", "created_at"),
        # When the last of a kind was done.
        Index("ix_job__done", "kind", "finished_at", postgresql_where=text("state = 'done'")),
        # The jobs of one share request.
        Index(
            "ix_job__share",
            text("(payload ->> 'share')"),
            "created_at",
            postgresql_where=text("kind IN ('share.release', 'share.submit')"),
        ),
        # The jobs of one publication.
        Index(
            "ix_job__publication",
            text("(payload ->> 'publication')"),
            "created_at",
            postgresql_where=text("kind IN ('publication.prepare', 'publication.publish')"),
        ),
    )

    id: Mapped[NewId]
    kind: Mapped[str]
    study_id: Mapped[UUID | None] = mapped_column(ForeignKey("study.id"))
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    state: Mapped[str] = mapped_column(server_default=text("'waiting'"))
    done: Mapped[int] = mapped_column(server_default=text("0"))
    total: Mapped[int | None]
    message: Mapped[str | None]
    stop_requested: Mapped[bool] = mapped_column(server_default=text("false"))
    worker: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    #: How often a worker took it on; more than once when one went away with it.
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    requested_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[Moment]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    #: That an administrator looked at its failure and set it aside.
    set_aside_at: Mapped[datetime | None]
    set_aside_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
