"""Standings: sessions that the policy answers alike, asked about once instead of one by one.

Between two instants at which an answer can change, sessions with the same facts have the same
answer. So a table is asked once for each such group, however many sessions are in it.
"""

from __future__ import annotations

from bisect import bisect_right
from calendar import isleap
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from domain.policy.decision import Decision, Outcome
from domain.policy.engine import decide
from domain.policy.facts import Clearance
from domain.policy.overview import asked_as
from domain.policy.standing_codes import NOT_COMPLETED, facts_with, flag_of, mask_for
from domain.policy.table import PolicyTable
from domain.policy.uses import Use

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
class StandingCount:
    """How many sessions of a study have a standing code and lie between the same two cuts.

    ``slot`` counts the cuts at or before their completion; None when they were not completed.
    """

    study_id: UUID
    slot: int | None
    standing: int
    sessions: int


@dataclass(frozen=True, slots=True, order=True)
class RuleCount:
    """How many sessions one rule answers for one use, and with what."""

    rule: str
    outcome: Outcome
    sessions: int


class Answers:
    """A table's answers at one moment, each kind of session asked about once.

    Parameters
    ----------
    table, now
        What is asked, and as of when.
    at
        The cuts between which sessions stand; see :func:`cuts`.
    """

    def __init__(self, table: PolicyTable, now: datetime, at: Sequence[datetime]) -> None:
        self.table = table
        self.at = at
        self._now = now
        self._kept: dict[tuple[Use, int | None, int, Clearance], Decision] = {}
        self._masks: dict[Use, int] = {}

    def of(self, use: Use, slot: int | None, standing: int, clearance: Clearance) -> Decision:
        """The answer for a use of every session with that code in that slot.

        Asked as the session's own page asks: what only one role ever does, in its name.
        """
        told_apart = standing & self._mask(use)
        asking = asked_as(use, flag_of(standing), clearance)
        key = (use, slot, told_apart, asking)
        answer = self._kept.get(key)
        if answer is None:
            completed = None
            if slot is not None:
                completed = self.at[slot - 1] if slot else _BEFORE_ALL
            facts = facts_with(told_apart, completed)
            answer = decide(facts, use, clearance=asking, now=self._now, table=self.table)
            self._kept[key] = answer
        return answer

    def mask(self, uses: Iterable[Use]) -> int:
        """What of a code these uses ask about: all but the choices that none of them does."""
        mask = 0
        for use in uses:
            mask |= self._mask(use)
        return mask

    def _mask(self, use: Use) -> int:
        held = self._masks.get(use)
        if held is None:
            rows = (row for row in self.table.rows if use in row.uses)
            held = mask_for(row.scope for row in rows if row.scope is not None)
            self._masks[use] = held
        return held


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


def slot_of(standing: int, completed_at: datetime | None, at: Sequence[datetime]) -> int | None:
    """The slot of a session with that code."""
    if standing & NOT_COMPLETED or completed_at is None:
        return None
    return bisect_right(at, completed_at)


def count_by_rule(
    groups: Iterable[StandingCount], answers: Answers, use: Use
) -> tuple[RuleCount, ...]:
    """How many sessions each rule answers for that use, the most first."""
    told: Counter[tuple[str, Outcome]] = Counter()
    for group in groups:
        answer = answers.of(use, group.slot, group.standing, Clearance())
        told[(answer.rule, answer.outcome)] += group.sessions
    return tuple(
        RuleCount(rule, outcome, sessions)
        for (rule, outcome), sessions in sorted(told.items(), key=lambda each: (-each[1], each[0]))
    )


def _retention_ends(now: datetime, years: int) -> set[datetime]:
    """The completion instants round which a retention of so many calendar years ends now.

    A session of 29 February is due as one of the 28th is, so those days have ends of their
    own; and on a 29 February, all of a 28th years ago is due and nothing of 1 March.
    """
    at = now.astimezone(UTC)
    year = at.year - years
    if (at.month, at.day) not in ((2, 28), (2, 29)):
        return {at.replace(year=year)}
    ends = {at.replace(year=year, day=28), datetime(year, 3, 1, tzinfo=UTC)}
    if isleap(year):
        ends |= {datetime(year, 2, 29, tzinfo=UTC), at.replace(year=year, day=29)}
    return ends
