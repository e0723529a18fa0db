"""Publications: what is proposed to leave as an aggregate, frozen, voted on and published."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    LargeBinary,
    Numeric,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from data_access.tables.base import Base, Moment, NewId, one_of

PUBLICATION_STATES = (
    *("preparing", "refused", "proposed", "disputed", "rejected", "approved", "stale"),
    *("expired", "taken_back", "published", "withdrawn"),
)


class Publication(Base):
    """One breakdown of one frozen snapshot, proposed for everybody or for one recipient."""

    __tablename__ = "publication"
    __table_args__ = (
        UniqueConstraint("number"),
        UniqueConstraint("id", "study_id"),
        ForeignKeyConstraint(
            ["snapshot_id", "study_id"], ["metric_snapshot.id", "metric_snapshot.study_id"]
        ),
        CheckConstraint(one_of("state", *PUBLICATION_STATES), name="state"),
        CheckConstraint(one_of("audience", "public", "third_party"), name="audience"),
        CheckConstraint(
            "(audience = 'third_party') = (recipient_id IS NOT NULL)"
            " AND (recipient_id IS NULL) = (agreement_id IS NULL)",
            name="receiver",
        ),
        CheckConstraint(
            "state IN ('preparing', 'refused') OR (content_digest IS NOT NULL"
            " AND population IS NOT NULL AND counted_at IS NOT NULL AND known_by IS NOT NULL"
            " AND (everybody IS NULL) = (epsilon IS NOT NULL)"
            " AND rule IS NOT NULL AND policy_digest IS NOT NULL"
            " AND bound_to IS NOT NULL)",
            name="frozen",
        ),
        CheckConstraint("everybody >= 10", name="threshold"),
        CheckConstraint("epsilon IN (0.25, 0.5, 1)", name="epsilon"),
        CheckConstraint("(state <> 'approved') OR lapses_at IS NOT NULL", name="clock"),
        CheckConstraint(
            "(state = 'withdrawn') = (withdrawn_at IS NOT NULL)"
            " AND (withdrawn_at IS NULL) = (withdrawn_by IS NULL)"
            " AND (withdrawn_at IS NULL) = (withdrawal_reason IS NULL)",
            name="withdrawn_whole",
        ),
        Index("ix_publication__study", "study_id", "changed_at"),
        Index("ix_publication__state", "state", "changed_at"),
    )

    id: Mapped[NewId]
    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    study_id: Mapped[UUID] = mapped_column(ForeignKey("study.id"))
    snapshot_id: Mapped[UUID]
    #: Who began before that Monday is counted, as the snapshot counted everybody.
    week: Mapped[date]
    breakdown: Mapped[str]
    #: Of the noise in its counts (domain/publications/privacy.py); null where they are exact.
    epsilon: Mapped[Decimal | None] = mapped_column(Numeric(4, 2))
    audience: Mapped[str]
    recipient_id: Mapped[UUID | None] = mapped_column(ForeignKey("recipient.id"))
    agreement_id: Mapped[UUID | None] = mapped_column(ForeignKey("agreement.id"))
    title: Mapped[str]
    note: Mapped[str]
    purpose: Mapped[str]
    proposed_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    state: Mapped[str] = mapped_column(server_default=text("'preparing'"))
    #: Why it stands where it stands, for people; empty where the state says it all.
    state_reason: Mapped[str] = mapped_column(server_default=text("''"))
    created_at: Mapped[Moment]
    changed_at: Mapped[Moment]
    decided_at: Mapped[datetime | None]
    #: When an approval that was not used lapses.
    lapses_at: Mapped[datetime | None]
    #: What the votes are about (domain/publications/contents.py); from here on: once frozen.
    content_digest: Mapped[bytes | None] = mapped_column(LargeBinary)
    counted_at: Mapped[datetime | None]
    #: Sessions taken in later are of nobody who is counted.
    known_by: Mapped[datetime | None]
    #: Distinct participants counted; not told beside noise.
    everybody: Mapped[int | None]
    rule: Mapped[str | None]
    policy_digest: Mapped[str | None]
    #: What its facts are bound to in the ledger of all that was shown.
    bound_to: Mapped[str | None]
    #: Which sessions are counted, one bit each: read by the snapshot service alone.
    population: Mapped[bytes | None] = mapped_column(LargeBinary)
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    withdrawal_reason: Mapped[str | None]


class PublicationCell(Base):
    """One frozen cell: a count of ten people or more, or why there is none."""

    __tablename__ = "publication_cell"
    __table_args__ = (
        CheckConstraint("(people IS NULL) <> (why IS NULL)", name="shown_or_why"),
        CheckConstraint("people >= 10", name="threshold"),
    )

    publication_id: Mapped[UUID] = mapped_column(ForeignKey("publication.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    category: Mapped[str]
    label: Mapped[str]
    people: Mapped[int | None]
    why: Mapped[str | None]


class PublicationFile(Base):
    """A file as it would leave, byte for byte. Approvers see these and no others."""

    __tablename__ = "publication_file"

    publication_id: Mapped[UUID] = mapped_column(ForeignKey("publication.id"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    digest: Mapped[bytes] = mapped_column(LargeBinary)


class PublicationVote(Base):
    """One approver's say. Append-only; blind until two approvers have voted."""

    __tablename__ = "publication_vote"
    __table_args__ = (
        UniqueConstraint("publication_id", "staff_id", "turn"),
        CheckConstraint(one_of("ballot", "approve", "reject"), name="ballot"),
        CheckConstraint("turn > 0", name="turn"),
    )

    id: Mapped[NewId]
    publication_id: Mapped[UUID] = mapped_column(ForeignKey("publication.id"))
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    turn: Mapped[int] = mapped_column(SmallInteger)
    ballot: Mapped[str]
    comment: Mapped[str]
    content_digest: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[Moment]


