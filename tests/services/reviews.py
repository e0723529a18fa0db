"""What tests of reviews share: a session with a name in it, and decisions on it."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID, uuid4

from domain.redaction import DecisionKind, RedactionDecision
from domain.spans import Span
from services import reviewing

SECRET = "Zephyrine Quill"
PURPOSE = "Review before a share"
NOW = datetime(2026, 5, 1, tzinfo=UTC)

Made = tuple[UUID, RedactionDecision]


def decide(span: Span, kind: DecisionKind = DecisionKind.REDACT, reason: str | None = None) -> Made:
    return uuid4(), RedactionDecision(kind, span, "PERSON", NOW, None, reason)


def accept_all(desk: reviewing.Desk) -> list[Made]:
    return [decide(finding.span) for finding in desk.open_findings]


def place(desk: reviewing.Desk, word: str, turn: int) -> Span:
    start = desk.turns[turn].text.index(word)
    return Span(turn, start, start + len(word))


def final(desk: reviewing.Desk) -> list[str]:
    return ["".join(run.text for run in runs) for runs in desk.runs]
