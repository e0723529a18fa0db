"""Account data where it meets responses: to find names in them, never to show them."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from data_access import identity
from data_access.identity import KnownAccount
from services.installation import Installation


def known_accounts(
    installation: Installation, participants: Collection[UUID]
) -> dict[UUID, KnownAccount]:
    """What accounts say of these participants, read by the identity role."""
    if not participants:
        return {}
    with installation.database.identity_transaction() as connection:
        return identity.known_accounts(connection, installation.cipher, list(participants))
