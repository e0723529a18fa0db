"""Assignments: settling which policy governs sessions whose date leaves it open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.errors import BadInput
from domain.policy.dates import assignable_at
from domain.policy.decision import Outcome
from domain.policy.holds import GRANTED, WAITED_FOR
from domain.policy.standing_codes import assigned_to
from domain.policy.standings import Answers, StandingCount
from domain.policy.table import PolicyTable
from domain.policy.uses import Use
from domain.vocabulary import PolicyVersion

#: More than two people can answer for at once is proposed in parts.
MOST_SESSIONS = 5_000
_SHORTEST_REASON = 10
_NAMED = 5


class Settlement(StrEnum):
    """How a proposal ends: only another administrator confirms or rejects; its own withdraws."""

    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class ToAssign:
    """A session that a policy is proposed for: its number, its completion, what was settled."""

    number: int
    completed_at: datetime | None
    assigned: PolicyVersion


@dataclass(frozen=True, slots=True)
class Difference:
    """For how many sessions a use would be answered otherwise: rule and outcome, now and then."""

    use: Use
    rule: str
    outcome: Outcome
    rule_then: str
    outcome_then: Outcome
    sessions: int


def check_assignment(
    table: PolicyTable, sessions: Sequence[ToAssign], version: PolicyVersion
) -> None:
    """See that each of the sessions can be settled so. ``NONE`` takes an assignment back.

    Raises
    ------
    BadInput
        Naming the first sessions that cannot, and why.
    """
    if not sessions:
        raise BadInput("No session is meant. Choose a study or dates with sessions on hold.")
    if len(sessions) > MOST_SESSIONS:
        raise BadInput(
            f"More than {MOST_SESSIONS:,} sessions are meant: too many for two people to answer "
            "for at once. Choose a shorter period."
        )
    decided = [
        each.number
        for each in sessions
        if each.completed_at is None or not assignable_at(table, each.completed_at)
    ]
    if decided:
        raise BadInput(
            f"The date decides which policy governs {_named(decided)}, so there is nothing to "
            "settle. Leave it out."
        )
    if version is PolicyVersion.NONE:
        _refuse(
            [each.number for each in sessions if each.assigned is PolicyVersion.NONE],
            "No policy was settled for {}, so none can be taken back.",
        )
        return
    _refuse(
        [
            each.number
            for each in sessions
            if each.completed_at is not None
            and version not in {held.id for held in assignable_at(table, each.completed_at)}
        ],
        f"Policy {version.value} is on no side of the boundary near {{}}. Choose another one.",
    )
    _refuse(
        [each.number for each in sessions if each.assigned is version],
        f"Policy {version.value} governs {{}} already. Leave it out.",
    )


def check_reason(reason: str) -> str:
    """The reason as it is kept.

    Raises
    ------
    BadInput
        When it says too little, or names an address.
    """
    said = reason.strip()
    if len(said) < _SHORTEST_REASON:
        raise BadInput("Say in a sentence why that policy governs these sessions.")
    if "@" in said:
        raise BadInput("Write no address into the reason: name the ticket that holds it.")
    return said


def assignment_differences(
    groups: Iterable[StandingCount], answers: Answers, version: PolicyVersion
) -> tuple[Difference, ...]:
    """What would be answered otherwise if that policy governed these sessions, use by use."""
    together: Counter[tuple[int | None, int]] = Counter()
    for group in groups:
        together[group.slot, group.standing] += group.sessions
    told: Counter[tuple[Use, str, Outcome, str, Outcome]] = Counter()
    for (slot, standing), sessions in together.items():
        for use in WAITED_FOR:
            now = answers.of(use, slot, standing, GRANTED)
            then = answers.of(use, slot, assigned_to(standing, version), GRANTED)
            if (now.rule, now.outcome) != (then.rule, then.outcome):
                told[use, now.rule, now.outcome, then.rule, then.outcome] += sessions
    order = {use: place for place, use in enumerate(WAITED_FOR)}
    return tuple(
        Difference(*key, sessions)
        for key, sessions in sorted(
            told.items(), key=lambda each: (order[each[0][0]], -each[1], each[0][1:])
        )
    )


def _refuse(numbers: Sequence[int], sentence: str) -> None:
    if numbers:
        raise BadInput(sentence.format(_named(numbers)))


def _named(numbers: Sequence[int]) -> str:
    named = ", ".join(str(number) for number in numbers[:_NAMED])
    more = f" and {len(numbers) - _NAMED:,} more" if len(numbers) > _NAMED else ""
    return f"session {named}{more}"
