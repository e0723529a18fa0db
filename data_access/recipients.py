"""Recipients and their agreements."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Select, func, insert, select, update

from data_access.tables import AgreementRow, RecipientRow
from domain.errors import BadInput
from domain.policy.uses import RecipientKind
from domain.shares.agreements import Agreement, DataUse, Recipient


def every(connection: Connection) -> list[Recipient]:
    """All recipients, by name."""
    return [_recipient(row) for row in connection.execute(_recipients().order_by("name", "id"))]


def find(connection: Connection, recipient_id: UUID) -> Recipient | None:
    """One recipient."""
    row = connection.execute(_recipients().where(RecipientRow.id == recipient_id)).first()
    return None if row is None else _recipient(row)


def hold(connection: Connection, recipient_id: UUID) -> bool:
    """Hold a recipient still until the transaction ends; False when there is none."""
    held = select(RecipientRow.id).where(RecipientRow.id == recipient_id).with_for_update()
    return connection.execute(held).first() is not None


def parties(
    connection: Connection, recipient_id: UUID, agreement_id: UUID
) -> tuple[Recipient, Agreement]:
    """A recipient and an agreement.

    Raises
    ------
    BadInput
        When one of them is not there.
    """
    recipient, agreed = find(connection, recipient_id), agreement(connection, agreement_id)
    if recipient is None or agreed is None:
        raise BadInput("Choose a recipient and one of their agreements.")
    return recipient, agreed


def is_known(connection: Connection, email: str, kind: RecipientKind) -> bool:
    """Whether there is a recipient of that kind under that address."""
    return (
        connection.execute(
            select(RecipientRow.id).where(
                RecipientRow.email == email, RecipientRow.kind == kind.value
            )
        ).first()
        is not None
    )


def add(
    connection: Connection,
    *,
    kind: RecipientKind,
    name: str,
    organisation: str,
    email: str,
    by: UUID,
    now: datetime,
) -> UUID:
    """Record a recipient."""
    return connection.execute(
        insert(RecipientRow)
        .values(
            kind=kind.value,
            name=name,
            organisation=organisation,
            email=email,
            recorded_by=by,
            recorded_at=now,
        )
        .returning(RecipientRow.id)
    ).scalar_one()


def block(connection: Connection, recipient_id: UUID, reason: str | None, now: datetime) -> None:
    """Block a recipient for a reason; without one, lift the block."""
    connection.execute(
        update(RecipientRow)
        .where(RecipientRow.id == recipient_id)
        .values(blocked_at=None if reason is None else now, blocked_reason=reason)
    )


def agreements(connection: Connection) -> list[Agreement]:
    """All agreements, each recipient's newest first."""
    return [
        _agreement(row)
        for row in connection.execute(
            _agreements().order_by(AgreementRow.recipient_id, AgreementRow.version.desc())
        )
    ]


def agreement(connection: Connection, agreement_id: UUID) -> Agreement | None:
    """One agreement."""
    row = connection.execute(_agreements().where(AgreementRow.id == agreement_id)).first()
    return None if row is None else _agreement(row)


def wording(connection: Connection, agreement_id: UUID) -> str:
    """The text of an agreement."""
    return connection.execute(
        select(AgreementRow.wording).where(AgreementRow.id == agreement_id)
    ).scalar_one()


def add_agreement(
    connection: Connection,
    *,
    recipient_id: UUID,
    title: str,
    wording: str,
    wording_digest: bytes,
    data_uses: Sequence[DataUse],
    signed_at: datetime,
    expires_at: datetime,
    by: UUID,
    now: datetime,
) -> tuple[UUID, int]:
    """Record the next version of an agreement with a recipient; its id and version."""
    last = select(func.coalesce(func.max(AgreementRow.version), 0)).where(
        AgreementRow.recipient_id == recipient_id
    )
    row = connection.execute(
        insert(AgreementRow)
        .values(
            recipient_id=recipient_id,
            version=last.scalar_subquery() + 1,
            title=title,
            wording=wording,
            wording_digest=wording_digest,
            data_uses=[use.value for use in data_uses],
            signed_at=signed_at,
            expires_at=expires_at,
            recorded_by=by,
            recorded_at=now,
        )
        .returning(AgreementRow.id, AgreementRow.version)
    ).one()
    return row.id, row.version


def end_agreement(
    connection: Connection, agreement_id: UUID, reason: str, by: UUID, now: datetime
) -> bool:
    """End an agreement before its time; False when it is ended already."""
    return (
        connection.execute(
            update(AgreementRow)
            .where(AgreementRow.id == agreement_id, AgreementRow.ended_at.is_(None))
            .values(ended_at=now, ended_by=by, end_reason=reason)
        ).rowcount
        == 1
    )


def _recipients() -> Select[*tuple[Any, ...]]:
    return select(
        RecipientRow.id,
        RecipientRow.kind,
        RecipientRow.name,
        RecipientRow.organisation,
        RecipientRow.email,
        RecipientRow.blocked_at,
        RecipientRow.blocked_reason,
    )


def _recipient(row: Row[Any]) -> Recipient:
    return Recipient(
        row.id,
        RecipientKind(row.kind),
        row.name,
        row.organisation,
        row.email,
        row.blocked_at is not None,
        row.blocked_reason or "",
    )


def _agreements() -> Select[*tuple[Any, ...]]:
    return select(
        AgreementRow.id,
        AgreementRow.recipient_id,
        AgreementRow.version,
        AgreementRow.title,
        AgreementRow.wording_digest,
        AgreementRow.data_uses,
        AgreementRow.signed_at,
        AgreementRow.expires_at,
        AgreementRow.ended_at,
    )


def _agreement(row: Row[Any]) -> Agreement:
    return Agreement(
        row.id,
        row.recipient_id,
        row.version,
        row.title,
        bytes(row.wording_digest),
        tuple(DataUse(code) for code in row.data_uses),
        row.signed_at,
        row.expires_at,
        row.ended_at,
    )
