"""Erasure: why a session is erased, and how somebody says that they mean it."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from domain.errors import BadInput, Refused


class ErasureReason(StrEnum):
    """Why a session was erased: all that its tombstone says of it."""

    ASKED = "asked"
    RETENTION = "retention"

    @property
    def sentence(self) -> str:
        """As a tombstone says it."""
        return {
            ErasureReason.ASKED: "Its participant asked for it.",
            ErasureReason.RETENTION: "It had reached the end of its retention.",
        }[self]


def check_no_open_case(numbers: Sequence[int]) -> None:
    """Refuse an erasure while Trust & Safety is settling a case on one of these sessions.

    In the policy's order their reading (R12) goes before a withdrawal (R09) and before the end of
    retention (R05): whoever is to be kept safe is not served by the words going first. What the
    participant asked for is not lost: no further use holds at once, and what is upheld leaves
    nowhere (R07).

    Raises
    ------
    Refused
        Naming the sessions, and what can be done at once.
    """
    if numbers:
        listed = ", ".join(map(str, sorted(numbers)))
        raise Refused(
            f"Trust & Safety is settling a case on session {listed}, so it is not erased yet.",
            rule="erasure.open-case",
            remedy="Record “no further use” now, which holds at once, and erase when the outcome "
            "of the case is recorded.",
        )


def confirmation(sessions: int) -> str:
    """What somebody types to say that they mean to erase so many sessions."""
    return f"erase {sessions} {'session' if sessions == 1 else 'sessions'}"


def check_confirmation(typed: str, sessions: int) -> None:
    """Refuse an erasure that was not confirmed in words.

    The words count the sessions, so that somebody who believes to erase fewer finds out.

    Raises
    ------
    BadInput
        With the words to type.
    """
    if typed.strip().casefold() != confirmation(sessions):
        raise BadInput(
            f"This cannot be undone. Type “{confirmation(sessions)}” to say that you mean it."
        )
