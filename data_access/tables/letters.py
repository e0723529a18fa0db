"""Letters to participants about published findings, and what became of each person's."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from data_access.tables.base import Base, Moment, NewId, one_of
from domain.letters import DeliveryState, LetterState


class ParticipantLetter(Base):
    """One text to everybody who took part in a study and may be told (R60); the same for all.

    Proposed by one administrator, confirmed by another, sent by the mailer.
    """

    __tablename__ = "participant_letter"
    __table_args__ = (
        CheckConstraint(one_of("state", *(state.value for state in LetterState)), name="state"),
        CheckConstraint("link LIKE 'https://%'", name="link"),
        CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name="decided_whole"),
        CheckConstraint("(state = 'proposed') = (decided_at IS NULL)", name="decided"),
        CheckConstraint("state = 'withdrawn' OR decided_by <> proposed_by", name="two_people"),
        Index("ix_participant_letter__proposed", "proposed_at"),
        # A finding is told of once for each study.
        Index(
            "ux_participant_letter__finding",
            "study_id",
            "finding",
            unique=True,
            postgresql_where=text("state NOT IN ('rejected', 'withdrawn')"),
        ),
    )

    id: Mapped[NewId]
    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True), unique=True)
    study_id: Mapped[UUID] = mapped_column(ForeignKey("study.id"))
    subject: Mapped[str]
    body: Mapped[str]
    link: Mapped[str]
    #: Digest of the link: which published finding it is about.
    finding: Mapped[bytes] = mapped_column(LargeBinary)
    #: Digest of study, subject, body and link: what was shown to who confirmed it.
    digest: Mapped[str]
    state: Mapped[str] = mapped_column(server_default=text("'proposed'"))
    proposed_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    proposed_at: Mapped[Moment]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime | None]
    #: As far as the study's participants were gone through, in the order of their ids.
    listed_up_to: Mapped[UUID | None]
    #: When all had been gone through.
    listed_at: Mapped[datetime | None]
    #: Not tried before this, while the mail server itself does not answer.
    not_before: Mapped[datetime | None]
    #: What the mail server's own trouble was, never an address.
    problem: Mapped[str | None]
    finished_at: Mapped[datetime | None]
    #: How many letters ended how, once all have.
    counts: Mapped[dict[str, Any] | None] = mapped_column(JSONB)


class LetterDelivery(Base):
    """One participant's letter: no name, no address; those are read at the moment of sending."""

    __tablename__ = "letter_delivery"
    __table_args__ = (
        CheckConstraint(one_of("state", *(state.value for state in DeliveryState)), name="state"),
        # Nobody is told twice of one finding, whichever of their studies it is about.
        Index(
            "ux_letter_delivery__once",
            "participant_id",
            "finding",
            unique=True,
            postgresql_where=text("state <> 'withheld'"),
        ),
        Index(
            "ix_letter_delivery__open",
            "letter_id",
            "not_before",
            postgresql_where=text("state IN ('waiting', 'sending')"),
        ),
    )

    letter_id: Mapped[UUID] = mapped_column(ForeignKey("participant_letter.id"), primary_key=True)
    participant_id: Mapped[UUID] = mapped_column(ForeignKey("participant.id"), primary_key=True)
    finding: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str]
    #: The rule by which it was withheld, or what the last attempt ended with; never an address.
    why: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    not_before: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
