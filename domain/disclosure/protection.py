"""Protection: a table of counts as it may be shown, every cell a value or the reason for none."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass

from domain.disclosure.cells import ROUNDING_BASE, THRESHOLD, Cell, Shown, Suppressed, Why
from domain.disclosure.facts import NO_COUNT, Fact, Interval, Table, in_order
from domain.disclosure.patience import Patience
from domain.disclosure.search import Problem, least_loss

WIDE_ENOUGH = Interval(0, THRESHOLD)
"""What must stay possible for every fact under the threshold: nobody, and a count that may be
shown. An outsider then cannot tell that the cell is small, let alone how small. It follows that
no remainder ("total minus all that is shown") under the threshold can be computed either, since
the remainder bounds the cell from above."""


@dataclass(frozen=True, slots=True)
class Protected:
    """A table as it may be shown.

    ``told`` is what each shown cell tells an outsider, ``loss`` the people (or units) in cells
    hidden only for the sake of others, ``least`` whether surely no safe choice loses 2 % less.
    """

    cells: Mapping[Fact, Cell]
    table: Table
    told: Mapping[Fact, Interval]
    required: Mapping[Fact, Interval]
    loss: float
    least: bool
    whole: bool = True


def sensitive(table: Table) -> dict[Fact, Interval]:
    """The facts of a table of counts that are under the threshold, and what is required of them."""
    return {
        fact: WIDE_ENOUGH
        for fact in in_order(table.values)
        if table.values[fact] < THRESHOLD and NO_COUNT not in dict(fact)
    }


def rounded(value: float) -> int:
    """The count rounded to the base, halves up."""
    return int((value + ROUNDING_BASE / 2) // ROUNDING_BASE) * ROUNDING_BASE


def protect_counts(
    table: Table,
    *,
    rounding: bool = False,
    pinned: Mapping[Fact, Interval] | None = None,
    patience: Patience | None = None,
) -> Protected:
    """A table of counts of distinct participants with every cell shown or suppressed.

    With ``rounding`` the cells that are shown are multiples of 5. A shown total then no longer
    gives a remainder exactly, and fewer cells are hidden beside the small ones. ``pinned`` are
    facts of the table that were shown before, with what they told.

    Raises:
        Refused: what was shown before gives a small cell away, whatever is hidden now.
        OutOfTime: it took longer than the patience allows.
    """
    before = pinned or {}
    required = sensitive(table)
    told: dict[Fact, Interval] = {}
    for fact in table.cells:
        value = table.values[fact]
        if fact in before:
            told[fact] = before[fact]
        elif rounding and fact not in required:
            middle, half = rounded(value), ROUNDING_BASE // 2
            # A shown cell is never under the threshold, and everybody knows it.
            told[fact] = Interval(max(middle - half, THRESHOLD), middle + half)
        else:
            told[fact] = Interval(value, value)
    problem = Problem(table, required, told, frozenset(before), patience=patience)
    hidden, least = least_loss(problem)
    cells: dict[Fact, Cell] = {}
    for fact in table.cells:
        if fact in hidden:
            cells[fact] = Suppressed(Why.THRESHOLD)
        else:
            value = table.values[fact]
            cells[fact] = Shown(rounded(value) if rounding else value)
    return outcome(problem, cells, hidden, least=least)


def outcome(
    problem: Problem, cells: Mapping[Fact, Cell], hidden: Set[Fact], *, least: bool
) -> Protected:
    """The table with its cells, what they tell, and what hiding them cost."""
    return Protected(
        cells=cells,
        table=problem.table,
        told={fact: problem.told[fact] for fact in problem.table.cells if fact not in hidden},
        required=problem.required,
        loss=sum(
            problem.table.values[fact]
            for fact in in_order(hidden)
            if fact not in problem.required and fact not in problem.table.implied
        ),
        least=least,
        whole=problem.whole,
    )
