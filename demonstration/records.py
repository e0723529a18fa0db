"""What a demonstration session is made of, in the full import form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from demonstration.choices import ChoiceEvent
from demonstration.planted import PlantedIdentifier
from domain.transcripts import Speaker
from domain.vocabulary import FlagState, Plan, SessionStatus


@dataclass(frozen=True, slots=True)
class FullFormRecord:
    """One session as the full import form states it. Instants are in UTC."""

    transcript_id: str
    turns: tuple[tuple[Speaker, str], ...]
    started_at: datetime
    completed_at: datetime | None
    status: SessionStatus
    language: str
    plan: Plan
    memory_on: bool
    participant_ref: str
    flag: FlagState
    questions_asked: int

    def as_row(self) -> dict[str, Any]:
        """The record as one JSON object."""
        return {
            "transcript_id": self.transcript_id,
            "turns": [{"speaker": speaker.value, "text": text} for speaker, text in self.turns],
            "started_at": self.started_at.isoformat(),
            "completed_at": None if self.completed_at is None else self.completed_at.isoformat(),
            "status": self.status.value,
            "language": self.language,
            "plan": self.plan.value,
            "memory_on": self.memory_on,
            "participant_ref": self.participant_ref,
            "flag": self.flag.value,
            "questions_asked": self.questions_asked,
        }


@dataclass(frozen=True, slots=True)
class Account:
    """The participant's account data."""

    full_name: str
    email: str
    account_id: str
    plan: Plan
    country: str


@dataclass(frozen=True, slots=True)
class DemonstrationSession:
    """One session, its account (None for some), its choices, and the truth about it."""

    record: FullFormRecord
    account: Account | None
    choices: tuple[ChoiceEvent, ...]
    planted: tuple[PlantedIdentifier, ...]
