"""Letters to staff: gathered from what is new to them, claimed with a lease, and how each ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, exists, func, insert, or_, select, text, update

from data_access.tables import MailChoice, Notification, OutgoingMail, Staff
from domain.notifications import AT_ONCE, Kind

#: Any fixed number, the same for everyone who gathers letters.
_LOCK = 4_611_905


@dataclass(frozen=True, slots=True)
class ClaimedMail:
    """A letter that one worker has taken on: to whom, and what it tells."""

    id: UUID
    email: str
    attempts: int
    created_at: datetime
    kinds: tuple[tuple[Kind, int | None], ...]


@dataclass(frozen=True, slots=True)
class TroubledMail:
    """A letter that did not arrive, or may not have."""

    name: str
    state: str
    problem: str | None
    attempts: int
    created_at: datetime


def gather(connection: Connection, now: datetime, *, every: timedelta, not_older: timedelta) -> int:
    """Make a letter for everybody who is to hear something; how many.

    At once when one of the things is worth it, and else when no letter was made for that person
    since ``every``. What is older than ``not_older`` stays on the screen alone.
    """
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    unsent = (
        Notification.mail_id.is_(None),
        Notification.read_at.is_(None),
        Notification.settled_at.is_(None),
        Notification.at > now - not_older,
    )
    recently = exists().where(
        OutgoingMail.staff_id == Notification.staff_id, OutgoingMail.created_at > now - every
    )
    due = (
        select(Notification.staff_id)
        .join(Staff, Staff.id == Notification.staff_id)
        .outerjoin(MailChoice, MailChoice.staff_id == Staff.id)
        .where(
            *unsent,
            Staff.active,
            Staff.email.is_not(None),
            MailChoice.wanted.is_distinct_from(False),
        )
        .group_by(Notification.staff_id)
        .having(
            or_(
                func.bool_or(Notification.kind.in_([kind.value for kind in AT_ONCE])),
                ~recently,
            )
        )
    )
    people = list(connection.execute(due).scalars())
    for each in people:
        mail_id = connection.execute(
            insert(OutgoingMail)
            .values(staff_id=each, not_before=now, created_at=now)
            .returning(OutgoingMail.id)
        ).scalar_one()
        connection.execute(
            update(Notification)
            .where(Notification.staff_id == each, *unsent)
            .values(mail_id=mail_id)
        )
    return len(people)


def give_up_on_cut_off(connection: Connection, now: datetime) -> int:
    """Close letters whose sender fell silent: they may have gone out, so none is sent again."""
    return connection.execute(
        update(OutgoingMail)
        .where(OutgoingMail.state == "sending", OutgoingMail.lease_until < now)
        .values(state="unsure", problem="The sender was cut off.", finished_at=now)
    ).rowcount


def claim(connection: Connection, now: datetime, lease: timedelta) -> ClaimedMail | None:
    """Take on the letter that waited longest; two workers never get the same one."""
    wanted = (
        select(OutgoingMail.id)
        .where(OutgoingMail.state == "waiting", OutgoingMail.not_before <= now)
        .order_by(OutgoingMail.not_before)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    row = connection.execute(
        update(OutgoingMail)
        .where(OutgoingMail.id == wanted)
        .values(state="sending", lease_until=now + lease, attempts=OutgoingMail.attempts + 1)
        .returning(
            OutgoingMail.id, OutgoingMail.staff_id, OutgoingMail.attempts, OutgoingMail.created_at
        )
    ).first()
    if row is None:
        return None
    email = connection.execute(
        select(Staff.email).where(Staff.id == row.staff_id, Staff.active)
    ).scalar_one_or_none()
    told = connection.execute(
        select(Notification.kind, Notification.number)
        .where(Notification.mail_id == row.id)
        .order_by(Notification.id)
    )
    return ClaimedMail(
        row.id,
        email or "",
        row.attempts,
        row.created_at,
        tuple((Kind(kind), number) for kind, number in told),
    )


def settle(
    connection: Connection,
    mail_id: UUID,
    state: str,
    problem: str | None,
    now: datetime,
    not_before: datetime | None = None,
) -> None:
    """Keep how an attempt ended; with ``not_before`` it is tried again from then on."""
    connection.execute(
        update(OutgoingMail)
        .where(OutgoingMail.id == mail_id, OutgoingMail.state == "sending")
        .values(
            state=state,
            problem=problem,
            lease_until=None,
            not_before=not_before or now,
            finished_at=None if state == "waiting" else now,
        )
    )


def troubled(connection: Connection, at_most: int) -> Sequence[TroubledMail]:
    """The newest letters that did not arrive, or may not have."""
    rows = connection.execute(
        select(
            Staff.display_name,
            OutgoingMail.state,
            OutgoingMail.problem,
            OutgoingMail.attempts,
            OutgoingMail.created_at,
        )
        .join(Staff, Staff.id == OutgoingMail.staff_id)
        .where(OutgoingMail.state.in_(("failed", "unsure")))
        .order_by(OutgoingMail.created_at.desc())
        .limit(at_most)
    )
    return [TroubledMail(*row) for row in rows]
