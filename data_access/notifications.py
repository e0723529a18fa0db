"""Notifications as their owner reads them, and what time alone brings about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, func, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from data_access.tables import MailChoice, Notification
from domain.notifications import Kind


@dataclass(frozen=True, slots=True)
class NotificationRow:
    """One notification."""

    id: UUID
    kind: Kind
    subject_id: UUID
    number: int | None
    at: datetime
    read_at: datetime | None
    settled_at: datetime | None

    @property
    def is_new(self) -> bool:
        """Whether it is neither read nor settled."""
        return self.read_at is None and self.settled_at is None


_COLUMNS = (
    Notification.id,
    Notification.kind,
    Notification.subject_id,
    Notification.number,
    Notification.at,
    Notification.read_at,
    Notification.settled_at,
)
_NEW = (Notification.read_at.is_(None), Notification.settled_at.is_(None))


def newest(
    connection: Connection,
    staff_id: UUID,
    *,
    before: UUID | None = None,
    new_only: bool = False,
    at_most: int,
) -> list[NotificationRow]:
    """Somebody's notifications, the newest first, from before one of them on."""
    wanted = (
        select(*_COLUMNS)
        .where(Notification.staff_id == staff_id)
        .order_by(Notification.id.desc())
        .limit(at_most)
    )
    if before is not None:
        wanted = wanted.where(Notification.id < before)
    if new_only:
        wanted = wanted.where(*_NEW)
    return [NotificationRow(row[0], Kind(row[1]), *row[2:]) for row in connection.execute(wanted)]


def count_new(connection: Connection, staff_id: UUID, cap: int) -> int:
    """How many are new, counted no further than one past ``cap``."""
    some = (
        select(Notification.id)
        .where(Notification.staff_id == staff_id, *_NEW)
        .limit(cap + 1)
        .subquery()
    )
    return connection.execute(select(func.count()).select_from(some)).scalar_one()


def mark_read(
    connection: Connection, staff_id: UUID, wanted: Sequence[UUID] | None, now: datetime
) -> int:
    """Mark some of one's own as read, or all of them; how many."""
    statement = update(Notification).where(
        Notification.staff_id == staff_id, Notification.read_at.is_(None)
    )
    if wanted is not None:
        statement = statement.where(Notification.id.in_(wanted))
    return connection.execute(statement.values(read_at=now)).rowcount


def wants_mail(connection: Connection, staff_id: UUID) -> bool:
    """Whether somebody wants letters; who said nothing does."""
    said = connection.execute(
        select(MailChoice.wanted).where(MailChoice.staff_id == staff_id)
    ).scalar_one_or_none()
    return said is not False


def choose_mail(connection: Connection, staff_id: UUID, wanted: bool) -> None:
    """Keep whether somebody wants letters."""
    connection.execute(
        upsert(MailChoice)
        .values(staff_id=staff_id, wanted=wanted)
        .on_conflict_do_update(index_elements=[MailChoice.staff_id], set_={"wanted": wanted})
    )


def note_time_passing(connection: Connection, now: datetime) -> None:
    """Tell of grants and agreements that end, and of recalls that are overdue; each once."""
    connection.execute(text("SELECT note_time_passing(:at)"), {"at": now})


def note_due(connection: Connection, studies: Sequence[UUID]) -> None:
    """Tell administrators of the studies that have something due, until nothing is."""
    connection.execute(
        text("SELECT note_retention(CAST(:studies AS uuid[]))"), {"studies": list(studies)}
    )
