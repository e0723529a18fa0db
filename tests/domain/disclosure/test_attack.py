"""The attack finds exactly what can be worked out, no less."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.disclosure.attack import UNKNOWN, derive, narrowest
from domain.disclosure.facts import EVERYBODY, Fact, Interval, Relation
from domain.errors import BadInput
from tests.domain.disclosure.worlds import fact, grid

A, B, C, T = (fact(cell=name) for name in "abct")
INFINITE = float("inf")


def exactly(value: float) -> Interval:
    """What a shown cell tells."""
    return Interval(value, value)


def test_total_minus_the_rest_is_found() -> None:
    known = {T: exactly(63), B: exactly(20), C: exactly(40)}
    assert derive(known, [Relation((T,), (A, B, C))], [A]) == {A: exactly(3)}


def test_a_hidden_pair_is_known_by_its_sum_only() -> None:
    known = {T: exactly(63), C: exactly(40)}
    assert derive(known, [Relation((T,), (A, B, C))], [A, B]) == {
        A: Interval(0, 23),
        B: Interval(0, 23),
    }


def test_a_mark_that_says_small_is_knowledge_too() -> None:
    """Two cells of which one is said to be under ten, the other not: the sum then says more."""
    known = {T: exactly(13), A: Interval(0, 9), B: Interval(10, INFINITE)}
    assert derive(known, [Relation((T,), (A, B))], [A, B]) == {
        A: Interval(0, 3),
        B: Interval(10, 13),
    }


def test_nothing_limits_a_cell_when_its_total_is_hidden() -> None:
    relation = Relation((T,), (A, B))
    assert derive({B: exactly(20)}, [relation], [A, T]) == {
        A: UNKNOWN,
        T: Interval(20, INFINITE),
    }


def test_a_cell_in_no_sum_keeps_what_is_known_of_it() -> None:
    assert derive({A: Interval(10, INFINITE)}, [], [A]) == {A: Interval(10, INFINITE)}
    assert derive({A: Interval(2, 4)}, [], [A, B]) == {A: Interval(2, 4), B: UNKNOWN}


def test_asking_for_nothing_finds_nothing() -> None:
    assert derive({A: exactly(3)}, [], []) == {}


def test_counts_are_whole_numbers() -> None:
    """Three sums around a triangle: in halves of people all could be 1.5, else 1."""
    p, q, r = (fact(sum=name) for name in "pqr")
    relations = [Relation((p,), (A, B)), Relation((q,), (B, C)), Relation((r,), (A, C))]
    known = {p: Interval(0, 1), q: Interval(0, 1), r: Interval(0, 1), T: UNKNOWN}
    every = [*relations, Relation((T,), (A, B, C))]
    assert derive(known, every, [T])[T] == Interval(0, 1)
    assert derive(known, every, [T], whole=False)[T].high == pytest.approx(1.5)


@pytest.mark.parametrize(
    "known",
    [
        {T: exactly(5), A: exactly(7)},
        {T: exactly(5), A: Interval(6, 9)},
        {T: exactly(5), A: Interval(9, 6)},
    ],
)
def test_contradicting_knowledge_is_refused(
    known: dict[Fact, Interval],
) -> None:
    with pytest.raises(BadInput, match="contradicts"):
        derive(known, [Relation((T,), (A,))], [A])


def test_knowledge_that_only_whole_numbers_contradict_is_refused() -> None:
    relations = [Relation((T,), (A, B)), Relation((A,), (B,))]
    with pytest.raises(BadInput, match="contradicts"):
        derive({T: exactly(5)}, relations, [A])


def test_the_narrowest_interval_is_named() -> None:
    found = {A: Interval(0, 9), B: Interval(3, 5), C: Interval(7, 9)}
    assert narrowest(found) == (B, Interval(3, 5))
    assert narrowest({}) is None


@given(
    st.lists(st.integers(0, 4), min_size=4, max_size=4),
    st.sets(st.integers(0, 8), max_size=7),
)
@settings(max_examples=15, deadline=None)
def test_the_attack_agrees_with_trying_every_table(counts: list[int], hidden: set[int]) -> None:
    """All tables of two by two with up to twelve in a cell, against the programme."""
    table = grid([counts[:2], counts[2:]])
    cells = table.cells
    known = {
        where: exactly(table.values[where])
        for number, where in enumerate(cells)
        if number not in hidden
    }
    seen: dict[Fact, set[float]] = {where: set() for where in cells}
    for tried in product(range(13), repeat=4):
        values = _values(*tried)
        if all(each.low == values[where] for where, each in known.items()):
            for where, value in values.items():
                seen[where].add(value)
    for where, interval in derive(known, table.relations, cells).items():
        assert interval.low == min(seen[where])
        assert interval.high == max(seen[where]) or max(seen[where]) >= 12


_PLACES = [
    *(fact(country=country, plan=plan) for country in ("c0", "c1") for plan in ("p0", "p1")),
    *(fact(country=country) for country in ("c0", "c1")),
    *(fact(plan=plan) for plan in ("p0", "p1")),
    EVERYBODY,
]


def _values(a: int, b: int, c: int, d: int) -> dict[Fact, int]:
    """The nine cells of a grid of two by two."""
    return dict(zip(_PLACES, (a, b, c, d, a + b, c + d, a + c, b + d, a + b + c + d), strict=True))
