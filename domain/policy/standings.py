"""Standings: sessions that the policy answers alike, counted instead of asked one by one.

Between two instants at which an answer can change, sessions with the same facts have the same
answer. So a table is asked once for each such group, however many sessions are in it.
"""

from __future__ import annotations

from calendar import isleap
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from domain.consent import Choices
from domain.policy.decision import Decision, Outcome
from domain.policy.engine import decide
from domain.policy.facts import Clearance, SessionFacts
from domain.policy.table import PolicyTable
from domain.policy.uses import Use
from domain.vocabulary import FlagState, Plan, SessionStatus

#: The finest step of a completion instant (PostgreSQL's timestamps).
_STEP = timedelta(microseconds=1)
_BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)

#: The uses whose answer does not depend on who asks: what leaves the house or is counted in it.
ASKED = (
    Use.PUBLISH_SUMMARY,
    Use.PUBLISH_RESPONSES,
    Use.SHARE_RESEARCHER,
    Use.SHARE_JOURNALIST,
    Use.THIRD_PARTY_AGGREGATE,
    Use.INTERNAL_CHARTS,
    Use.AUTOMATED_GROUPING,
    Use.USAGE_AGGREGATE,
    Use.PRODUCT_IMPROVEMENT_EXPORT,
)


@dataclass(frozen=True, slots=True)
class FactsCount:
    """How many sessions share these facts and lie between the same two cuts.

    ``slot`` counts the cuts at or before their completion; None when they were not completed.
    """

    slot: int | None
    status: SessionStatus
    plan: Plan
    memory_on: bool
    flag: FlagState
    choices: Choices
    erased: bool
    withdrawn: bool
    sessions: int


@dataclass(frozen=True, slots=True, order=True)
class RuleCount:
    """How many sessions one rule answers for one use, and with what."""

    rule: str
    outcome: Outcome
    sessions: int


def cuts(tables: Iterable[PolicyTable], now: datetime) -> tuple[datetime, ...]:
    """Every instant of completion at which an answer of one of the tables can change.

    Each is given twice, a microsecond apart: an instant itself is a slot of its own.
    """
    found: set[datetime] = set()
    for table in tables:
        for version in table.versions:
            for end in (version.completed_from, version.completed_before):
                if end is not None:
                    found |= {end - table.band, end, end + table.band}
            if version.retention_years is not None:
                found |= _retention_ends(now, version.retention_years)
    return tuple(sorted(found | {each + _STEP for each in found}))


def count_by_rule(
    groups: Sequence[FactsCount],
    at: Sequence[datetime],
    table: PolicyTable,
    use: Use,
    now: datetime,
) -> tuple[RuleCount, ...]:
    """How many sessions each rule answers for that use, the most first; ``at`` are the cuts."""
    told: Counter[tuple[str, Outcome]] = Counter()
    for group in groups:
        answer = _answer(group, at, table, use, now)
        told[(answer.rule, answer.outcome)] += group.sessions
    return tuple(
        RuleCount(rule, outcome, sessions)
        for (rule, outcome), sessions in sorted(told.items(), key=lambda each: (-each[1], each[0]))
    )


def allowed_groups(
    groups: Sequence[FactsCount],
    at: Sequence[datetime],
    table: PolicyTable,
    use: Use,
    now: datetime,
) -> tuple[tuple[FactsCount, Decision], ...]:
    """The groups whose sessions the table allows that use of, each with its answer."""
    answered = ((group, _answer(group, at, table, use, now)) for group in groups)
    return tuple((group, answer) for group, answer in answered if answer.allowed)


def _answer(
    group: FactsCount, at: Sequence[datetime], table: PolicyTable, use: Use, now: datetime
) -> Decision:
    return decide(_facts(group, at), use, clearance=Clearance(), now=now, table=table)


def _facts(group: FactsCount, at: Sequence[datetime]) -> SessionFacts:
    completed = None
    if group.slot is not None:
        completed = at[group.slot - 1] if group.slot else _BEFORE_ALL
    return SessionFacts(
        status=group.status,
        completed_at=completed,
        plan=group.plan,
        memory_on=group.memory_on,
        flag=group.flag,
        choices=group.choices,
        erased=group.erased,
        withdrawn=group.withdrawn,
    )


def _retention_ends(now: datetime, years: int) -> set[datetime]:
    """The completion instants round which a retention of so many calendar years ends now.

    A session of 29 February is due as one of the 28th is, so the day has ends of its own.
    """
    at = now.astimezone(UTC)
    year = at.year - years
    if (at.month, at.day) not in ((2, 28), (2, 29)):
        return {at.replace(year=year)}
    ends = {at.replace(year=year, day=28)}
    if isleap(year):
        midnight = datetime(year, 2, 29, tzinfo=UTC)
        ends |= {midnight, at.replace(year=year, day=29), midnight + timedelta(days=1)}
    return ends
