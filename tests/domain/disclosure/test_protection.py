"""What is hidden stays hidden, and no more is hidden than that takes."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings

from domain.disclosure.attack import derive
from domain.disclosure.cells import Shown, Suppressed, Why
from domain.disclosure.facts import EVERYBODY, Interval, Relation, Table
from domain.disclosure.protection import WIDE_ENOUGH, protect_counts, rounded, sensitive
from domain.disclosure.search import Problem, least_loss
from domain.disclosure.tables import Dimension, cross_table, linked, running_total
from domain.errors import Refused
from tests.domain.disclosure.worlds import fact, grid, grids, row, shown


@given(grids())
@settings(max_examples=60, deadline=None)
def test_no_outsider_can_tell_a_small_count_from_one_that_may_be_shown(table: Table) -> None:
    view = protect_counts(table)
    derived = derive(view.told, table.relations, list(sensitive(table)))
    assert all(interval.covers(WIDE_ENOUGH) for interval in derived.values())
    assert all(value >= 10 for value in shown(view).values())
    assert set(view.cells) == set(table.cells)


@given(grids())
@settings(max_examples=40, deadline=None)
def test_no_remainder_under_the_threshold_can_be_subtracted(table: Table) -> None:
    """Total minus all that is shown of its parts: the attack that people do in their heads."""
    seen = shown(protect_counts(table))
    for relation in table.relations:
        (whole,) = relation.whole
        hidden = [part for part in relation.parts if part not in seen]
        if whole in seen and hidden:
            assert sum(table.values[part] for part in hidden) >= 10


@given(grids(3, 3))
@settings(max_examples=25, deadline=None)
def test_rounded_tables_keep_small_counts_as_uncertain(table: Table) -> None:
    view = protect_counts(table, rounding=True)
    derived = derive(view.told, table.relations, list(sensitive(table)))
    assert all(interval.covers(WIDE_ENOUGH) for interval in derived.values())
    assert all(value % 5 == 0 and value >= 10 for value in shown(view).values())
    assert all(
        view.told[where].low <= table.values[where] <= view.told[where].high for where in view.told
    )


@given(grids(2, 3))
@settings(max_examples=12, deadline=None)
def test_no_safe_choice_loses_clearly_fewer_people(table: Table) -> None:
    view = protect_counts(table)
    assert view.least
    required = sensitive(table)
    large = [where for where in table.cells if where not in required]
    for size in range(len(large) + 1):
        for choice in combinations(large, size):
            if sum(table.values[where] for where in choice) < 0.98 * view.loss:
                known = {
                    where: Interval(table.values[where], table.values[where])
                    for where in large
                    if where not in choice
                }
                derived = derive(known, table.relations, list(required))
                assert not all(each.covers(WIDE_ENOUGH) for each in derived.values())


@given(grids())
@settings(max_examples=20, deadline=None)
def test_the_same_counts_give_the_same_cells(table: Table) -> None:
    turned = Table(dict(reversed(table.values.items())), tuple(reversed(table.relations)))
    assert protect_counts(table).loss == pytest.approx(protect_counts(turned).loss, rel=0.05)
    assert (
        protect_counts(table).cells
        == protect_counts(Table(dict(reversed(table.values.items())), table.relations)).cells
    )


def test_a_lone_small_cell_takes_the_least_company_that_is_enough() -> None:
    view = protect_counts(row({"a": 3, "b": 20, "c": 40}))
    assert view.cells[fact(country="a")] == Suppressed(Why.THRESHOLD)
    assert view.cells[fact(country="b")] == Suppressed(Why.THRESHOLD)
    assert shown(view) == {fact(country="c"): 40, EVERYBODY: 63}
    assert view.loss == 20


def test_small_and_neighbouring_cells_carry_the_same_mark() -> None:
    cells = protect_counts(grid([[3, 30, 40], [50, 60, 70], [80, 90, 95]])).cells
    marks = {cell for cell in cells.values() if isinstance(cell, Suppressed)}
    assert marks == {Suppressed(Why.THRESHOLD)}
    assert "fewer than 10 people" in Suppressed(Why.THRESHOLD).sentence


def test_a_zero_is_hidden_like_any_small_count() -> None:
    view = protect_counts(row({"a": 0, "b": 50, "c": 60}))
    assert shown(view) == {fact(country="c"): 60, EVERYBODY: 110}


def test_two_hidden_zeros_do_not_protect_each_other() -> None:
    """Their remainder is zero, which says that both are."""
    view = protect_counts(row({"a": 0, "b": 0, "c": 50, "d": 60}))
    assert shown(view) == {fact(country="d"): 60, EVERYBODY: 110}


def test_small_cells_that_add_up_to_nine_need_company() -> None:
    view = protect_counts(row({"a": 4, "b": 5, "c": 50, "d": 60}))
    assert fact(country="c") not in shown(view)


def test_small_cells_that_add_up_to_ten_are_company_enough() -> None:
    assert protect_counts(row({"a": 5, "b": 5, "c": 50})).loss == 0


def test_a_table_of_fewer_than_ten_people_shows_nothing() -> None:
    view = protect_counts(row({"a": 3, "b": 4}))
    assert shown(view) == {}


def test_a_lone_small_cell_of_a_grid_makes_a_rectangle() -> None:
    view = protect_counts(grid([[3, 30, 40], [50, 60, 70], [80, 90, 95]]))
    hidden = {where for where, cell in view.cells.items() if isinstance(cell, Suppressed)}
    assert hidden == {
        fact(country=country, plan=plan) for country in ("c0", "c1") for plan in ("p0", "p1")
    }


def test_weeks_of_a_running_total_do_not_subtract_to_a_small_week() -> None:
    weeks = [(fact(week="1"), 30), (fact(week="2"), 33), (fact(week="3"), 60)]
    assert set(shown(protect_counts(running_total(weeks)))) == {fact(week="2"), fact(week="3")}


def test_a_study_overlap_of_few_people_hides_what_would_give_it_away() -> None:
    studies = Dimension("study", ("a", "b"), several=True)
    counts = {fact(study="a"): 40, fact(study="b"): 50, EVERYBODY: 88}
    assert len(shown(protect_counts(cross_table([studies], counts)))) < 3
    counts[EVERYBODY] = 75
    assert len(shown(protect_counts(cross_table([studies], counts)))) == 3


def test_three_dimensions_are_protected_together() -> None:
    dimensions = [Dimension(name, ("x", "y", "z")) for name in "abc"]
    counts = {
        frozenset({("a", a), ("b", b), ("c", c)}): 3 + (7 * i + 5 * j + 11 * k) % 40
        for i, a in enumerate("xyz")
        for j, b in enumerate("xyz")
        for k, c in enumerate("xyz")
    }
    table = cross_table(dimensions, counts)
    view = protect_counts(table)
    derived = derive(view.told, table.relations, list(sensitive(table)))
    assert 0 < len(derived) < len(table.cells)
    assert all(interval.covers(WIDE_ENOUGH) for interval in derived.values())
    assert EVERYBODY in shown(view)


def test_what_was_shown_before_is_not_hidden_again() -> None:
    table = row({"a": 3, "b": 20, "c": 40})
    before = {fact(country="b"): Interval(20, 20)}
    assert set(shown(protect_counts(table, pinned=before))) == {fact(country="b"), EVERYBODY}


def test_a_table_is_refused_when_what_was_shown_before_gives_it_away() -> None:
    table = row({"a": 3, "b": 20})
    before = {fact(country="b"): Interval(20, 20), EVERYBODY: Interval(23, 23)}
    with pytest.raises(Refused, match="give a small count away"):
        protect_counts(table, pinned=before)


def test_cells_elsewhere_do_not_save_a_table_that_was_given_away() -> None:
    table = linked(row({"a": 3, "b": 20}), Table({fact(plan="free"): 50}, ()))
    before = {fact(country="b"): Interval(20, 20), EVERYBODY: Interval(23, 23)}
    with pytest.raises(Refused, match="give a small count away"):
        protect_counts(table, pinned=before)


def test_a_choice_safe_in_halves_of_people_only_is_not_safe() -> None:
    """Three sums of up to seven around a triangle: in halves all could be 10.5, in people 10."""
    a, b, c, p, q, r, t = (fact(cell=name) for name in "abcpqrt")
    table = Table(
        {a: 1, b: 1, c: 1, p: 2, q: 2, r: 2, t: 3},
        (
            Relation((p,), (a, b)),
            Relation((q,), (b, c)),
            Relation((r,), (a, c)),
            Relation((t,), (a, b, c)),
        ),
        frozenset({a, b, c, t}),
    )
    told = {each: Interval(0, 7) for each in (p, q, r)}
    wanted = {t: Interval(0, 10.4)}
    in_halves, _ = least_loss(Problem(table, wanted, told, whole=False))
    in_people, least = least_loss(Problem(table, wanted, told))
    assert in_halves == table.implied
    assert len(in_people) == len(table.implied) + 1
    assert least


def test_an_unfinished_search_still_gives_a_safe_choice() -> None:
    table = grid([[3, 30, 40], [50, 60, 70], [80, 90, 95]])
    required = sensitive(table)
    hidden, least = least_loss(Problem(table, required, {}), rounds=0)
    known = {
        where: Interval(table.values[where], table.values[where])
        for where in table.cells
        if where not in hidden
    }
    derived = derive(known, table.relations, list(required))
    assert not least
    assert derived[fact(country="c0", plan="p0")].covers(WIDE_ENOUGH)


@pytest.mark.parametrize(("count", "multiple"), [(10, 10), (12, 10), (13, 15), (17, 15), (18, 20)])
def test_counts_are_rounded_to_the_nearest_multiple_of_five(count: int, multiple: int) -> None:
    assert rounded(count) == multiple
    assert protect_counts(row({"a": count})).cells[EVERYBODY] == Shown(count)
