"""Participants and their accounts, staff, roles, grants and sign-ins."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from data_access.tables.base import Base, Moment, NewId, one_of

ROLES = ("reviewer", "approver", "lead", "trust_safety", "administrator", "auditor")


class Participant(Base):
    """The person, known to reviewers only by a pseudonym."""

    __tablename__ = "participant"

    id: Mapped[NewId]
    pseudonym: Mapped[str] = mapped_column(unique=True)
    #: Keyed digest of the account id: finds the same person again without showing who.
    account_digest: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    created_at: Mapped[Moment]


class Account(Base):
    """Account data, apart from responses in a schema of its own; names and e-mails encrypted."""

    __tablename__ = "account"
    __table_args__ = ({"schema": "identity"},)

    participant_id: Mapped[UUID] = mapped_column(ForeignKey("participant.id"), primary_key=True)
    account_id: Mapped[bytes | None] = mapped_column(LargeBinary)
    full_name: Mapped[bytes | None] = mapped_column(LargeBinary)
    email: Mapped[bytes | None] = mapped_column(LargeBinary)
    plan: Mapped[str | None]
    country: Mapped[str | None]
    recorded_at: Mapped[Moment]


class Staff(Base):
    """A member of staff, or a service that acts on its own (de-identification, imports)."""

    __tablename__ = "staff"
    __table_args__ = (
        UniqueConstraint("issuer", "subject"),
        CheckConstraint(one_of("kind", "person", "service"), name="kind"),
        CheckConstraint("(issuer IS NULL) = (subject IS NULL)", name="bound_whole"),
        CheckConstraint("email = lower(email)", name="email_lower"),
        CheckConstraint("kind = 'person' OR issuer IS NULL", name="service_never_signs_in"),
    )

    id: Mapped[NewId]
    kind: Mapped[str] = mapped_column(server_default=text("'person'"))
    #: For a service: what it does (`deidentification`); a person has none.
    service: Mapped[str | None] = mapped_column(unique=True)
    display_name: Mapped[str]
    email: Mapped[str | None] = mapped_column(unique=True)
    #: Who they are at the identity provider; bound at the first sign-in of an invited person.
    issuer: Mapped[str | None]
    subject: Mapped[str | None]
    bound_at: Mapped[datetime | None]
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    invited_at: Mapped[Moment]
    invited_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))


class StaffRole(Base):
    """A role somebody holds or held."""

    __tablename__ = "staff_role"
    __table_args__ = (
        CheckConstraint(one_of("role", *ROLES), name="role"),
        CheckConstraint("given_by <> staff_id", name="not_to_self"),
        CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name="revoked_whole"),
        Index(
            "ux_staff_role__held",
            "staff_id",
            "role",
            unique=True,
            postgresql_where=text("revoked_at IS NULL"),
        ),
    )

    id: Mapped[NewId]
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    role: Mapped[str]
    #: Nobody, for the first administrator of an installation (made by the owner role).
    given_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    given_at: Mapped[Moment]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))


class StudyGrant(Base):
    """Somebody's need to know: one study, one role, one purpose, from and until."""

    __tablename__ = "study_grant"
    __table_args__ = (
        CheckConstraint("granted_by <> staff_id", name="not_to_self"),
        CheckConstraint("starts_at < expires_at", name="window"),
        CheckConstraint("length(btrim(purpose)) >= 10", name="purpose_stated"),
        CheckConstraint(one_of("role", "reviewer", "approver", "lead"), name="role"),
        CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name="revoked_whole"),
        Index("ix_study_grant__staff", "staff_id", "study_id"),
    )

    id: Mapped[NewId]
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    study_id: Mapped[UUID] = mapped_column(ForeignKey("study.id"), index=True)
    role: Mapped[str]
    purpose: Mapped[str]
    starts_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    granted_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    granted_at: Mapped[Moment]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))


class WebSession(Base):
    """One sign-in, as the server knows it: a cookie alone opens nothing."""

    __tablename__ = "web_session"

    id: Mapped[NewId]
    #: SHA-256 of the token in the browser's cookie.
    token_digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    #: When the provider authenticated the person (`auth_time`, else `iat`).
    authenticated_at: Mapped[datetime]
    last_active_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None]
