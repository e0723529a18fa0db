"""Tables to protect, drawn by Hypothesis or written out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hypothesis import strategies as st

from domain.disclosure.cells import Shown
from domain.disclosure.facts import Fact, Table
from domain.disclosure.protection import Protected
from domain.disclosure.tables import Dimension, cross_table

COUNTS = st.one_of(st.integers(0, 14), st.integers(0, 80))


def fact(**predicates: str) -> Fact:
    """The fact with these predicates."""
    return frozenset(predicates.items())


def row(counts: Mapping[str, int]) -> Table:
    """A table of one dimension, ``country``, with its total."""
    dimension = Dimension("country", tuple(counts))
    return cross_table([dimension], {fact(country=name): n for name, n in counts.items()})


def grid(rows: Sequence[Sequence[int]]) -> Table:
    """A table of ``country`` (the rows) by ``plan``, with both margins and the total."""
    countries = tuple(f"c{number}" for number in range(len(rows)))
    plans = tuple(f"p{number}" for number in range(len(rows[0])))
    counts = {
        fact(country=country, plan=plan): count
        for country, line in zip(countries, rows, strict=True)
        for plan, count in zip(plans, line, strict=True)
    }
    return cross_table([Dimension("country", countries), Dimension("plan", plans)], counts)


def grids(height: int = 4, width: int = 4) -> st.SearchStrategy[Table]:
    """Any small table of two dimensions, with many counts near the threshold."""
    return st.tuples(st.integers(1, height), st.integers(1, width)).flatmap(
        lambda size: st.lists(
            st.lists(COUNTS, min_size=size[1], max_size=size[1]),
            min_size=size[0],
            max_size=size[0],
        ).map(grid)
    )


def shown(view: Protected) -> dict[Fact, float]:
    """The values on the screen."""
    return {where: cell.value for where, cell in view.cells.items() if isinstance(cell, Shown)}