class PublicationLedger(Base):
    """The ledgers that a publication was written into, as they stood with it.

    Every cell that was ever shown is in them.

    They hold true counts: read by the snapshot service alone, and never changed or removed,
    whatever becomes of the publication. Whoever saw its cells cannot be made to forget them. They
    carry on those of the snapshot that was the newest then; the next one takes them in.
    """

    __tablename__ = "publication_ledger"
    __table_args__ = (
        UniqueConstraint("seq"),
        ForeignKeyConstraint(
            ["publication_id", "study_id"], ["publication.id", "publication.study_id"]
        ),
        ForeignKeyConstraint(
            ["snapshot_id", "study_id"], ["metric_snapshot.id", "metric_snapshot.study_id"]
        ),
        Index("ix_publication_ledger__snapshot", "snapshot_id", "seq"),
    )

    publication_id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    study_id: Mapped[UUID]
    snapshot_id: Mapped[UUID]
    ledger: Mapped[dict[str, Any]] = mapped_column(JSONB)


class PublicationRelease(Base):
    """What left: the signed package, whole or not at all. One for a publication, for ever."""

    __tablename__ = "publication_release"

    publication_id: Mapped[UUID] = mapped_column(ForeignKey("publication.id"), primary_key=True)
    content_digest: Mapped[bytes] = mapped_column(LargeBinary)
    package: Mapped[bytes] = mapped_column(LargeBinary)
    package_digest: Mapped[bytes] = mapped_column(LargeBinary)
    size: Mapped[int]
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    published_at: Mapped[Moment]


class PrivacySpending(Base):
    """What a publication with noise spent of its study's budget. Append-only, and for ever.

    Written when the noisy counts are frozen: from then on somebody can see them.
    """

    __tablename__ = "privacy_spending"
    __table_args__ = (
        ForeignKeyConstraint(
            ["publication_id", "study_id"], ["publication.id", "publication.study_id"]
        ),
        CheckConstraint("epsilon > 0", name="epsilon"),
        Index("ix_privacy_spending__study", "study_id"),
    )

    publication_id: Mapped[UUID] = mapped_column(primary_key=True)
    study_id: Mapped[UUID]
    epsilon: Mapped[Decimal] = mapped_column(Numeric(4, 2))
    at: Mapped[Moment]
