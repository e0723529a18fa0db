"""Whom a publication may count: the policy table asked of every session of a snapshot's people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from data_access import publication_counts
from data_access.metrics import Population
from domain.errors import Refused
from domain.policy import Clearance, Outcome
from domain.policy.selections import select, with_outcomes
from domain.policy.standings import Answers, StandingCount, count_by_rule, cuts
from domain.policy.uses import Use
from domain.publications.contents import Audience
from domain.publications.population import packed
from services import policy


@dataclass(frozen=True, slots=True)
class MayBeCounted:
    """The sessions that may be counted: as a question to the database, and as a set.

    ``left_out`` says whether somebody is not counted whom the snapshot counted.
    """

    outside: Mapping[str, Any]
    sessions: bytes
    left_out: bool
    rules: tuple[str, ...]
    policy_digest: str


def may_be_counted(
    connection: Connection,
    study_id: UUID,
    population: Population,
    audience: Audience,
    now: datetime,
) -> MayBeCounted:
    """The sessions of everybody of whom the policy lets every session be counted for that audience.

    Sessions that are held for somebody to settle are not counted, those with memory on (R80)
    included: a figure has no place to say what they may contain. Who has one that may not be
    counted is not counted at all, so that nothing of it is told by way of the others.

    Raises
    ------
    Refused
        When nobody may be counted, with the rule that stands in the way of the most.
    """
    table = policy.in_force(connection)
    at = cuts((table,), now)
    answers = Answers(table, now, at)
    groups = publication_counts.standings(connection, study_id, population, at)
    allowed = select(
        groups,
        with_outcomes(answers, {audience.use: (Outcome.ALLOW,)}),
        lambda _study, _flag: Clearance(),
    )
    numbers = (
        publication_counts.session_numbers(connection, study_id, population, allowed)
        if allowed.parts
        else []
    )
    if not numbers:
        told = [
            each
            for each in count_by_rule(groups, answers, audience.use)
            if each.outcome is not Outcome.ALLOW
        ]
        raise Refused(
            f"Nobody of the study may be counted for {audience.label} now.",
            rule=told[0].rule if told else "R99",
            remedy="See under Policy what the rule waits for.",
        )
    return MayBeCounted(
        publication_counts.as_json(allowed),
        packed(numbers),
        len(numbers) < sum(group.sessions for group in groups),
        _rules(groups, answers, audience.use),
        table.digest,
    )


def _rules(groups: Iterable[StandingCount], answers: Answers, use: Use) -> tuple[str, ...]:
    """The rules that allow it, of the sessions that there are."""
    told = [answers.of(use, group.slot, group.standing, Clearance()) for group in groups]
    return tuple(sorted({decision.rule for decision in told if decision.allowed}))
