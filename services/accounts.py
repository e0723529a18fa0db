"""Account data: to find names in responses and to write to participants, never to show it."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from data_access import identity
from data_access.identity import KnownAccount
from domain.errors import Refused
from domain.letters import MAILER
from domain.permissions import Actor
from services.installation import Installation


def known_accounts(
    installation: Installation, participants: Collection[UUID]
) -> dict[UUID, KnownAccount]:
    """What accounts say of these participants, read by the identity role."""
    if not participants:
        return {}
    with installation.database.identity_transaction() as connection:
        return identity.known_accounts(connection, installation.cipher, list(participants))


def address_of(installation: Installation, service: Actor, participant: UUID) -> str | None:
    """Where a participant is written to, for the moment of writing; None when nothing is known.

    Raises
    ------
    Refused
        Under R11, when anybody but the mailer asks.
    """
    if service.service != MAILER:
        raise Refused(
            "Only the mailer reads the e-mail of a participant, to write to them.",
            rule="R11",
            remedy="Propose a letter; a second administrator confirms it.",
        )
    with installation.database.identity_transaction() as connection:
        return identity.email_of(connection, installation.cipher, participant)
