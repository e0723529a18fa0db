"""Sign-ins as the server knows them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Connection,
    LargeBinary,
    bindparam,
    func,
    insert,
    select,
    text,
    update,
)

from data_access import staff
from data_access.tables import Staff, WebSession
from domain.permissions import Actor


@dataclass(frozen=True, slots=True)
class WebSessionRow:
    """One sign-in and whether its person is still switched on."""

    id: UUID
    staff_id: UUID
    authenticated_at: datetime
    last_active_at: datetime
    ended_at: datetime | None
    end_reason: str | None
    staff_active: bool


# Asked at every message, and so written once. The function knows nobody's name beforehand, and
# so answers without row-level security, to whoever holds the token.
_STANDING = text("SELECT * FROM standing_of(:digest)")
_BEHIND = (
    select(
        WebSession.token_digest,
        WebSession.id,
        WebSession.staff_id,
        WebSession.authenticated_at,
        WebSession.last_active_at,
        WebSession.ended_at,
        WebSession.end_reason,
        Staff.active.label("staff_active"),
    )
    .join(Staff, Staff.id == WebSession.staff_id)
    .where(WebSession.token_digest == func.any(bindparam("digests", type_=ARRAY(LargeBinary))))
)


def create(
    connection: Connection,
    token_digest: bytes,
    staff_id: UUID,
    authenticated_at: datetime,
    now: datetime,
) -> UUID:
    """Record a new sign-in."""
    return connection.execute(
        insert(WebSession)
        .values(
            token_digest=token_digest,
            staff_id=staff_id,
            authenticated_at=authenticated_at,
            last_active_at=now,
        )
        .returning(WebSession.id)
    ).scalar_one()


def standing(connection: Connection, token_digest: bytes) -> tuple[WebSessionRow, Actor] | None:
    """The sign-in whose token has that digest, ended or not, and its person as they are now."""
    rows = connection.execute(_STANDING, {"digest": token_digest}).all()
    if not rows:
        return None
    one = rows[0]
    row = WebSessionRow(
        one.id,
        one.staff_id,
        one.authenticated_at,
        one.last_active_at,
        one.ended_at,
        one.end_reason,
        one.active,
    )
    return row, staff.actor_of(row.staff_id, rows)


def find(connection: Connection, token_digest: bytes) -> WebSessionRow | None:
    """The sign-in whose token has that digest, ended or not."""
    return find_all(connection, [token_digest]).get(token_digest)


def find_all(
    connection: Connection, token_digests: Collection[bytes]
) -> dict[bytes, WebSessionRow]:
    """The sign-ins behind those digests, ended or not; one query for all of them."""
    rows = connection.execute(_BEHIND, {"digests": list(token_digests)})
    return {bytes(row.token_digest): WebSessionRow(*row[1:]) for row in rows}


def touch(connection: Connection, session_id: UUID, now: datetime) -> None:
    """Record that the person did something."""
    connection.execute(
        update(WebSession)
        .where(WebSession.id == session_id, WebSession.ended_at.is_(None))
        .values(last_active_at=now)
    )


def end(connection: Connection, session_id: UUID, reason: str, now: datetime) -> bool:
    """End one sign-in; False when it had ended already."""
    ended = connection.execute(
        update(WebSession)
        .where(WebSession.id == session_id, WebSession.ended_at.is_(None))
        .values(ended_at=now, end_reason=reason)
    )
    return ended.rowcount == 1


def end_all_of(connection: Connection, staff_id: UUID, reason: str, now: datetime) -> int:
    """End every sign-in of a person; how many were open."""
    return connection.execute(
        update(WebSession)
        .where(WebSession.staff_id == staff_id, WebSession.ended_at.is_(None))
        .values(ended_at=now, end_reason=reason)
    ).rowcount
