"""Whom a publication may count: the policy table asked of every session of a snapshot."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from uuid import UUID

from sqlalchemy import Connection

from data_access import publication_counts
from data_access.publication_counts import Whom
from domain.errors import Refused
from domain.policy.decision import Decision
from domain.policy.standings import allowed_groups, count_by_rule, cuts
from domain.publications.contents import Audience
from domain.publications.population import packed
from services import policy


@dataclass(frozen=True, slots=True)
class Counted:
    """The sessions that may be counted: as a question to the database, and as a set."""

    whom: Whom
    sessions: bytes
    rules: tuple[str, ...]
    policy_digest: str


def may_be_counted(
    connection: Connection, study_id: UUID, week: date, audience: Audience, now: datetime
) -> Counted:
    """The sessions begun before the week that the policy lets be counted for that audience now.

    Sessions that are held for somebody to settle are not counted, those with memory on (R80)
    included: a figure has no place to say what they may contain.

    Raises
    ------
    Refused
        When none may, with the rule that stands in the way of the most.
    """
    table = policy.in_force(connection)
    at = cuts((table,), now)
    before = datetime.combine(week, time(), UTC)
    groups = publication_counts.facts(connection, study_id, before, at)
    allowed = allowed_groups(groups, at, table, audience.use, now)
    if not allowed:
        told = count_by_rule(groups, at, table, audience.use, now)
        rule = told[0].rule if told else "R99"
        raise Refused(
            f"None of the study's sessions may be counted for {audience.label} now.",
            rule=rule,
            remedy="See under Policy what the rule waits for.",
        )
    whom = Whom(study_id, before, at, tuple(group for group, _ in allowed))
    return Counted(
        whom,
        packed(publication_counts.session_numbers(connection, whom)),
        _rules(answer for _, answer in allowed),
        table.digest,
    )


def _rules(answers: Iterable[Decision]) -> tuple[str, ...]:
    return tuple(sorted({answer.rule for answer in answers}))
