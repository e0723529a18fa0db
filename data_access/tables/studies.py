"""Studies, sessions, their turns, consent and cases."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    LargeBinary,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from data_access.tables.base import Base, Moment, NewId, one_of

CHOICES = ("granted", "declined", "not_asked", "withdrawn")
SCOPES = ("publish_responses", "share_researchers", "share_journalists", "contact")
VERSIONS = ("none", "2025-12", "2026-03-23")
FLAGS = ("none", "open", "upheld", "dismissed")


def _place(column: str, *values: str) -> str:
    listed = ", ".join(f"'{value}'" for value in values)
    return f"(array_position(ARRAY[{listed}], {column}) - 1)"


#: Everything the policy asks of a session but its date, as one number; the same as
#: domain/policy/standing_codes.py, which a test compares.
_STANDING = f"""
{_place("choice_publish_responses", *CHOICES)}
+ 4 * {_place("choice_share_researchers", *CHOICES)}
+ 16 * {_place("choice_share_journalists", *CHOICES)}
+ 64 * {_place("choice_contact", *CHOICES)}
+ 256 * {_place("flag_state", *FLAGS)}
+ CASE WHEN memory_on THEN 1024 ELSE 0 END
+ CASE WHEN plan IN ('commercial', 'unknown') THEN 2048 ELSE 0 END
+ CASE WHEN status <> 'completed' OR completed_at IS NULL THEN 4096 ELSE 0 END
+ CASE WHEN erased_at IS NOT NULL THEN 8192 ELSE 0 END
+ CASE WHEN withdrawn_at IS NOT NULL THEN 16384 ELSE 0 END
+ 32768 * {_place("assigned_version", *VERSIONS)}
"""


class Study(Base):
    """One interview study."""

    __tablename__ = "study"
    __table_args__ = (
        CheckConstraint("slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name="slug_form"),
        CheckConstraint("opens_on <= closes_on", name="window"),
        CheckConstraint("check_percent BETWEEN 0 AND 100", name="check_percent"),
        CheckConstraint("double_percent BETWEEN 0 AND 100", name="double_percent"),
    )

    id: Mapped[NewId]
    slug: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    questions: Mapped[list[Any]] = mapped_column(JSONB, server_default=text("'[]'"))
    opens_on: Mapped[date]
    closes_on: Mapped[date]
    #: Of a hundred sessions reviewed, in how many a finding is hidden to see whether it is found.
    check_percent: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    #: How many of a hundred confirmed sessions a second person reviews.
    double_percent: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    created_at: Mapped[Moment]


class InterviewSession(Base):
    """One participant's interview in one study.

    ``choice_*`` and ``consent_version`` are the present standing of the append-only
    consent events, kept by a trigger so that they cannot drift. Words live in ``turn``.
    """

    __tablename__ = "session"
    __table_args__ = (
        UniqueConstraint("id", "study_id"),
        UniqueConstraint("number"),
        CheckConstraint(one_of("status", "completed", "abandoned", "in_progress"), name="status"),
        CheckConstraint(
            one_of("plan", "free", "pro", "max", "consumer", "commercial", "unknown"), name="plan"
        ),
        CheckConstraint(one_of("flag_state", *FLAGS), name="flag"),
        CheckConstraint(one_of("assigned_version", *VERSIONS), name="assigned_version"),
        # What is asked of the completion may then be asked of the lists' own order.
        CheckConstraint(
            "completed_at IS NULL OR sorted_at = completed_at", name="sorted_by_completion"
        ),
        CheckConstraint(
            one_of("review_state", "unprocessed", "unreviewed", "in_review", "confirmed"),
            name="review_state",
        ),
        CheckConstraint(
            one_of("coverage", "pending", "full", "patterns_only", "failed"), name="coverage"
        ),
        CheckConstraint("(erased_at IS NULL) = (erasure_reason IS NULL)", name="erased_whole"),
        CheckConstraint(one_of("erasure_reason", "asked", "retention"), name="erasure_reason"),
        # A set of the session's own. Made last: the two tables name each other.
        ForeignKeyConstraint(
            ["current_redaction_set_id", "id"],
            ["redaction_set.id", "redaction_set.session_id"],
            name="fk_session__current_redaction_set",
            use_alter=True,
        ),
        *(
            CheckConstraint(one_of(f"choice_{scope}", *CHOICES), name=f"choice_{scope}")
            for scope in SCOPES
        ),
        # Each filter of the sessions page, then the page's order (newest and oldest first).
        Index(
            "ix_session__newest",
            "study_id",
            "sorted_at",
            "id",
            postgresql_include=["flag_state", "standing"],
        ),
        Index("ix_session__longest", "study_id", "word_count", "id"),
        *(
            Index(
                f"ix_session__{column}",
                "study_id",
                column,
                "sorted_at",
                "id",
                # What row-level security asks of a row: with it a count reads the index alone.
                postgresql_include=[] if column == "flag_state" else ["flag_state"],
            )
            for column in (
                "language",
                "status",
                "policy_version",
                "review_state",
                "flag_state",
                *(f"choice_{scope}" for scope in SCOPES),
            )
        ),
        # What the policy answers alike, in the page's order.
        Index(
            "ix_session__standing",
            "study_id",
            "standing",
            "sorted_at",
            "id",
            postgresql_include=["flag_state"],
        ),
        Index(
            "ix_session__unfinished",
            "study_id",
            "sorted_at",
            "id",
            postgresql_include=["flag_state", "standing"],
            postgresql_where=text("(standing & 4096) <> 0"),
        ),
        Index("ix_session__participant", "participant_id"),
        Index("ix_session__erased", "number", postgresql_where=text("erased_at IS NOT NULL")),
        # What is due to be erased, and what will be.
        Index(
            "ix_session__retention",
            "study_id",
            "completed_at",
            "id",
            postgresql_where=text("erased_at IS NULL"),
        ),
        Index(
            "ix_session__flagged",
            "sorted_at",
            "id",
            postgresql_where=text("flag_state <> 'none'"),
        ),
    )

    id: Mapped[NewId]
    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    study_id: Mapped[UUID] = mapped_column(ForeignKey("study.id"))
    participant_id: Mapped[UUID] = mapped_column(ForeignKey("participant.id"))
    started_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    #: Completion, else start, else import: what lists are ordered by; never null.
    sorted_at: Mapped[datetime]
    #: Whether `completed_at` is the session's own or the study's window stands in for it.
    completion_is_stated: Mapped[bool] = mapped_column(server_default=text("true"))
    language: Mapped[str]
    status: Mapped[str]
    plan: Mapped[str]
    memory_on: Mapped[bool]
    questions_asked: Mapped[int | None]
    flag_state: Mapped[str] = mapped_column(server_default=text("'none'"))
    #: Identifier of the policy version that governs the session, or 'none'.
    policy_version: Mapped[str]
    #: What two administrators settled where the date leaves open which policy governs.
    assigned_version: Mapped[str] = mapped_column(server_default=text("'none'"))
    standing: Mapped[int] = mapped_column(Computed(_STANDING, persisted=True))
    choice_publish_responses: Mapped[str] = mapped_column(server_default=text("'not_asked'"))
    choice_share_researchers: Mapped[str] = mapped_column(server_default=text("'not_asked'"))
    choice_share_journalists: Mapped[str] = mapped_column(server_default=text("'not_asked'"))
    choice_contact: Mapped[str] = mapped_column(server_default=text("'not_asked'"))
    consent_version: Mapped[int] = mapped_column(server_default=text("0"))
    turn_count: Mapped[int]
    word_count: Mapped[int]
    turns_digest: Mapped[bytes] = mapped_column(LargeBinary)
    review_state: Mapped[str] = mapped_column(server_default=text("'unprocessed'"))
    coverage: Mapped[str] = mapped_column(server_default=text("'pending'"))
    finding_count: Mapped[int] = mapped_column(server_default=text("0"))
    current_run_id: Mapped[UUID | None]
    current_redaction_set_id: Mapped[UUID | None]
    imported_at: Mapped[Moment]
    import_batch_id: Mapped[UUID] = mapped_column(ForeignKey("import_batch.id"))
    #: When the participant's data was erased; the row is then the tombstone.
    erased_at: Mapped[datetime | None]
    #: `asked` by the participant, or `retention`; who and on what evidence is in the audit trail.
    erasure_reason: Mapped[str | None]
    #: No further use was asked for (a withdrawal wider than one choice).
    withdrawn_at: Mapped[datetime | None]


class SessionSource(Base):
    """Which transcript of which file a session came from; what makes an import idempotent."""

    __tablename__ = "session_source"

    study_id: Mapped[UUID] = mapped_column(ForeignKey("study.id"), primary_key=True)
    transcript_id: Mapped[str] = mapped_column(primary_key=True)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("session.id"), unique=True)
    #: SHA-256 over the turns and the stated facts; a changed transcript has another, and one
    #: that was erased an empty one.
    content_digest: Mapped[bytes] = mapped_column(LargeBinary)


class TurnRow(Base):
    """One utterance. Inserted once; no role of the application can change or delete it.

    Erasing a session deletes its turns, by a function of the owner's.
    """

    __tablename__ = "turn"
    __table_args__ = (
        ForeignKeyConstraint(["session_id", "study_id"], ["session.id", "session.study_id"]),
        CheckConstraint(one_of("speaker", "interviewer", "participant"), name="speaker"),
    )

    session_id: Mapped[UUID] = mapped_column(primary_key=True)
    index: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[UUID]
    speaker: Mapped[str]
    label: Mapped[str]
    text: Mapped[str]


class FurtherUseEvent(Base):
    """That a participant allowed no further use of a session, or allowed it again (R09).

    Append-only, written by functions of the owner's; the latest is what `withdrawn_at` says.
    """

    __tablename__ = "further_use_event"
    __table_args__ = (
        CheckConstraint(one_of("kind", "forbidden", "allowed_again"), name="kind"),
        ForeignKeyConstraint(["session_id", "study_id"], ["session.id", "session.study_id"]),
        Index("ix_further_use_event__session", "session_id", "id"),
    )

    id: Mapped[NewId]
    session_id: Mapped[UUID]
    study_id: Mapped[UUID]
    kind: Mapped[str]
    #: When the participant said so.
    at: Mapped[datetime]
    recorded_at: Mapped[Moment]
    #: Nobody, for what was recorded before this history was kept.
    recorded_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))


class ConsentEvent(Base):
    """One choice a participant made, or took back. Append-only; the latest holds."""

    __tablename__ = "consent_event"
    __table_args__ = (
        ForeignKeyConstraint(["session_id", "study_id"], ["session.id", "session.study_id"]),
        CheckConstraint(one_of("scope", *SCOPES), name="scope"),
        CheckConstraint(one_of("choice", *CHOICES), name="choice"),
        UniqueConstraint("session_id", "scope", "choice", "at"),
    )

    id: Mapped[NewId]
    session_id: Mapped[UUID]
    study_id: Mapped[UUID]
    scope: Mapped[str]
    choice: Mapped[str]
    at: Mapped[datetime]
    #: `import`, or `staff` with who and why in the audit trail.
    source: Mapped[str]
    recorded_at: Mapped[Moment]
    recorded_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))


class SessionStanding(Base):
    """How many sessions of each standing were completed in each month, and on each day.

    Rows are added up: a sum, and the changes since. ``starts_on`` is ``-infinity`` for what was
    not completed, which is counted by month alone. Written by triggers, read by functions.
    """

    __tablename__ = "session_standing"
    __table_args__ = (
        CheckConstraint(one_of("grain", "month", "day"), name="grain"),
        # Counts are read from the index alone.
        Index(
            "ix_session_standing__place",
            "study_id",
            "grain",
            "starts_on",
            "standing",
            postgresql_include=["sessions"],
        ),
        Index("ix_session_standing__changes", "id", postgresql_where=text("NOT is_sum")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    study_id: Mapped[UUID] = mapped_column(ForeignKey("study.id"))
    grain: Mapped[str]
    starts_on: Mapped[date]
    standing: Mapped[int]
    sessions: Mapped[int]
    is_sum: Mapped[bool] = mapped_column(server_default=text("false"))


class TrustSafetyCase(Base):
    """A Trust & Safety case on a flagged session: opened, and closed once with an outcome."""

    __tablename__ = "trust_safety_case"
    __table_args__ = (
        ForeignKeyConstraint(["session_id", "study_id"], ["session.id", "session.study_id"]),
        CheckConstraint(one_of("state", *FLAGS[1:]), name="state"),
        CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed_whole"),
        Index(
            "ux_trust_safety_case__open",
            "session_id",
            unique=True,
            postgresql_where=text("state = 'open'"),
        ),
        # The queue, oldest first; and what was settled last.
        Index(
            "ix_trust_safety_case__open",
            "opened_at",
            "id",
            postgresql_where=text("state = 'open'"),
        ),
        Index(
            "ix_trust_safety_case__closed",
            "closed_at",
            "id",
            postgresql_where=text("state <> 'open'"),
        ),
    )

    id: Mapped[NewId]
    session_id: Mapped[UUID] = mapped_column(index=True)
    study_id: Mapped[UUID]
    state: Mapped[str]
    opened_at: Mapped[Moment]
    #: Nobody, for a case that came with an import.
    opened_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    reason: Mapped[str | None]
    note: Mapped[str | None]
