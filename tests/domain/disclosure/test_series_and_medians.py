"""Weeks that are counted once, lists that add up, medians attacked with the bands beside them."""

from __future__ import annotations

import pytest

from domain.disclosure.cells import Shown, Suppressed, Why
from domain.disclosure.facts import EVERYBODY, Fact, Interval, Table
from domain.disclosure.ledger import Ledger, admit, guarded
from domain.disclosure.lists import any_number, counted_at, one_each
from domain.disclosure.medians import Band, Figure, shown_median
from domain.disclosure.patience import OutOfTime, Patience
from domain.disclosure.protection import protect_counts, sensitive
from domain.disclosure.series import recounted, series
from tests.domain.disclosure.worlds import fact, grid, shown

WHOLE = counted_at("1")


def test_a_week_is_counted_again_when_ten_more_came_to_it() -> None:
    told = {
        fact(week="a", snapshot="1"): 20,
        fact(week="a", snapshot="2"): 31,
        fact(week="b", snapshot="1"): 20,
        fact(week="elsewhere", snapshot="1"): 5,
        EVERYBODY: 45,
    }
    held = recounted(Table(told, ()), {"a": 40, "b": 30, "c": 4}, "week", "elsewhere", "3")
    assert held == {"a": ("2", 31), "b": ("3", 30), "c": ("3", 4)}


def test_weeks_make_their_period_and_all_of_it_everybody() -> None:
    held = {"a": ("1", 20), "b": ("2", 30), "c": ("2", 7)}
    rest = (fact(week="elsewhere", snapshot="2"), 3)
    table, facts = series(("week", "period"), held, {"a": ("a", "b")}, rest, (WHOLE, 60))
    assert facts["period", "a"] == fact(period="a", snapshot="2")
    assert table.values[facts["period", "a"]] == 50
    cells = shown(protect_counts(table))
    assert cells[facts["week", "a"]] == 20
    assert rest[0] not in cells
    assert facts["week", "c"] not in cells


def test_those_in_no_category_of_several_are_a_count_too() -> None:
    counts = {"names": 57, "places": 30}
    table = any_number("kinds", counts, whole=WHOLE, people=60, snapshot="1")
    cells = shown(guarded(Ledger(told={WHOLE: Interval(60, 60)}), table))
    # Three mention no names: that would be told by the 57 who do.
    assert cells[fact(kinds="places", snapshot="1")] == 30
    assert fact(kinds="names", snapshot="1") not in cells


def bands(*counts: int) -> tuple[Ledger, list[Band]]:
    """A ledger with the bands 0 to 10, 10 to 20 and so on, protected."""
    names = {f"{10 * place}": count for place, count in enumerate(counts)}
    table = one_each("minutes", names, whole=WHOLE, people=sum(counts), snapshot="1")
    ledger = Ledger(told={WHOLE: Interval(sum(counts), sum(counts))})
    ledger = admit(ledger, guarded(ledger, table))
    listed = [
        Band(fact(minutes=name, snapshot="1"), float(name), float(name) + 10) for name in names
    ]
    return ledger, listed


def test_a_median_is_shown_and_what_it_says_of_the_bands_is_kept() -> None:
    ledger, listed = bands(30, 60, 30)
    cell, wider = shown_median(ledger, Figure(14.2, 120), listed, step=5)
    assert cell == Shown(15)
    assert len(wider.table.relations) == len(ledger.table.relations) + 2
    assert set(sensitive(wider.table)) == set(sensitive(ledger.table))


def test_a_median_that_narrows_a_hidden_band_is_withheld() -> None:
    """Forty-eight lie below ten, and three in the next band, which is hidden beside another.

    That half of the hundred lie below twenty says that no more than two can be in it.
    """
    ledger, listed = bands(48, 3, 21, 28)
    assert listed[1].fact not in ledger.told
    cell, same = shown_median(ledger, Figure(24.0, 100), listed, step=5)
    assert cell == Suppressed(Why.THRESHOLD)
    assert same is ledger


@pytest.mark.parametrize(("people", "withheld"), [(0, True), (19, True), (20, True), (21, False)])
def test_a_median_of_few_is_withheld(people: int, withheld: bool) -> None:
    ledger, listed = bands(30, 60, 30)
    cell, _ = shown_median(ledger, Figure(14.2, people), listed, step=5)
    assert (cell == Suppressed(Why.FEW_ON_A_SIDE)) is withheld


def test_a_median_in_the_first_band_says_nothing_of_lower_ones() -> None:
    ledger, listed = bands(80, 40)
    cell, wider = shown_median(ledger, Figure(3.0, 120), listed, step=5)
    assert cell == Shown(5)
    assert len(wider.table.relations) == len(ledger.table.relations) + 1


class Stopped:
    """A clock that stands still, then jumps."""

    def __init__(self, looks: int) -> None:
        self.looks = looks

    def __call__(self) -> float:
        self.looks -= 1
        return 0.0 if self.looks >= 0 else 1_000.0


@pytest.mark.parametrize("looks", [1, 2, 3])
def test_a_search_ends_when_the_time_is_over(looks: int) -> None:
    """At the start, before the first proposal, before the attack on it."""
    table: Table = grid([[3, 30, 40], [50, 60, 70], [80, 90, 95]])
    with pytest.raises(OutOfTime):
        protect_counts(table, patience=Patience.of(1, Stopped(looks)))


def test_the_solver_itself_stops_in_time() -> None:
    """Less than a microsecond is left when it is asked."""
    big = grid([[(7 * row + 11 * column) % 23 for column in range(30)] for row in range(30)])
    told: dict[Fact, Interval] = {}
    ledger = Ledger(told=told)
    with pytest.raises(OutOfTime):
        guarded(ledger, big, Patience(lambda: 0.0, 1e-7))
