"""Shares: recipients and agreements, requests and what they cover, votes, releases, recalls."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    LargeBinary,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from data_access.tables.base import Base, Moment, NewId, one_of

SHARE_STATES = (
    "draft",
    "submitted",
    "disputed",
    "returned",
    "rejected",
    "approved",
    "stale",
    "expired",
    "withdrawn",
    "released",
    "recalled",
)


class RecipientRow(Base):
    """Somebody outside the organisation who may be handed something."""

    __tablename__ = "recipient"
    __table_args__ = (
        CheckConstraint(one_of("kind", "researcher", "journalist", "other"), name="kind"),
        CheckConstraint("(blocked_at IS NULL) = (blocked_reason IS NULL)", name="blocked_whole"),
        CheckConstraint("email = lower(email)", name="email_lower"),
        UniqueConstraint("email", "kind"),
    )

    id: Mapped[NewId]
    kind: Mapped[str]
    name: Mapped[str]
    organisation: Mapped[str]
    email: Mapped[str]
    blocked_at: Mapped[datetime | None]
    blocked_reason: Mapped[str | None]
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    recorded_at: Mapped[Moment]


class AgreementRow(Base):
    """One version of an agreement. Its text is never altered; a change is a new version."""

    __tablename__ = "agreement"
    __table_args__ = (
        UniqueConstraint("recipient_id", "version"),
        CheckConstraint("signed_at < expires_at", name="window"),
        CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ended_whole"),
        Index("ix_agreement__expires", "expires_at"),
    )

    id: Mapped[NewId]
    recipient_id: Mapped[UUID] = mapped_column(ForeignKey("recipient.id"))
    version: Mapped[int]
    title: Mapped[str]
    wording: Mapped[str]
    #: SHA-256 of the wording in UTF-8.
    wording_digest: Mapped[bytes] = mapped_column(LargeBinary)
    data_uses: Mapped[list[str]] = mapped_column(ARRAY(Text))
    signed_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    recorded_at: Mapped[Moment]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    end_reason: Mapped[str | None]


class ShareRequest(Base):
    """A request to hand sessions of one study to one recipient for one purpose."""

    __tablename__ = "share_request"
    __table_args__ = (
        UniqueConstraint("number"),
        UniqueConstraint("id", "study_id"),
        CheckConstraint(one_of("state", *SHARE_STATES), name="state"),
        CheckConstraint(
            "state NOT IN ('submitted', 'disputed', 'approved', 'released', 'recalled')"
            " OR (content_digest IS NOT NULL AND pseudonym_key IS NOT NULL)",
            name="bound",
        ),
        CheckConstraint("(state <> 'approved') OR lapses_at IS NOT NULL", name="clock"),
        Index("ix_share_request__state", "state", "changed_at"),
        Index("ix_share_request__requester", "requested_by", "changed_at"),
        Index("ix_share_request__recipient", "recipient_id", "state"),
        Index("ix_share_request__study", "study_id", "state"),
    )

    id: Mapped[NewId]
    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    study_id: Mapped[UUID] = mapped_column(ForeignKey("study.id"))
    recipient_id: Mapped[UUID] = mapped_column(ForeignKey("recipient.id"))
    agreement_id: Mapped[UUID] = mapped_column(ForeignKey("agreement.id"))
    purpose: Mapped[str]
    fields: Mapped[list[str]] = mapped_column(ARRAY(Text))
    requested_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    state: Mapped[str] = mapped_column(server_default=text("'draft'"))
    #: Why it stands where it stands, for people; empty where the state says it all.
    state_reason: Mapped[str] = mapped_column(server_default=text("''"))
    #: How often it was submitted; votes belong to a round.
    round: Mapped[int] = mapped_column(server_default=text("0"))
    #: What the votes of this round are about (domain/shares/contents.py).
    content_digest: Mapped[bytes | None] = mapped_column(LargeBinary)
    #: Makes the pseudonyms of this round's package, and of no other.
    pseudonym_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[Moment]
    changed_at: Mapped[Moment]
    submitted_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    #: When an approval that was not used lapses.
    lapses_at: Mapped[datetime | None]


class ShareSession(Base):
    """A session in a request; what was frozen of it when the request was submitted."""

    __tablename__ = "share_session"
    __table_args__ = (
        ForeignKeyConstraint(
            ["share_id", "study_id"], ["share_request.id", "share_request.study_id"]
        ),
        ForeignKeyConstraint(["session_id", "study_id"], ["session.id", "session.study_id"]),
        ForeignKeyConstraint(
            ["redaction_set_id", "session_id"], ["redaction_set.id", "redaction_set.session_id"]
        ),
        Index("ix_share_session__session", "session_id"),
    )

    share_id: Mapped[UUID] = mapped_column(primary_key=True)
    session_id: Mapped[UUID] = mapped_column(primary_key=True)
    study_id: Mapped[UUID]
    redaction_set_id: Mapped[UUID | None]
    output_digest: Mapped[bytes | None] = mapped_column(LargeBinary)
    line_digest: Mapped[bytes | None] = mapped_column(LargeBinary)
    #: The session's name in the package.
    pseudonym: Mapped[str | None]
    consent_version: Mapped[int | None]
    rule: Mapped[str | None]
    policy_version: Mapped[str | None]
    policy_digest: Mapped[str | None]
    #: Of what its leak check passed (services/shares/seals.py).
    check_seal: Mapped[bytes | None] = mapped_column(LargeBinary)


class ShareVote(Base):
    """One approver's say in one round. Append-only; blind until two approvers have voted."""

    __tablename__ = "share_vote"
    __table_args__ = (
        UniqueConstraint("share_id", "round", "staff_id", "turn"),
        CheckConstraint(one_of("ballot", "approve", "return", "reject"), name="ballot"),
        CheckConstraint("turn > 0", name="turn"),
        CheckConstraint("opened BETWEEN 0 AND sessions", name="opened"),
    )

    id: Mapped[NewId]
    share_id: Mapped[UUID] = mapped_column(ForeignKey("share_request.id"))
    round: Mapped[int]
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    turn: Mapped[int] = mapped_column(SmallInteger)
    ballot: Mapped[str]
    comment: Mapped[str]
    content_digest: Mapped[bytes] = mapped_column(LargeBinary)
    opened: Mapped[int]
    sessions: Mapped[int]
    memory_acknowledged: Mapped[bool]
    at: Mapped[Moment]


