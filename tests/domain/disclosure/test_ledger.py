"""Views that are each safe and together are not: the second is protected around, or refused."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.disclosure.cells import Shown
from domain.disclosure.facts import EVERYBODY, Interval, Table
from domain.disclosure.ledger import Ledger, admit, attacked, guarded, may_show
from domain.disclosure.protection import WIDE_ENOUGH, protect_counts, sensitive
from domain.disclosure.tables import Dimension, as_of, cross_table
from domain.errors import BadInput, Refused
from tests.domain.disclosure.worlds import fact, grids, row, shown

PLANS = Dimension("plan", ("free", "pro"))
ALL_PLANS = Dimension("plan", ("free", "max", "pro"))


def test_an_empty_ledger_takes_a_protected_table() -> None:
    ledger = admit(Ledger(), protect_counts(row({"a": 3, "b": 20, "c": 40})))
    assert ledger.told == {fact(country="c"): Interval(40, 40), EVERYBODY: Interval(63, 63)}
    assert attacked(ledger) == {
        fact(country="a"): Interval(0, 23),
        fact(country="b"): Interval(0, 23),
    }


def test_a_view_without_small_counts_has_nothing_to_open() -> None:
    verdict = may_show(Ledger(), protect_counts(row({"a": 30, "b": 20})))
    assert (verdict.allowed, verdict.reason, verdict.closest) == (True, "", None)


def test_a_cell_hidden_beside_a_small_one_is_not_shown_by_the_next_chart() -> None:
    """The first chart hides b beside a; a second chart of b alone would give a away."""
    first = row({"a": 3, "b": 20, "c": 40})
    ledger = admit(Ledger(), protect_counts(first))
    second = cross_table(
        [PLANS],
        {fact(country="b", plan="free"): 10, fact(country="b", plan="pro"): 10},
        within=fact(country="b"),
    )
    alone = protect_counts(second)
    assert alone.cells[fact(country="b")] == Shown(20)
    verdict = may_show(ledger, alone)
    assert not verdict.allowed
    assert verdict.reason == (
        "Together with what was shown before, this view would reveal a hidden count."
    )
    assert verdict.closest == (fact(country="a"), Interval(3, 3))
    with pytest.raises(Refused, match=r"aggregates\.ledger"):
        admit(ledger, alone)
    around = guarded(ledger, second)
    assert fact(country="b") not in shown(around)
    assert may_show(admit(ledger, around), around).allowed


def test_two_filters_do_not_subtract_to_a_small_cell() -> None:
    """Everybody in a, then those in a on the paid plan: five are left, whom no chart counts."""
    ledger = admit(Ledger(), protect_counts(row({"a": 17, "b": 120})))
    paid = cross_table(
        [Dimension("country", ("a", "b"))],
        {fact(country="a", plan="pro"): 12, fact(country="b", plan="pro"): 60},
        within=fact(plan="pro"),
    )
    verdict = may_show(ledger, protect_counts(paid))
    assert not verdict.allowed
    assert "would reveal a count under the threshold" in verdict.reason
    around = guarded(ledger, paid)
    assert fact(country="a", plan="pro") not in shown(around)
    assert fact(country="b", plan="pro") not in shown(around) or fact(plan="pro") not in shown(
        around
    )
    assert may_show(ledger, around).allowed


def test_three_filters_do_not_subtract_to_the_category_that_none_of_them_is() -> None:
    """All, the free and the paid, each asked for alone, leave four on the third plan."""
    ledger = Ledger(dimensions=(ALL_PLANS,))
    for where, count in ((EVERYBODY, 84), (fact(plan="free"), 40)):
        ledger = admit(ledger, protect_counts(Table({where: count}, ())))
    last = protect_counts(Table({fact(plan="pro"): 40}, ()))
    assert not may_show(ledger, last).allowed
    assert may_show(ledger, protect_counts(Table({fact(plan="max"): 4}, ()))).allowed


def test_a_small_view_that_all_before_it_leaves_open_stays_hidden() -> None:
    """With the third plan's cell in the ledger, unseen, the sum is whole without a rest."""
    ledger = Ledger(dimensions=(ALL_PLANS, Dimension("study", ("x", "y"), several=True)))
    values = {EVERYBODY: 84, fact(plan="free"): 40, fact(plan="max"): 4}
    ledger = admit(ledger, guarded(ledger, Table(values, ())))
    with pytest.raises(Refused):
        admit(ledger, protect_counts(Table({fact(plan="pro"): 40}, ())))


def test_a_cell_larger_than_one_that_holds_it_is_refused() -> None:
    ledger = admit(Ledger(), protect_counts(Table({EVERYBODY: 30}, ())))
    with pytest.raises(BadInput, match="more people than another"):
        may_show(ledger, protect_counts(Table({fact(plan="free"): 31}, ())))


def test_two_snapshots_do_not_subtract_to_the_few_who_joined() -> None:
    ledger = admit(Ledger(), protect_counts(as_of(row({"a": 30, "b": 40}), "2026-11-16")))
    later = as_of(row({"a": 33, "b": 60}), "2026-11-23")
    assert not may_show(ledger, protect_counts(later)).allowed
    around = guarded(ledger, later)
    assert fact(country="a", snapshot="2026-11-23") not in shown(around)
    assert may_show(ledger, around).allowed


def test_a_snapshot_in_which_many_joined_everywhere_is_shown_whole() -> None:
    ledger = admit(Ledger(), protect_counts(as_of(row({"a": 30, "b": 40}), "2026-11-16")))
    later = as_of(row({"a": 50, "b": 60}), "2026-11-23")
    assert len(shown(guarded(ledger, later))) == 3


def test_a_view_of_another_count_for_the_same_cell_is_refused() -> None:
    ledger = admit(Ledger(), protect_counts(row({"a": 30})))
    with pytest.raises(BadInput, match="two tables differ"):
        may_show(ledger, protect_counts(row({"a": 31})))


def test_a_table_that_earlier_views_give_away_is_refused_whole() -> None:
    """The total and country b were told by something that kept no ledger; now a is asked for."""
    told = {fact(country="b"): Interval(20, 20), EVERYBODY: Interval(23, 23)}
    ledger = Ledger(table=Table({fact(country="b"): 20, EVERYBODY: 23}, ()), told=told)
    with pytest.raises(Refused, match="give a small count away"):
        guarded(ledger, row({"a": 3, "b": 20}))


@given(grids(3, 3), st.booleans())
@settings(max_examples=30, deadline=None)
def test_whatever_is_asked_next_nothing_hidden_opens(table: Table, rounding: bool) -> None:
    """The rows first, then the whole grid, then the rows again."""
    ledger = Ledger(rounding=rounding)
    rows = {c: int(table.values[c]) for c in table.cells if len(c) == 1 and "country" in dict(c)}
    first = cross_table([Dimension("country", tuple(dict(c)["country"] for c in rows))], rows)
    for each in (first, table, first):
        view = guarded(ledger, each)
        ledger = admit(ledger, view)
        assert set(view.cells) == set(each.cells)
    intervals = attacked(ledger)
    assert all(intervals[small].covers(WIDE_ENOUGH) for small in sensitive(ledger.table))
