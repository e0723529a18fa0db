"""Recall: why, until when, and what follows when nobody attests."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from domain.errors import BadInput

_SHORTEST_NOTICE = 20
#: The furthest ahead a due date may lie.
LONGEST_NOTICE = timedelta(days=90)


class RecallReason(StrEnum):
    """Why something that left is called back."""

    CONSENT_WITHDRAWN = "consent_withdrawn"
    AGREEMENT_BREACH = "agreement_breach"
    MISTAKE = "mistake"

    @property
    def label(self) -> str:
        """The reason in a few words, for people."""
        return _LABELS[self]


_LABELS = {
    RecallReason.CONSENT_WITHDRAWN: "A participant took a choice back",
    RecallReason.AGREEMENT_BREACH: "The agreement was breached",
    RecallReason.MISTAKE: "It should not have left",
}


def check_notice(notice: str, due_at: datetime, now: datetime) -> str:
    """The notice, trimmed.

    Raises
    ------
    BadInput
        When it says too little, names an address, or its due date is past or too far ahead.
    """
    said = notice.strip()
    if len(said) < _SHORTEST_NOTICE:
        raise BadInput("Write the notice that the recipient gets, in a sentence or more.")
    if not now < due_at <= now + LONGEST_NOTICE:
        raise BadInput(f"Choose a due date within the next {LONGEST_NOTICE.days} days.")
    return said


def is_overdue(due_at: datetime, attested_at: datetime | None, now: datetime) -> bool:
    """Whether a recipient owes an attestation: from the due date on."""
    return attested_at is None and due_at <= now
