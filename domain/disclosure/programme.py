"""Linear programmes over facts: the furthest that some of them can go while all sums hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_array, identity, kron

from domain.disclosure.facts import Fact, Relation, in_order
from domain.disclosure.patience import OutOfTime, Patience
from domain.errors import BadInput

Vector = NDArray[np.float64]

_COLUMNS_AT_ONCE = 12_000
"""So many columns are solved in one call: HiGHS takes longer to start than to solve a few."""

_WHOLE_ENOUGH = 1e-6

_LIMIT_REACHED = 1

#: The stubs know neither sparse rows nor bounds as an array, both of which SciPy documents.
_SOLVE: Callable[..., Any] = linprog


@dataclass(frozen=True, slots=True)
class System:
    """The facts as columns, in order, and the sums as rows that come to zero."""

    facts: tuple[Fact, ...]
    column: dict[Fact, int]
    rows: csr_array[np.float64]

    @classmethod
    def of(cls, facts: Sequence[Fact], relations: Sequence[Relation]) -> System:
        """The system of these facts and of all that the relations name."""
        ordered = in_order([*facts, *(fact for each in relations for fact in each.facts)])
        column = {fact: number for number, fact in enumerate(ordered)}
        entries = sorted(
            {
                (row, column[fact], sign)
                for row, relation in enumerate(relations)
                for sign, side in ((1.0, relation.whole), (-1.0, relation.parts))
                for fact in side
            }
        )
        data = [sign for _, _, sign in entries]
        places = ([row for row, _, _ in entries], [number for _, number, _ in entries])
        shape = (len(relations), len(ordered))
        return cls(ordered, column, csr_array((data, places), shape=shape, dtype=np.float64))


@dataclass(frozen=True, slots=True)
class End:
    """One end of a fact's interval: its value, a whole set of values that has it, and prices.

    ``point`` holds a value for every fact. ``prices`` holds for every sum what the end would gain
    if that sum were off by one: the proof that no set of values goes further.
    """

    value: float
    point: Vector
    prices: Vector


def ends(
    system: System,
    low: Vector,
    high: Vector,
    wanted: Sequence[tuple[int, int]],
    *,
    whole: bool,
    patience: Patience | None = None,
) -> list[End]:
    """The least (sign 1) or greatest (sign -1) value of each wanted column within the bounds.

    All bounds must be finite. With ``whole`` the answer is the one in whole numbers: where the
    linear answer is not whole already, it is searched again as an integer programme.

    Raises:
        BadInput: no set of values agrees with the bounds and the sums.
        OutOfTime: it took longer than the patience allows.
    """
    if not (low <= high).all():
        raise _contradiction()
    free = np.flatnonzero(low < high)
    fixed = np.where(low == high, low, 0.0)
    reduced = csr_array(system.rows[:, free])
    active = np.flatnonzero(np.diff(reduced.indptr))
    sides = -(system.rows @ fixed)
    resting = np.ones(len(sides), dtype=bool)
    resting[active] = False
    if np.abs(sides[resting]).max(initial=0.0) > _WHOLE_ENOUGH:
        raise _contradiction()
    reduced, sides = csr_array(reduced[active]), sides[active]
    where = {int(number): position for position, number in enumerate(free)}
    found: list[End] = []
    step = max(1, _COLUMNS_AT_ONCE // max(1, len(free)))
    for start in range(0, len(wanted), step):
        batch = wanted[start : start + step]
        costs = np.zeros((len(batch), len(free)))
        for block, (number, sign) in enumerate(batch):
            if number in where:
                costs[block, where[number]] = sign
        points, prices = _solved(
            reduced, sides, low[free], high[free], costs, whole=whole, patience=patience
        )
        for (number, _), point, price in zip(batch, points, prices, strict=True):
            complete = fixed.copy()
            complete[free] = point
            all_prices = np.zeros(system.rows.shape[0])
            all_prices[active] = price
            found.append(End(float(complete[number]), complete, all_prices))
    return found


def _solved(
    rows: csr_array[np.float64],
    sides: Vector,
    low: Vector,
    high: Vector,
    costs: Vector,
    *,
    whole: bool,
    patience: Patience | None,
) -> tuple[Vector, Vector]:
    """For each row of costs the point that costs least, and the prices of the sums there."""
    blocks, width = costs.shape
    if not width:
        return np.zeros((blocks, 0)), np.zeros((blocks, len(sides)))
    bounds = np.column_stack([np.tile(low, blocks), np.tile(high, blocks)])
    equal = (
        {
            "A_eq": csr_array(kron(identity(blocks), rows, format="csr")),
            "b_eq": np.tile(sides, blocks),
        }
        if len(sides)
        else {}
    )
    result = _SOLVE(
        costs.ravel(), bounds=bounds, method="highs", options=_options(patience), **equal
    )
    _check(result.status)
    points = np.asarray(result.x, dtype=np.float64).reshape(blocks, width)
    prices = np.zeros((blocks, len(sides)))
    if len(sides):
        prices = np.asarray(result.eqlin.marginals, dtype=np.float64).reshape(blocks, len(sides))
    if whole:
        broken = np.abs(points - np.round(points)).max(axis=1) > _WHOLE_ENOUGH
        for block in np.flatnonzero(broken):
            again = _SOLVE(
                costs[block],
                bounds=np.column_stack([low, high]),
                method="highs",
                integrality=np.ones(width, dtype=np.int64),
                A_eq=rows,
                b_eq=sides,
                options=_options(patience),
            )
            _check(again.status)
            points[block] = again.x
        points = np.round(points)
    return points, prices


def _options(patience: Patience | None) -> dict[str, float]:
    return {} if patience is None else {"time_limit": patience.left()}


def _check(status: int) -> None:
    if status == _LIMIT_REACHED:
        raise OutOfTime
    if status != 0:
        raise _contradiction()


def _contradiction() -> BadInput:
    return BadInput(
        "What is said to be known of these cells contradicts the sums between them. "
        "Check that all counts come from the same frozen snapshot."
    )
