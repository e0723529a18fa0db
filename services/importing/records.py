"""From a row as a file holds it to a checked record, or the reason why not."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from domain.digests import digest
from domain.errors import BadInput, Refused
from domain.transcripts import Speaker, Turn, make_turns, parse_labelled
from domain.vocabulary import ConsentChoice, ConsentScope, FlagState, Plan, SessionStatus

_LONGEST_ID = 200
#: The first AI interviews of this kind were run in 2023; anything before is a slip.
_EARLIEST = datetime(2023, 1, 1, tzinfo=UTC)
_LONGEST_INTERVIEW = timedelta(days=30)
_CLOCK_SLACK = timedelta(hours=1)
_COMMERCIAL = frozenset({"work", "team", "enterprise", "api", "business", "commercial", "gov"})
_SESSION_FIELDS = frozenset(
    {
        "transcript_id",
        "text",
        "turns",
        "started_at",
        "completed_at",
        "status",
        "language",
        "plan",
        "memory_on",
        "participant_ref",
        "flag",
        "questions_asked",
    }
)
#: Any of the closed lists a cell can name.
_Listed = TypeVar("_Listed", SessionStatus, FlagState, ConsentScope, ConsentChoice)
_METADATA = _SESSION_FIELDS - {"transcript_id", "text", "turns"}


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """One session as a file states it; what is not stated is None."""

    transcript_id: str
    turns: tuple[Turn, ...]
    states_metadata: bool
    started_at: datetime | None
    completed_at: datetime | None
    status: SessionStatus
    language: str | None
    plan: Plan | None
    memory_on: bool
    participant_ref: str | None
    flag: FlagState
    questions_asked: int | None

    def content_digest(self) -> bytes:
        """SHA-256 of what must not change under a known id: the turns and the stated facts.

        The flag is left out: it changes over a session's life.
        """
        return digest(
            {
                "turns": [[turn.speaker.value, turn.label, turn.text] for turn in self.turns],
                "started_at": _iso(self.started_at),
                "completed_at": _iso(self.completed_at),
                "status": self.status.value,
                "language": self.language,
                "plan": None if self.plan is None else self.plan.value,
                "memory_on": self.memory_on,
            }
        )


@dataclass(frozen=True, slots=True)
class AccountRecord:
    """Account data of one session's participant."""

    transcript_id: str
    full_name: str | None
    email: str | None
    account_id: str | None
    plan: str | None
    country: str | None


@dataclass(frozen=True, slots=True)
class ChoiceRecord:
    """One consent event."""

    transcript_id: str
    scope: ConsentScope
    choice: ConsentChoice
    at: datetime


def session_record(values: Mapping[str, Any], now: datetime) -> SessionRecord:
    """Check one row of a transcripts file.

    Raises
    ------
    BadInput
        When a field is missing, unknown or malformed; the sentence says which and how to
        mend it.
    Refused
        Under R01, when the session comes from a commercial plan.
    """
    unknown = sorted(set(values) - _SESSION_FIELDS)
    if unknown:
        raise BadInput(f"has a field “{unknown[0]}” that is not part of the form. Leave it out.")
    transcript_id = _id(values)
    stated = any(_given(values.get(name)) for name in _METADATA)
    status = _choice(values, "status", SessionStatus, SessionStatus.COMPLETED)
    started_at = _instant(values, "started_at", now)
    completed_at = _instant(values, "completed_at", now)
    _check_times(status, started_at, completed_at, stated)
    return SessionRecord(
        transcript_id=transcript_id,
        turns=_turns(values),
        states_metadata=stated,
        started_at=started_at,
        completed_at=completed_at,
        status=status,
        language=_language(values),
        plan=_plan(values, stated),
        memory_on=_flag(values, "memory_on"),
        participant_ref=_text(values, "participant_ref"),
        flag=_choice(values, "flag", FlagState, FlagState.NONE),
        questions_asked=_count(values, "questions_asked"),
    )


def account_record(values: Mapping[str, Any]) -> AccountRecord:
    """Check one row of an accounts file; BadInput says what is wrong with it."""
    record = AccountRecord(
        transcript_id=_id(values),
        full_name=_text(values, "full_name"),
        email=_text(values, "email"),
        account_id=_text(values, "account_id"),
        plan=_text(values, "plan"),
        country=_text(values, "country"),
    )
    if record.email is not None and "@" not in record.email:
        raise BadInput("has an e-mail without an @. Correct it or leave it empty.")
    return record


def choice_record(values: Mapping[str, Any], now: datetime) -> ChoiceRecord:
    """Check one row of a choices file; BadInput says what is wrong with it."""
    at = _instant(values, "at", now)
    if at is None:
        raise BadInput("does not say when the choice was made. Fill in “at”.")
    return ChoiceRecord(
        transcript_id=_id(values),
        scope=_choice(values, "scope", ConsentScope, None),
        choice=_choice(values, "choice", ConsentChoice, None),
        at=at,
    )


