"""Notifications: what each member of staff is told, and the letters that tell them of it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from data_access.tables.base import Base, Moment, NewId, one_of
from domain.notifications import Kind

MAIL_STATES = ("waiting", "sending", "sent", "failed", "unsure")
_UNREAD = "read_at IS NULL AND settled_at IS NULL"


class Notification(Base):
    """Something one person is told, once for each occasion. Written by triggers alone.

    ``settled_at`` says that it waits for them no more: they voted, another decided, it went on.
    """

    __tablename__ = "notification"
    __table_args__ = (
        UniqueConstraint("staff_id", "kind", "subject_id", "occasion"),
        CheckConstraint(one_of("kind", *(kind.value for kind in Kind)), name="kind"),
        Index("ix_notification__newest", "staff_id", "id"),
        Index("ix_notification__unread", "staff_id", "id", postgresql_where=text(_UNREAD)),
        Index(
            "ix_notification__unsent",
            "staff_id",
            "at",
            postgresql_where=text(f"mail_id IS NULL AND {_UNREAD}"),
        ),
        Index(
            "ix_notification__unsettled",
            "subject_id",
            "kind",
            postgresql_where=text("settled_at IS NULL"),
        ),
        Index("ix_notification__mail", "mail_id"),
    )

    id: Mapped[NewId]
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    kind: Mapped[str]
    #: The share, job, grant, agreement, proposal or study it is about.
    subject_id: Mapped[UUID]
    #: What tells one occasion from another of the same kind and subject: a round, a day.
    occasion: Mapped[str]
    #: The share's number, for the sentence.
    number: Mapped[int | None] = mapped_column(BigInteger)
    at: Mapped[Moment]
    read_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    #: The letter that told of it.
    mail_id: Mapped[UUID | None] = mapped_column(ForeignKey("outgoing_mail.id"))


class OutgoingMail(Base):
    """A letter to one person about what they were told since the last one.

    Its text is made when it is sent. ``unsure`` is one whose sending was cut off: it may have
    arrived, and is not sent again.
    """

    __tablename__ = "outgoing_mail"
    __table_args__ = (
        CheckConstraint(one_of("state", *MAIL_STATES), name="state"),
        Index(
            "ix_outgoing_mail__open",
            "not_before",
            postgresql_where=text("state IN ('waiting', 'sending')"),
        ),
        Index("ix_outgoing_mail__last", "staff_id", "created_at"),
        Index(
            "ix_outgoing_mail__trouble",
            "created_at",
            postgresql_where=text("state IN ('failed', 'unsure')"),
        ),
        # When the last one went out.
        Index("ix_outgoing_mail__sent", "finished_at", postgresql_where=text("state = 'sent'")),
    )

    id: Mapped[NewId]
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    state: Mapped[str] = mapped_column(server_default=text("'waiting'"))
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    #: Not tried before this; later after each failure.
    not_before: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    #: What the last attempt ended with: a reply code or the kind of trouble, never an address.
    problem: Mapped[str | None]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class MailChoice(Base):
    """Whether somebody wants letters; who said nothing gets them."""

    __tablename__ = "mail_choice"

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    wanted: Mapped[bool]
