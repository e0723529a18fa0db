"""Who may receive an aggregate: for leads, who read no other recipient."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, text

from domain.policy.uses import RecipientKind


@dataclass(frozen=True, slots=True)
class ReceiverRow:
    """Somebody who may receive an aggregate under an agreement in force; by name, no address."""

    recipient_id: UUID
    kind: RecipientKind
    name: str
    organisation: str
    agreement_id: UUID
    version: int
    title: str
    expires_at: datetime


def receivers(connection: Connection, now: datetime) -> list[ReceiverRow]:
    """Recipients with an agreement in force, for leads who choose among them."""
    rows = connection.execute(text("SELECT * FROM publication_receivers(:now)"), {"now": now})
    return [ReceiverRow(row[0], RecipientKind(row[1]), *row[2:]) for row in rows]
