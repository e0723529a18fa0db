"""Cross tables: declared beforehand, without a ring, over categories that are known already."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from domain.crossings import CROSSINGS, REST, Crossing, crossings_of, is_forest, settled
from domain.metrics import breakdowns
from tests.domain.people import CLOSES, OPENS, WEEK


def test_the_declared_tables_make_no_ring_and_name_breakdowns_that_add_up() -> None:
    """Of a ring the tables together would say more than each of them."""
    assert is_forest(CROSSINGS)
    known = {each.name: each for each in breakdowns(OPENS + WEEK, OPENS, CLOSES)}
    for each in CROSSINGS:
        for name in (each.rows, each.columns):
            assert not known[name].several
            assert known[name].within is None
        assert each.question.endswith("?")
    ring = Crossing("country", "researchers", "A ring?")
    assert not is_forest((*CROSSINGS, ring))


def test_a_breakdown_knows_the_tables_that_it_is_in() -> None:
    assert {each.name for each in crossings_of("plan")} == {"plan by status"}
    assert {each.rows for each in crossings_of("researchers")} == {"period", "language"}
    assert crossings_of("returning") == ()


@pytest.mark.parametrize(
    ("told", "everybody", "before", "known"),
    [
        ({"a": 30, "b": 20}, 62, None, {"a": 30, "b": 20, REST: 12}),
        ({"a": 30, "b": 20}, 50, None, {"a": 30, "b": 20}),
        ({"a": 50}, 50, None, None),
        ({}, 50, None, None),
        # Settled before: they stay, whatever else is known by now.
        ({"a": 30, "b": 20, "c": 12}, 70, ("a", REST), {"a": 30, REST: 40}),
        ({"b": 20}, 70, ("a", REST), None),
        ({"a": 30, "b": 20}, 50, ("a", "b"), {"a": 30, "b": 20}),
        ({"a": 30, "b": 20}, 61, ("a", "b"), None),
    ],
)
def test_a_side_is_its_told_categories_and_the_rest(
    told: Mapping[str, int],
    everybody: int,
    before: tuple[str, ...] | None,
    known: Mapping[str, int] | None,
) -> None:
    assert settled(told, everybody, before) == known
