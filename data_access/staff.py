"""Members of staff: who they are, what they hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update
from sqlalchemy.orm import aliased

from data_access.tables import Staff, StaffRole, Study, StudyGrant, WebSession
from domain.permissions import Actor, Grant
from domain.vocabulary import Role

# Asked at every message, and so written once.
_ACTOR = (
    select(
        Staff.display_name,
        Staff.service,
        select(func.array_agg(StaffRole.role))
        .where(StaffRole.staff_id == bindparam("staff_id"), StaffRole.revoked_at.is_(None))
        .scalar_subquery()
        .label("roles"),
        StudyGrant.study_id,
        StudyGrant.role.label("grant_role"),
        StudyGrant.purpose,
        StudyGrant.starts_at,
        StudyGrant.expires_at,
        StudyGrant.revoked_at,
    )
    .outerjoin(StudyGrant, StudyGrant.staff_id == Staff.id)
    .where(Staff.id == bindparam("staff_id"), Staff.active)
)


def load_actor(connection: Connection, staff_id: UUID) -> Actor | None:
    """The person as an actor, roles and unrevoked grants included; None when switched off.

    The transaction must be that person's own: row-level security shows nobody else's grants.
    """
    rows = connection.execute(_ACTOR, {"staff_id": staff_id}).all()
    return actor_of(staff_id, rows) if rows else None


def actor_of(staff_id: UUID, rows: Sequence[Row[Any]]) -> Actor:
    """The actor that those rows tell of, one for each grant, or one without a grant."""
    return Actor(
        staff_id=staff_id,
        label=rows[0].display_name,
        roles=frozenset(Role(role) for role in rows[0].roles or ()),
        grants=tuple(
            Grant(
                row.study_id,
                Role(row.grant_role),
                row.purpose,
                row.starts_at,
                row.expires_at,
                row.revoked_at,
            )
            for row in rows
            if row.study_id is not None
        ),
        service=rows[0].service,
    )


def find_by_subject(connection: Connection, issuer: str, subject: str) -> UUID | None:
    """The member of staff bound to that person at the provider, active or not."""
    return connection.execute(
        select(Staff.id).where(Staff.issuer == issuer, Staff.subject == subject)
    ).scalar_one_or_none()


def find_by_email(connection: Connection, email: str) -> UUID | None:
    """The member of staff invited under that address."""
    return connection.execute(
        select(Staff.id).where(Staff.email == email.strip().lower())
    ).scalar_one_or_none()


def find_service(connection: Connection, service: str) -> UUID | None:
    """The service account of that name."""
    return connection.execute(select(Staff.id).where(Staff.service == service)).scalar_one_or_none()


def is_active(connection: Connection, staff_id: UUID) -> bool:
    """Whether the person is switched on."""
    return bool(
        connection.execute(select(Staff.active).where(Staff.id == staff_id)).scalar_one_or_none()
    )


def bind(connection: Connection, staff_id: UUID, issuer: str, subject: str, now: datetime) -> bool:
    """Bind an invited person at their first sign-in; False when somebody is bound already."""
    bound = connection.execute(
        update(Staff)
        .where(Staff.id == staff_id, Staff.issuer.is_(None), Staff.active)
        .values(issuer=issuer, subject=subject, bound_at=now)
    )
    return bound.rowcount == 1


@dataclass(frozen=True, slots=True)
class StaffMember:
    """A person as administrators see them."""

    id: UUID
    display_name: str
    email: str
    active: bool
    bound: bool
    roles: tuple[Role, ...]
    invited_at: datetime
    last_active_at: datetime | None


@dataclass(frozen=True, slots=True)
class GrantRow:
    """A grant with the names that belong to it."""

    id: UUID
    staff_id: UUID
    staff_name: str
    study_id: UUID
    study_slug: str
    role: Role
    purpose: str
    starts_at: datetime
    expires_at: datetime
    granted_by: str
    revoked_at: datetime | None


def people(connection: Connection) -> list[StaffMember]:
    """Everybody who was invited, with the roles they hold now."""
    roles = (
        select(func.array_agg(StaffRole.role))
        .where(StaffRole.staff_id == Staff.id, StaffRole.revoked_at.is_(None))
        .correlate(Staff)
        .scalar_subquery()
    )
    seen = (
        select(func.max(WebSession.last_active_at))
        .where(WebSession.staff_id == Staff.id)
        .correlate(Staff)
        .scalar_subquery()
    )
    rows = connection.execute(
        select(Staff.__table__, roles.label("roles"), seen.label("seen"))
        .where(Staff.kind == "person")
        .order_by(Staff.display_name, Staff.id)
    )
    return [
        StaffMember(
            id=row.id,
            display_name=row.display_name,
            email=row.email,
            active=row.active,
            bound=row.subject is not None,
            roles=tuple(role for role in Role if role in (row.roles or ())),
            invited_at=row.invited_at,
            last_active_at=row.seen,
        )
        for row in rows
    ]


def invite(connection: Connection, email: str, display_name: str, by: UUID) -> UUID:
    """Add somebody who may sign in from now on. IntegrityError when the address is taken."""
    return connection.execute(
        insert(Staff)
        .values(email=email, display_name=display_name, invited_by=by)
        .returning(Staff.id)
    ).scalar_one()


def set_active(connection: Connection, staff_id: UUID, active: bool) -> bool:
    """Switch a person on or off; False when there is no such person or nothing to change."""
    changed = connection.execute(
        update(Staff)
        .where(Staff.id == staff_id, Staff.kind == "person", Staff.active != active)
        .values(active=active)
    )
    return changed.rowcount == 1


def give_role(connection: Connection, staff_id: UUID, role: Role, by: UUID) -> None:
    """Give a role. IntegrityError when it is held already."""
    connection.execute(insert(StaffRole).values(staff_id=staff_id, role=role.value, given_by=by))


def revoke_role(
    connection: Connection, staff_id: UUID, role: Role, by: UUID, now: datetime
) -> bool:
    """Take a role back; False when it was not held."""
    taken = connection.execute(
        update(StaffRole)
        .where(
            StaffRole.staff_id == staff_id,
            StaffRole.role == role.value,
            StaffRole.revoked_at.is_(None),
        )
        .values(revoked_at=now, revoked_by=by)
    )
    return taken.rowcount == 1


def grant(
    connection: Connection,
    *,
    staff_id: UUID,
    study_id: UUID,
    role: Role,
    purpose: str,
    starts_at: datetime,
    expires_at: datetime,
    by: UUID,
) -> UUID:
    """Record a need to know."""
    return connection.execute(
        insert(StudyGrant)
        .values(
            staff_id=staff_id,
            study_id=study_id,
            role=role.value,
            purpose=purpose,
            starts_at=starts_at,
            expires_at=expires_at,
            granted_by=by,
        )
        .returning(StudyGrant.id)
    ).scalar_one()


def revoke_grant(connection: Connection, grant_id: UUID, by: UUID, now: datetime) -> bool:
    """End a grant now; False when it had been ended already."""
    ended = connection.execute(
        update(StudyGrant)
        .where(StudyGrant.id == grant_id, StudyGrant.revoked_at.is_(None))
        .values(revoked_at=now, revoked_by=by)
    )
    return ended.rowcount == 1


def grants(connection: Connection) -> list[GrantRow]:
    """Every grant the actor may see, the newest first."""
    holder, giver = aliased(Staff), aliased(Staff)
    rows = connection.execute(
        select(
            StudyGrant.id,
            StudyGrant.staff_id,
            holder.display_name,
            StudyGrant.study_id,
            Study.slug,
            StudyGrant.role,
            StudyGrant.purpose,
            StudyGrant.starts_at,
            StudyGrant.expires_at,
            giver.display_name,
            StudyGrant.revoked_at,
        )
        .join(holder, holder.id == StudyGrant.staff_id)
        .join(giver, giver.id == StudyGrant.granted_by)
        .join(Study, Study.id == StudyGrant.study_id)
        .order_by(StudyGrant.granted_at.desc(), StudyGrant.id)
    )
    return [GrantRow(*row[:5], Role(row[5]), *row[6:]) for row in rows]


def first_administrator(connection: Connection, email: str, display_name: str) -> UUID | None:
    """Make the first administrator, as the owner role; None when an active one exists."""
    exists = (
        select(StaffRole.id)
        .join(Staff, Staff.id == StaffRole.staff_id)
        .where(
            StaffRole.role == Role.ADMINISTRATOR.value, StaffRole.revoked_at.is_(None), Staff.active
        )
        .exists()
    )
    if connection.execute(select(exists)).scalar_one():
        return None
    staff_id = connection.execute(
        insert(Staff).values(email=email, display_name=display_name).returning(Staff.id)
    ).scalar_one()
    connection.execute(
        insert(StaffRole).values(staff_id=staff_id, role=Role.ADMINISTRATOR.value, given_by=None)
    )
    return staff_id


def names(connection: Connection) -> list[tuple[UUID, str]]:
    """Ids and names of everybody, services included."""
    rows = connection.execute(select(Staff.id, Staff.display_name).order_by(Staff.display_name))
    return [(row.id, row.display_name) for row in rows]


def administrators(connection: Connection) -> list[str]:
    """E-mail addresses of the active administrators, who was there first first."""
    rows = connection.execute(
        select(Staff.email)
        .join(StaffRole, StaffRole.staff_id == Staff.id)
        .where(
            StaffRole.role == Role.ADMINISTRATOR.value,
            StaffRole.revoked_at.is_(None),
            Staff.active,
        )
        .order_by(Staff.invited_at, Staff.id)
    )
    return [row.email for row in rows if row.email is not None]
