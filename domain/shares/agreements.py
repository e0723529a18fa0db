"""Recipients and agreements: who may receive, under which text, from when until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from domain.errors import Refused
from domain.policy.uses import RecipientKind

#: An agreement that ends within this time announces itself.
EXPIRES_SOON = timedelta(days=30)


class DataUse(StrEnum):
    """Conditions on use, by the codes of the Data Use Ontology (GA4GH DUO)."""

    GENERAL_RESEARCH = "GRU"
    NOT_FOR_PROFIT = "NPU"
    PUBLICATION_REQUIRED = "PUB"
    ETHICS_APPROVAL = "IRB"
    TIME_LIMIT = "TS"
    NAMED_USERS = "US"
    NAMED_PROJECT = "PS"
    NAMED_INSTITUTION = "IS"

    @property
    def label(self) -> str:
        """The code with its meaning."""
        return f"{self.value}: {_MEANINGS[self]}"


_MEANINGS = {
    DataUse.GENERAL_RESEARCH: "general research use",
    DataUse.NOT_FOR_PROFIT: "not-for-profit use only",
    DataUse.PUBLICATION_REQUIRED: "publication of results required",
    DataUse.ETHICS_APPROVAL: "ethics approval required",
    DataUse.TIME_LIMIT: "for a limited time",
    DataUse.NAMED_USERS: "named users only",
    DataUse.NAMED_PROJECT: "named project only",
    DataUse.NAMED_INSTITUTION: "named institution only",
}


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody outside who may be handed something; a blocked one is handed nothing more."""

    id: UUID
    kind: RecipientKind
    name: str
    organisation: str
    email: str
    blocked: bool
    blocked_reason: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """One version of an agreement with a recipient.

    In force from ``signed_at`` on and up to, not including, ``expires_at``, unless it was ended.
    """

    id: UUID
    recipient_id: UUID
    version: int
    title: str
    text_digest: bytes
    data_uses: tuple[DataUse, ...]
    signed_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None

    def in_force(self, now: datetime) -> bool:
        """Whether it holds at that moment."""
        ended = self.ended_at is not None and self.ended_at <= now
        return self.signed_at <= now < self.expires_at and not ended

    def expires_soon(self, now: datetime) -> bool:
        """Whether it holds, and not for long."""
        return self.in_force(now) and self.expires_at - now <= EXPIRES_SOON


def check_receives(recipient: Recipient, agreement: Agreement, now: datetime) -> None:
    """See that a recipient may be handed something under that agreement now.

    Raises
    ------
    Refused
        When the recipient is blocked, or the agreement is another's or not in force.
    """
    if recipient.blocked:
        raise Refused(
            f"{recipient.name} is blocked: {recipient.blocked_reason}",
            rule="share.recipient-blocked",
            remedy="An administrator lifts the block once the reason is settled.",
        )
    if agreement.recipient_id != recipient.id:
        raise Refused(
            "The agreement is not this recipient's.",
            rule="share.agreement-of-recipient",
            remedy="Choose one of the recipient's own agreements.",
        )
    if not agreement.in_force(now):
        raise Refused(
            "The agreement is not in force now.",
            rule="share.agreement-in-force",
            remedy="Choose one that is, or ask an administrator to record a new version.",
        )
