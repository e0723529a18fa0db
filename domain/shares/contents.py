"""What is approved: one digest over everything that would leave, to whom, for what, under what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.digests import Json, digest
from domain.errors import BadInput
from domain.policy.uses import RecipientKind, Use

#: Sessions of one request: what two people can still answer for.
MOST_SESSIONS = 1_000
_SHORTEST_PURPOSE = 20


class ShareField(StrEnum):
    """What may leave beside the de-identified responses. No identifier and no exact time is one.

    Account data, e-mail, ids and exact times never leave (R49), so they are not on offer.
    """

    LANGUAGE = "language"
    COMPLETED_MONTH = "completed_month"
    DURATION = "duration"
    PARTICIPANT = "participant"

    @property
    def label(self) -> str:
        """The field in a few words, for people."""
        return _LABELS[self]


_LABELS = {
    ShareField.LANGUAGE: "Language",
    ShareField.COMPLETED_MONTH: "Month of completion",
    ShareField.DURATION: "Duration, in bands",
    ShareField.PARTICIPANT: "Participant, by a pseudonym of this release",
}

#: The use a recipient's kind stands for in the policy table.
USE_FOR = {
    RecipientKind.RESEARCHER: Use.SHARE_RESEARCHER,
    RecipientKind.JOURNALIST: Use.SHARE_JOURNALIST,
    RecipientKind.OTHER: Use.SHARE_OTHER_THIRD_PARTY,
}


@dataclass(frozen=True, slots=True)
class FrozenSession:
    """One session as a request covers it.

    ``line_digest`` is SHA-256 of the very bytes that would leave for it.
    """

    session_id: UUID
    redaction_set_id: UUID
    set_digest: bytes
    output_digest: bytes
    line_digest: bytes
    consent_version: int
    rule: str
    policy_version: str
    policy_digest: str

    def as_json(self) -> dict[str, Json]:
        """As the digest of the request covers it."""
        return {
            "session": str(self.session_id),
            "redactions": self.set_digest.hex(),
            "output": self.output_digest.hex(),
            "line": self.line_digest.hex(),
            "consent_version": self.consent_version,
            "rule": self.rule,
            "policy_version": self.policy_version,
            "policy": self.policy_digest,
        }


@dataclass(frozen=True, slots=True)
class RecipientTerms:
    """Who would receive it, and under which agreement."""

    recipient_id: UUID
    kind: RecipientKind
    name: str
    organisation: str
    email: str
    agreement_id: UUID
    agreement_version: int
    agreement_digest: bytes
    agreement_expires_at: datetime

    def as_json(self) -> dict[str, Json]:
        """As the digest of the request covers it."""
        return {
            "recipient": str(self.recipient_id),
            "kind": self.kind.value,
            "name": self.name,
            "organisation": self.organisation,
            "email": self.email,
            "agreement": str(self.agreement_id),
            "agreement_version": self.agreement_version,
            "agreement_text": self.agreement_digest.hex(),
            "agreement_expires_at": self.agreement_expires_at.isoformat(),
        }


def content_digest(
    sessions: Sequence[FrozenSession],
    terms: RecipientTerms,
    purpose: str,
    fields: Sequence[ShareField],
) -> bytes:
    """What two approvers approve: any change of any part makes another digest."""
    return digest(
        {
            "sessions": [
                each.as_json() for each in sorted(sessions, key=lambda each: str(each.session_id))
            ],
            "terms": terms.as_json(),
            "purpose": purpose,
            "fields": sorted(field.value for field in fields),
        }
    )


def check_purpose(purpose: str) -> str:
    """The purpose, trimmed.

    Raises
    ------
    BadInput
        When it says too little to be judged by two people.
    """
    said = purpose.strip()
    if len(said) < _SHORTEST_PURPOSE:
        raise BadInput("State what the recipient will do with it, in a sentence.")
    return said
