"""Percentages, medians and sums hide where the counts behind them would."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.disclosure.attack import derive
from domain.disclosure.cells import Shown, Suppressed, Why
from domain.disclosure.facts import EVERYBODY, Fact
from domain.disclosure.quantiles import guarded_quantile
from domain.disclosure.shares import percentage
from domain.disclosure.sums import dominated, protect_sums, too_close
from domain.disclosure.tables import Dimension, cross_table
from domain.errors import BadInput
from tests.domain.disclosure.worlds import fact, shown

HIDDEN = Suppressed(Why.THRESHOLD)


def test_a_percentage_of_two_shown_counts_is_whole() -> None:
    assert percentage(Shown(20), Shown(60)) == Shown(33)


@pytest.mark.parametrize(("part", "whole"), [(HIDDEN, Shown(60)), (Shown(20), HIDDEN)])
def test_a_percentage_of_a_suppressed_count_is_suppressed(
    part: Shown | Suppressed, whole: Shown | Suppressed
) -> None:
    assert percentage(part, whole) == HIDDEN


@pytest.mark.parametrize(("part", "whole"), [(98, 100), (100, 100), (2, 100), (0, 100), (0, 0)])
def test_a_percentage_that_tells_a_small_count_or_rest_is_suppressed(part: int, whole: int) -> None:
    assert percentage(Shown(part), Shown(whole)) == Suppressed(Why.SHARE)


def test_a_part_greater_than_its_whole_is_refused() -> None:
    with pytest.raises(BadInput, match="greater than its whole"):
        percentage(Shown(61), Shown(60))


def test_a_median_needs_ten_people_on_each_side() -> None:
    minutes = [float(number) for number in range(21)]
    assert guarded_quantile(minutes, 0.5, step=5, cell=Shown(21)) == Shown(10)
    few = guarded_quantile(minutes[:20], 0.5, step=5, cell=Shown(20))
    assert few == Suppressed(Why.FEW_ON_A_SIDE)


def test_a_median_is_rounded_so_that_it_is_nobodys_exact_figure() -> None:
    minutes = [17.3] * 30
    assert guarded_quantile(minutes, 0.5, step=5, cell=Shown(30)) == Shown(15)


def test_a_quantile_near_the_end_is_suppressed_where_the_median_is_not() -> None:
    minutes = [float(number) for number in range(40)]
    assert guarded_quantile(minutes, 0.9, step=1, cell=Shown(40)) == Suppressed(Why.FEW_ON_A_SIDE)
    assert isinstance(guarded_quantile(minutes, 0.5, step=1, cell=Shown(40)), Shown)


def test_the_median_of_a_suppressed_cell_is_suppressed() -> None:
    assert guarded_quantile([1.0] * 50, 0.5, step=1, cell=HIDDEN) == HIDDEN
    assert guarded_quantile([], 0.5, step=1, cell=Shown(50)) == Suppressed(Why.FEW_ON_A_SIDE)


@pytest.mark.parametrize(("share", "step"), [(0, 1), (1, 1), (0.5, 0)])
def test_a_quantile_outside_its_range_is_refused(share: float, step: float) -> None:
    with pytest.raises(BadInput, match="A quantile needs"):
        guarded_quantile([1.0], share, step=step, cell=Shown(50))


def test_two_people_with_most_of_a_sum_dominate_it() -> None:
    assert dominated([50, 40, 5, 5]) > 0
    assert dominated([10.0] * 12) == 0


def test_a_sum_the_second_greatest_can_subtract_from_is_too_close() -> None:
    assert too_close([100, 80, 5]) == 5
    assert too_close([100, 80, 10]) == 0
    assert too_close([]) == 0


PEOPLE = st.lists(st.integers(1, 90), max_size=16)


@given(st.lists(PEOPLE, min_size=2, max_size=5))
@settings(max_examples=40, deadline=None)
def test_no_hidden_sum_can_be_worked_out_closely(people: list[list[int]]) -> None:
    names = tuple(f"c{number}" for number in range(len(people)))
    contributions: dict[Fact, list[int]] = {
        fact(country=name): each for name, each in zip(names, people, strict=True)
    }
    contributions[EVERYBODY] = [one for each in people for one in each]
    sums = {where: sum(each) for where, each in contributions.items()}
    table = cross_table([Dimension("country", names)], sums)
    view = protect_sums(table, contributions)
    derived = derive(view.told, table.relations, list(view.required), whole=False)
    for where, interval in derived.items():
        assert view.cells[where] == Suppressed(Why.DOMINANCE)
        assert interval.covers(view.required[where])
    for where in shown(view):
        assert len(contributions[where]) >= 10
        assert dominated(contributions[where]) == too_close(contributions[where]) == 0
