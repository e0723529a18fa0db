"""Erasure: why a session is erased, and how somebody says that they mean it."""

from __future__ import annotations

from enum import StrEnum

from domain.errors import BadInput


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