def _turns(values: Mapping[str, Any]) -> tuple[Turn, ...]:
    text, turns = values.get("text"), values.get("turns")
    if _given(text) and _given(turns):
        raise BadInput("has both “text” and “turns”. Keep one of them.")
    if isinstance(text, str) and text.strip():
        try:
            return parse_labelled(text)
        except BadInput as error:
            raise BadInput(f"cannot be split into turns. {error}") from error
    if isinstance(turns, str):
        try:
            turns = json.loads(turns)
        except ValueError as error:
            raise BadInput("has “turns” that are not JSON. Export it again.") from error
    if not isinstance(turns, list) or not turns:
        raise BadInput("has no words: neither “text” nor “turns”. Leave the session out.")
    said: list[tuple[Speaker, str]] = []
    for place, turn in enumerate(turns):
        try:
            said.append((Speaker(turn["speaker"]), str(turn["text"])))
        except (KeyError, TypeError, ValueError) as error:
            raise BadInput(
                f"has a turn {place} without a speaker (interviewer or participant) and a text."
            ) from error
    return make_turns(said)


def _check_times(
    status: SessionStatus,
    started_at: datetime | None,
    completed_at: datetime | None,
    stated: bool,
) -> None:
    if completed_at is not None and status is not SessionStatus.COMPLETED:
        raise BadInput(f"is {status.value} and yet has a completion time. Correct one of them.")
    if stated and status is SessionStatus.COMPLETED and completed_at is None:
        raise BadInput("is completed, but does not say when. Fill in “completed_at”.")
    if started_at is not None and completed_at is not None:
        if completed_at < started_at:
            raise BadInput("was completed before it started. Correct the two times.")
        if completed_at - started_at > _LONGEST_INTERVIEW:
            raise BadInput("took over 30 days. Correct the two times.")


def _plan(values: Mapping[str, Any], stated: bool) -> Plan | None:
    plan = _text(values, "plan")
    if plan is None and not stated:
        return None
    if plan is not None and plan.lower() in (Plan.FREE, Plan.PRO, Plan.MAX):
        return Plan(plan.lower())
    commercial = plan is not None and plan.lower() in _COMMERCIAL
    raise Refused(
        "comes from a commercial plan, which is out of scope."
        if commercial
        else "does not name a plan that is in scope (free, pro or max).",
        rule="R01",
        remedy="Leave the session out of the file." if commercial else "State the plan.",
    )


def _id(values: Mapping[str, Any]) -> str:
    held = _text(values, "transcript_id")
    if held is None:
        raise BadInput("has no transcript_id. Give every session one of its own.")
    if len(held) > _LONGEST_ID or not held.isprintable():
        raise BadInput("has a transcript_id that is too long or not printable.")
    return held


def _instant(values: Mapping[str, Any], name: str, now: datetime) -> datetime | None:
    held = values.get(name)
    if not _given(held):
        return None
    if isinstance(held, str):
        try:
            held = datetime.fromisoformat(held.strip())
        except ValueError as error:
            raise BadInput(
                f"has a {name} that is not a date and time such as 2026-04-02T09:30:00Z."
            ) from error
    if not isinstance(held, datetime) or held.tzinfo is None:
        raise BadInput(f"has a {name} without its offset from UTC. Add it, for example Z.")
    instant = held.astimezone(UTC)
    if not _EARLIEST <= instant <= now + _CLOCK_SLACK:
        raise BadInput(f"has a {name} that cannot be: before 2023 or in the future.")
    return instant


def _choice(
    values: Mapping[str, Any], name: str, kind: type[_Listed], otherwise: _Listed | None
) -> _Listed:
    held = _text(values, name)
    if held is None and otherwise is not None:
        return otherwise
    try:
        return kind(held or "")
    except ValueError as error:
        allowed = ", ".join(member.value for member in kind)
        raise BadInput(f"has a {name} that is none of: {allowed}.") from error


def _language(values: Mapping[str, Any]) -> str | None:
    held = _text(values, "language")
    if held is None:
        return None
    primary = held.replace("_", "-").split("-")[0].lower()
    if not (primary.isascii() and primary.isalpha() and 2 <= len(primary) <= 3):
        raise BadInput("has a language that is not a code such as en, de or pt-BR.")
    return primary


def _flag(values: Mapping[str, Any], name: str) -> bool:
    held = values.get(name)
    if isinstance(held, bool):
        return held
    if not _given(held):
        return False
    word = str(held).strip().lower()
    if word in ("true", "1", "yes"):
        return True
    if word in ("false", "0", "no"):
        return False
    raise BadInput(f"has a {name} that is neither true nor false.")


def _count(values: Mapping[str, Any], name: str) -> int | None:
    held = values.get(name)
    if not _given(held):
        return None
    try:
        number = int(str(held))
    except ValueError as error:
        raise BadInput(f"has a {name} that is not a whole number.") from error
    if not 0 <= number <= 10_000:
        raise BadInput(f"has a {name} that cannot be.")
    return number


def _text(values: Mapping[str, Any], name: str) -> str | None:
    held = values.get(name)
    if not _given(held):
        return None
    if not isinstance(held, str | int):
        raise BadInput(f"has a {name} that is not text.")
    return str(held).strip()


def _given(value: object) -> bool:
    return value is not None and not (isinstance(value, str) and not value.strip())


def _iso(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()