class ShareComment(Base):
    """Something said about a request, one of its sessions or one turn. Append-only."""

    __tablename__ = "share_comment"
    __table_args__ = (
        CheckConstraint("length(btrim(said)) > 0", name="said"),
        CheckConstraint("turn IS NULL OR session_id IS NOT NULL", name="place"),
        Index("ix_share_comment__share", "share_id", "at"),
    )

    id: Mapped[NewId]
    share_id: Mapped[UUID] = mapped_column(ForeignKey("share_request.id"))
    #: One that was in the request when it was said; it stays when the session is taken out.
    session_id: Mapped[UUID | None] = mapped_column(ForeignKey("session.id"))
    turn: Mapped[int | None]
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    said: Mapped[str]
    at: Mapped[Moment]


class ShareOpening(Base):
    """That somebody opened what would leave of one session, in one round."""

    __tablename__ = "share_opening"

    share_id: Mapped[UUID] = mapped_column(ForeignKey("share_request.id"), primary_key=True)
    round: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("session.id"), primary_key=True)
    at: Mapped[Moment]


class ShareRisk(Base):
    """What joining the sessions of a request could give away, as it was counted last.

    ``basis`` names what it was counted from (sessions, their sets, what the recipient holds);
    ``people`` are those whom few or none resemble, the most exposed first.
    """

    __tablename__ = "share_risk"

    share_id: Mapped[UUID] = mapped_column(ForeignKey("share_request.id"), primary_key=True)
    basis: Mapped[bytes] = mapped_column(LargeBinary)
    summary: Mapped[dict[str, Any]] = mapped_column(JSONB)
    people: Mapped[list[Any]] = mapped_column(JSONB)
    counted_at: Mapped[Moment]


class ShareRelease(Base):
    """What left: the package itself, whole or not at all. One for a request, for ever."""

    __tablename__ = "share_release"
    __table_args__ = (Index("ix_share_release__at", "released_at"),)

    share_id: Mapped[UUID] = mapped_column(ForeignKey("share_request.id"), primary_key=True)
    content_digest: Mapped[bytes] = mapped_column(LargeBinary)
    package: Mapped[bytes] = mapped_column(LargeBinary)
    package_digest: Mapped[bytes] = mapped_column(LargeBinary)
    size: Mapped[int]
    sessions: Mapped[int]
    destroy_by: Mapped[datetime]
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    released_at: Mapped[Moment]
    #: When our copy was destroyed because a session in it was erased; ``package`` is empty then.
    package_destroyed_at: Mapped[datetime | None]


class PackageOffer(Base):
    """A link that opens a package once, for one person, for a short time."""

    __tablename__ = "package_offer"
    __table_args__ = (Index("ix_package_offer__share", "share_id", "offered_at"),)

    id: Mapped[NewId]
    share_id: Mapped[UUID] = mapped_column(ForeignKey("share_release.share_id"))
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    #: SHA-256 of the token in the link.
    token_digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    #: Why again, when it was fetched before.
    reason: Mapped[str | None]
    offered_at: Mapped[Moment]
    expires_at: Mapped[datetime]
    fetched_at: Mapped[datetime | None]


class ShareRecall(Base):
    """That something that left was called back, and whether its destruction was attested."""

    __tablename__ = "share_recall"
    __table_args__ = (
        CheckConstraint(
            one_of("reason", "consent_withdrawn", "agreement_breach", "mistake"), name="reason"
        ),
        CheckConstraint(
            "(attested_at IS NULL) = (attestation IS NULL)"
            " AND (attested_at IS NULL) = (attested_to IS NULL)",
            name="attested_whole",
        ),
        CheckConstraint("recalled_at < due_at", name="due"),
        Index("ix_share_recall__due", "due_at", postgresql_where=text("attested_at IS NULL")),
    )

    share_id: Mapped[UUID] = mapped_column(ForeignKey("share_release.share_id"), primary_key=True)
    reason: Mapped[str]
    notice: Mapped[str]
    recalled_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    recalled_at: Mapped[Moment]
    due_at: Mapped[datetime]
    attested_at: Mapped[datetime | None]
    #: A reference to where the recipient's attestation is kept.
    attestation: Mapped[str | None]
    attested_to: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
