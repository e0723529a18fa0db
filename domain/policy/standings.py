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

from domain.policy.dates import retention_due_at, versions_near
from domain.policy.decision import Decision, Outcome
from domain.policy.engine import decide
from domain.policy.facts import Clearance
from domain.policy.overview import asked_as
from domain.policy.standing_codes import NOT_COMPLETED, facts_with, flag_of, mask_for
from domain.policy.table import PolicyTable
from domain.policy.uses import Use
from domain.vocabulary import PolicyVersion

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


#: Which policies may govern a completion instant, and under which of them its retention ended;
#: None for what was not completed. Where it is the same, a table answers the same.
Alike = tuple[tuple[PolicyVersion | None, ...], tuple[bool, ...]] | None
_Remembered = dict[tuple[Use, Alike, Clearance], dict[int, Decision]]
#: What the tables asked last have answered, the last one first. Answers hold nothing of anybody's,
#: and a table never changes; asking one anew at each click was most of what a list cost.
_ANSWERED: list[tuple[PolicyTable, _Remembered]] = []
_TABLES_KEPT = 4
#: More than any list asks about; beyond it a table is forgotten and asked anew.
_KINDS_KEPT = 5_000


def _remembered(table: PolicyTable) -> _Remembered:
    for held, answers in list(_ANSWERED):
        if held is table and len(answers) <= _KINDS_KEPT:
            return answers
    fresh: _Remembered = {}
    _ANSWERED[:] = [(table, fresh), *(each for each in _ANSWERED if each[0] is not table)][
        :_TABLES_KEPT
    ]
    return fresh


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
        self._remembered = _remembered(table)
        self._alike: dict[int | None, Alike] = {}
        self._masks: dict[Use, int] = {}

    def of(self, use: Use, slot: int | None, standing: int, clearance: Clearance) -> Decision:
        """The answer for a use of every session with that code in that slot.

        Asked as the session's own page asks: what only one role ever does, in its name.
        """
        told_apart = standing & self._mask(use)
        asking = asked_as(use, flag_of(standing), clearance)
        alike = self._alike.get(slot)
        if alike is None:
            alike = self._alike[slot] = self._alike_in(slot)
        kept = self._remembered.setdefault((use, alike, asking), {})
        answer = kept.get(told_apart)
        if answer is None:
            facts = facts_with(told_apart, self._completed_in(slot))
            answer = decide(facts, use, clearance=asking, now=self._now, table=self.table)
            kept[told_apart] = answer
        return answer

    def _completed_in(self, slot: int | None) -> datetime | None:
        if slot is None:
            return None
        return self.at[slot - 1] if slot else _BEFORE_ALL

    def _alike_in(self, slot: int | None) -> Alike:
        """All that a table asks of a completion instant and of the moment it is asked at."""
        completed = self._completed_in(slot)
        if completed is None:
            return None
        dues = (retention_due_at(version, completed) for version in self.table.versions)
        return (
            tuple(
                None if version is None else version.id
                for version in versions_near(self.table, completed)
            ),
            tuple(due is not None and due <= self._now for due in dues),
        )

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
