"""Trust & Safety cases: opened on a flagged session, closed once, with an outcome and why."""

from __future__ import annotations

from enum import StrEnum

from domain.errors import BadInput
from domain.vocabulary import FlagState

_SHORTEST_NOTE = 10
_LONGEST_NOTE = 2_000


class CaseOutcome(StrEnum):
    """How a case ends, and what the session's flag is from then on."""

    UPHELD = "upheld"
    DISMISSED = "dismissed"

    @property
    def flag(self) -> FlagState:
        """The flag that a session with such an outcome bears."""
        return FlagState(self.value)

    @property
    def effect(self) -> str:
        """What follows from it, in a sentence."""
        return {
            CaseOutcome.UPHELD: "Nothing of the session leaves any more (R07).",
            CaseOutcome.DISMISSED: "The session is treated like any other again.",
        }[self]


class CaseReason(StrEnum):
    """Why a case ended as it did."""

    HARM = "harm"
    ABUSE = "abuse"
    ILLEGAL = "illegal"
    DECEPTION = "deception"
    OTHER_BREACH = "other_breach"
    NO_BREACH = "no_breach"
    FICTION = "fiction"
    MISTAKEN = "mistaken"
    DUPLICATE = "duplicate"

    @property
    def outcome(self) -> CaseOutcome:
        """The outcome that it is a reason for."""
        upheld = self in _UPHOLDS
        return CaseOutcome.UPHELD if upheld else CaseOutcome.DISMISSED

    @property
    def label(self) -> str:
        """The reason in a few words, for people."""
        return _LABELS[self]


_UPHOLDS = frozenset(
    {
        *(CaseReason.HARM, CaseReason.ABUSE, CaseReason.ILLEGAL, CaseReason.DECEPTION),
        CaseReason.OTHER_BREACH,
    }
)
_LABELS = {
    CaseReason.HARM: "Threat or planning of harm to somebody",
    CaseReason.ABUSE: "Harassment or abuse",
    CaseReason.ILLEGAL: "Help sought with something illegal",
    CaseReason.DECEPTION: "Fraud or deception",
    CaseReason.OTHER_BREACH: "Another breach of the usage policy",
    CaseReason.NO_BREACH: "No breach of the usage policy",
    CaseReason.FICTION: "Fiction, quotation or research about it",
    CaseReason.MISTAKEN: "Flagged by mistake",
    CaseReason.DUPLICATE: "Settled in another case already",
}


def reasons_for(outcome: CaseOutcome) -> tuple[CaseReason, ...]:
    """The reasons that an outcome can have, in their order."""
    return tuple(reason for reason in CaseReason if reason.outcome is outcome)


def check_outcome(outcome: CaseOutcome, reason: CaseReason, note: str) -> str:
    """The note as it is kept.

    Raises
    ------
    BadInput
        When the reason is one for the other outcome, or the note says too little, too much or
        an address.
    """
    if reason.outcome is not outcome:
        raise BadInput(
            f"“{reason.label}” is no reason to have a case {outcome.value}. Choose another one."
        )
    said = note.strip()
    if not _SHORTEST_NOTE <= len(said) <= _LONGEST_NOTE:
        raise BadInput(
            f"Say in a sentence or two what you found; no more than {_LONGEST_NOTE:,} characters."
        )
    if "@" in said:
        raise BadInput("Write no address into the note: name the ticket that holds it.")
    return said
