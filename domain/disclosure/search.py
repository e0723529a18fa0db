"""The search for the least loss of shown cells for which no outsider works out a sensitive fact.

Suppression is a choice of cells; a choice is safe when for every sensitive fact the attack's
interval covers what is required of it. The choice of least loss is found by cutting planes, as
in the literature on cell suppression (Fischetti and Salazar, Management Science 47, 2001): a
master programme proposes a choice, the attack is run on it, and each success of the attack gives
an inequality that every safe choice obeys. The first proposal that withstands is the optimum, to
within the gap that each proposal is allowed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp

from domain.disclosure.facts import Fact, Interval, Table
from domain.disclosure.patience import Patience
from domain.disclosure.programme import End, System, Vector, ends
from domain.errors import Refused

Choice = NDArray[np.bool_]

_ROUNDS = 16
"""After so many proposals cells are only added to the choice: still safe, but not surely least."""

_NODES = 100
"""Branches that one proposal may cost. A count and not a time, so that the answer never varies."""

_GAP = 0.02
"""A proposal may lose this share more than the least: proving the last of it takes the longest."""

_AT_ONCE = 48
"""So many ends are asked for before looking which others the answers have settled already."""

_SLACK = 1e-3


@dataclass(frozen=True, slots=True)
class Problem:
    """What is to be protected, and how far each value may be told.

    ``required`` is the interval that must stay possible for each sensitive fact; ``told`` what a
    shown cell tells (its value where it is not named); ``pinned`` were shown before and cannot be
    taken back; ``whole`` is True for counts, which an outsider knows to be whole numbers;
    ``patience`` is how long it may take, for ever if None.
    """

    table: Table
    required: Mapping[Fact, Interval]
    told: Mapping[Fact, Interval]
    pinned: frozenset[Fact] = frozenset()
    whole: bool = True
    patience: Patience | None = None


@dataclass(frozen=True, slots=True)
class _Cut:
    """An inequality of every safe choice: the gains of what it hides reach ``enough``."""

    gains: Vector
    enough: float


def least_loss(problem: Problem, *, rounds: int = _ROUNDS) -> tuple[frozenset[Fact], bool]:
    """The facts to hide, and whether surely no safe choice loses 2 % less (in people or units).

    Raises:
        Refused: even with everything hidden that can be, a sensitive fact is given away.
        OutOfTime: it took longer than the patience allows.
    """
    search = _Search(problem)
    cuts = search.company()
    hidden = search.must
    for _ in range(rounds):
        found = search.attack(hidden)
        if not found:
            return search.facts_of(hidden), search.proven
        cuts += found
        proposal = search.proposal(cuts)
        if proposal is None:
            break
        hidden = proposal
    while found := search.attack(hidden):
        gains = np.sum([cut.gains for cut in found], axis=0) * (search.open & ~hidden)
        if not gains.any():
            raise Refused(
                "These cells cannot be shown: together with what was shown before they, or "
                "those alone, would give a small count away.",
                rule="aggregates.ledger",
                remedy="Ask for a breakdown of this snapshot that was declared beforehand.",
            )
        hidden = hidden.copy()
        hidden[int(np.argmax(search.worth(gains)))] = True
    return search.facts_of(hidden), False


class _Search:
    """One problem as columns: values, bounds, and which cells must or may be hidden."""

    def __init__(self, problem: Problem) -> None:
        table = problem.table
        self._problem = problem
        self._system = System.of(tuple(table.values), table.relations)
        facts = self._system.facts
        self._values: Vector = np.array([table.values[fact] for fact in facts], dtype=np.float64)
        told = [
            problem.told.get(fact, Interval(table.values[fact], table.values[fact]))
            for fact in facts
        ]
        self._told_low: Vector = np.array([each.low for each in told], dtype=np.float64)
        self._told_high: Vector = np.array([each.high for each in told], dtype=np.float64)
        may = np.array([fact not in problem.pinned for fact in facts], dtype=np.bool_)
        self._sensitive: Choice = np.array([fact in problem.required for fact in facts])
        wanted = [fact in table.implied or fact in problem.required for fact in facts]
        self.must: Choice = may & np.array(wanted, dtype=np.bool_)
        self.open: Choice = may & ~self.must
        self.proven = True
        # Hidden values are searched no further than this, as if outsiders knew a little more.
        most = max((each.high for each in problem.required.values()), default=0.0)
        self._reach = 2 * (float(self._values.max(initial=0.0)) + most)

    def facts_of(self, hidden: Choice) -> frozenset[Fact]:
        """The facts that the choice hides."""
        return frozenset(fact for fact, out in zip(self._system.facts, hidden, strict=True) if out)

    def worth(self, gains: Vector) -> Vector:
        """What each cell's hiding gains for each person that it loses."""
        return gains / (1.0 + self._values)

    def attack(self, hidden: Choice) -> list[_Cut]:
        """A cut for each end of a sensitive fact that this choice does not reach; none if safe."""
        low = np.where(hidden, 0.0, self._told_low)
        high = np.where(hidden, self._reach, self._told_high)
        least, greatest = self._values.copy(), self._values.copy()
        asked = [
            (self._system.column[fact], sign, goal)
            for fact, interval in self._problem.required.items()
            for sign, goal in ((1, interval.low), (-1, interval.high))
        ]
        cuts: list[_Cut] = []
        while asked:
            # Any answer is a whole set of values, and so shows how far other facts can go too.
            asked = [
                (column, sign, goal)
                for column, sign, goal in asked
                if (least[column] > goal + _SLACK if sign > 0 else greatest[column] < goal - _SLACK)
            ]
            batch, asked = asked[:_AT_ONCE], asked[_AT_ONCE:]
            wanted = [(column, sign) for column, sign, _ in batch]
            problem = self._problem
            answers = ends(
                self._system, low, high, wanted, whole=problem.whole, patience=problem.patience
            )
            for (column, sign, goal), end in zip(batch, answers, strict=True):
                np.minimum(least, end.point, out=least)
                np.maximum(greatest, end.point, out=greatest)
                if sign * (end.value - goal) > _SLACK:
                    cuts.append(self._cut(hidden, column, sign, goal, end))
        return cuts

    def _cut(self, hidden: Choice, column: int, sign: int, goal: float, end: End) -> _Cut:
        """What every choice must hide for the fact to reach the goal, by the prices of the end."""
        costs: Vector = -np.asarray(self._system.rows.T @ end.prices, dtype=np.float64)
        costs[column] += sign
        down, up = np.maximum(costs, 0.0), np.maximum(-costs, 0.0)
        told = down * (self._values - self._told_low) + up * (self._told_high - self._values)
        gains = down * self._told_low + up * (self._reach - self._told_high)
        enough = abs(goal - self._values[column]) - float(told.sum())
        enough -= float(gains[self.must].sum())
        gains = np.where(self.open, np.clip(gains, 0.0, max(enough, 0.0)), 0.0)
        gains[gains < _SLACK] = 0.0
        if enough > _SLACK and float(gains[hidden].sum()) < enough - _SLACK:
            return _Cut(gains / enough, 1.0)
        # Only whole numbers gave the fact away: some cell beyond this choice must be hidden.
        return _Cut(np.where(self.open & ~hidden, 1.0, 0.0), 1.0)

    def company(self) -> list[_Cut]:
        """Where shown values are told in full: no cell is hidden alone in a sum.

        It would be the total minus the rest. A choice of least loss has no such cell, since
        showing it would tell nothing more. Rounded sums leave room, and have no such rule.
        """
        if (self._told_low < self._told_high).any():
            return []
        cuts: list[_Cut] = []
        rows = self._system.rows
        for start, stop in pairwise(rows.indptr):
            facts = rows.indices[start:stop]
            hidden = facts[self.must[facts]]
            if len(hidden) > 1 or (len(hidden) == 1 and not self._sensitive[hidden[0]]):
                continue
            alone = hidden if len(hidden) else facts[self.open[facts]]
            for fact in alone:
                gains = np.zeros(len(self._values))
                gains[facts] = self.open[facts]
                gains[fact] = 0.0 if len(hidden) else -1.0
                cuts.append(_Cut(gains, float(len(hidden))))
        return cuts

    def _options(self) -> Any:
        patience = self._problem.patience
        options: dict[str, int | float] = {"node_limit": _NODES, "mip_rel_gap": _GAP}
        # Without a proposal the search only adds cells, and the next attack finds the time gone.
        return options if patience is None else options | {"time_limit": patience.left()}

    def proposal(self, cuts: list[_Cut]) -> Choice | None:
        """The choice of least loss that obeys the cuts; None if none was found."""
        columns = np.flatnonzero(self.open)
        if not len(columns):
            return None
        result = milp(
            self._values[columns],
            integrality=np.ones(len(columns), dtype=np.int64),
            bounds=Bounds(0, 1),
            constraints=LinearConstraint(
                np.array([cut.gains[columns] for cut in cuts]), lb=[cut.enough for cut in cuts]
            ),
            options=self._options(),
        )
        if result.x is None:
            return None
        self.proven = self.proven and result.status == 0
        chosen = self.must.copy()
        chosen[columns] = np.asarray(result.x) > 0.5
        return chosen
