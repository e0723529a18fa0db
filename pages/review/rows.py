"""From a session as services give it to what the table and the chips show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from components import words
from components.session_table import Chip, TableRow
from domain.permissions import Actor
from domain.policy import Decision, Outcome, PolicyTable, Use
from domain.vocabulary import ConsentChoice, Coverage
from services import policy
from services.sessions import SessionRow

_TONES = {Outcome.ALLOW: "good", Outcome.HOLD: "wait", Outcome.DENY: "bad"}
_CHOICE_TONES = {
    ConsentChoice.GRANTED: "good",
    ConsentChoice.DECLINED: "bad",
    ConsentChoice.WITHDRAWN: "bad",
    ConsentChoice.NOT_ASKED: "wait",
}
_SHORT = {
    Use.PUBLISH_RESPONSES: "Publish",
    Use.SHARE_RESEARCHER: "Researcher",
    Use.SHARE_JOURNALIST: "Journalist",
}


def table_rows(
    table: PolicyTable,
    actor: Actor,
    rows: Sequence[SessionRow],
    now: datetime,
    *,
    with_study: bool,
) -> list[TableRow]:
    """The lines of the table; with the study's title where the list spans several."""
    answers = policy.at_a_glance(table, actor, rows, now)
    return [_line(row, answer, with_study) for row, answer in zip(rows, answers, strict=True)]


def _line(row: SessionRow, answer: Sequence[tuple[Use, Decision]], with_study: bool) -> TableRow:
    found = row.coverage in (Coverage.FULL, Coverage.PATTERNS_ONLY)
    partly = row.coverage is Coverage.PATTERNS_ONLY
    return TableRow(
        address=f"/session?id={row.id}",
        name=f"Session {row.number}",
        participant=row.pseudonym,
        study=row.study_title if with_study else "",
        completed=words.day(row.completed_at),
        language=words.language(row.language) + (" · patterns only" if partly else ""),
        state=state(row),
        words=row.word_count,
        findings=f"{row.finding_count:,}" if found else "–",
        consent=consent_chips(row),
        outcome=outcome_chips(answer),
    )


def state(row: SessionRow) -> str:
    """Status and review in a few words; of a tombstone, that it is one."""
    if row.erased_at is not None:
        return f"Erased · {words.day(row.erased_at)}"
    parts = [words.STATUSES[row.status], words.REVIEW_STATES[row.review_state].lower()]
    if row.flag.value != "none":
        parts.append(words.FLAGS[row.flag].lower())
    return " · ".join(parts)


def consent_chips(row: SessionRow) -> tuple[Chip, ...]:
    """One chip for each scope."""
    return tuple(
        Chip(
            words.SCOPES[scope],
            _CHOICE_TONES[choice],
            f"{words.SCOPES[scope]}: {words.CHOICES[choice]} by the participant.",
        )
        for scope, choice in row.choices.items()
    )


def outcome_chips(decisions: Iterable[tuple[Use, Decision]]) -> tuple[Chip, ...]:
    """One chip for each use, with rule and reason behind it."""
    return tuple(
        Chip(
            _SHORT[use],
            _TONES[answer.outcome],
            f"{answer.outcome.value.capitalize()}, {answer.rule}. {answer.reason}",
        )
        for use, answer in decisions
    )
