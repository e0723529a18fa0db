"""Account data, read by the identity role alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import Connection, select

from data_access.encryption import IdentityCipher
from data_access.tables import Account


@dataclass(frozen=True, slots=True)
class KnownAccount:
    """Name and e-mail of one participant; never shown when the object is printed."""

    full_name: str | None = field(repr=False)
    email: str | None = field(repr=False)


def known_accounts(
    connection: Connection, cipher: IdentityCipher, participants: Sequence[UUID]
) -> dict[UUID, KnownAccount]:
    """Name and e-mail of those participants that have an account."""
    rows = connection.execute(
        select(Account.participant_id, Account.full_name, Account.email).where(
            Account.participant_id.in_(participants)
        )
    )
    return {
        row.participant_id: KnownAccount(
            None if row.full_name is None else cipher.decrypt(bytes(row.full_name)),
            None if row.email is None else cipher.decrypt(bytes(row.email)),
        )
        for row in rows
    }


def email_of(connection: Connection, cipher: IdentityCipher, participant: UUID) -> str | None:
    """The e-mail of one participant; the name beside it is not even read."""
    held = connection.execute(
        select(Account.email).where(Account.participant_id == participant)
    ).scalar_one_or_none()
    return None if held is None else cipher.decrypt(bytes(held))
