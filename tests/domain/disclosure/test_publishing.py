"""Publishing beside what leads saw: attacked with all of it, by whoever reads both."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.disclosure.attack import derive
from domain.disclosure.cells import Shown
from domain.disclosure.facts import EVERYBODY, Fact, Interval, Table
from domain.disclosure.ledger import Ledger, admit, guarded
from domain.disclosure.protection import sensitive
from domain.disclosure.publishing import Published, published, totals_told
from domain.disclosure.tables import Dimension, as_of, cross_table
from domain.errors import Refused

WEEK = "2026-11-23"
CATEGORIES = ("free", "max", "pro")


def counts(free: int, most: int, pro: int) -> Table:
    """People by plan, of whom twelve had two where there are enough."""
    told: dict[Fact, int] = {
        frozenset({("plan", name)}): count
        for name, count in zip(CATEGORIES, (free, most, pro), strict=True)
    }
    told[EVERYBODY] = max(free, most, pro, free + most + pro - 12)
    return cross_table([Dimension("plan", CATEGORIES, several=True)], told)


def shown_to_leads(table: Table) -> Ledger:
    bound = as_of(table, WEEK)
    total = frozenset({("snapshot", WEEK)})
    told = {total: Interval(bound.values[total], bound.values[total])}
    before = Ledger(told=told)
    return admit(before, guarded(before, bound))


def publish(ledger: Ledger, table: Table, population: str = "p1") -> Published:
    return published(ledger, table, week=WEEK, population=population, totals=totals_told([ledger]))


def told(made: Published) -> dict[str, float]:
    cells = {name: made.view.cells[made.fact(("plan", name))] for name in CATEGORIES}
    cells["everybody"] = made.view.cells[made.fact()]
    return {name: cell.value for name, cell in cells.items() if isinstance(cell, Shown)}


def test_where_everybody_may_be_counted_a_publication_says_what_the_chart_said() -> None:
    ledger = shown_to_leads(counts(30, 20, 60))
    made = publish(ledger, counts(30, 20, 60))
    assert made.bound_to == WEEK
    assert told(made) == {"free": 30, "max": 20, "pro": 60, "everybody": 98}
    assert made.ledger.told == ledger.told


def test_a_count_close_to_what_leads_saw_is_withheld_and_one_far_from_it_is_not() -> None:
    """Leads saw 30 and 60. That 2 of the 30 may not be counted is a count of two people."""
    ledger = shown_to_leads(counts(30, 20, 60))
    made = publish(ledger, counts(28, 20, 48))
    assert made.bound_to != WEEK
    assert "free" not in told(made)
    # Nobody of the 20 left: zero is under the threshold as well.
    assert "max" not in told(made)
    assert told(made)["pro"] == 48


def test_two_publications_do_not_subtract_to_a_few() -> None:
    ledger = shown_to_leads(counts(200, 150, 300))
    first = publish(ledger, counts(150, 100, 250))
    assert told(first) == {"free": 150, "max": 100, "pro": 250, "everybody": 488}
    second = publish(first.ledger, counts(147, 100, 200), "p2")
    assert "free" not in told(second)
    assert "max" not in told(second)
    assert told(second)["pro"] == 200


def test_the_same_people_published_again_are_the_same_counts() -> None:
    first = publish(shown_to_leads(counts(200, 150, 300)), counts(150, 100, 250))
    again = publish(first.ledger, counts(150, 100, 250))
    assert told(again) == told(first)
    assert again.ledger.told == first.ledger.told


def test_totals_of_two_breakdowns_do_not_subtract_to_one_person() -> None:
    """One chart of 488, then another chart of the 487 left after a withdrawal."""
    ledger = shown_to_leads(counts(200, 150, 300))
    first = publish(ledger, counts(150, 100, 250))
    other = published(
        shown_to_leads(counts(200, 150, 300)),
        counts(149, 100, 250),
        week=WEEK,
        population="p2",
        totals=totals_told([ledger, first.ledger]),
    )
    assert "everybody" not in told(other)
    alone = publish(shown_to_leads(counts(200, 150, 300)), counts(149, 100, 250), "p2")
    assert told(alone)["everybody"] == 487


@settings(max_examples=25)
@given(
    st.tuples(*[st.integers(10, 50)] * 3),
    st.tuples(*[st.integers(0, 25)] * 3),
    st.tuples(*[st.integers(0, 25)] * 3),
)
def test_whoever_reads_charts_and_publications_works_out_no_small_count(
    saw: tuple[int, int, int], first: tuple[int, int, int], second: tuple[int, int, int]
) -> None:
    """The outsider's own programme over everything that was told, the differences included."""
    ledger = shown_to_leads(counts(*saw))
    for number, left in enumerate((first, second)):
        fewer = [max(0, a - b) for a, b in zip(saw, left, strict=True)]
        try:
            ledger = publish(ledger, counts(*fewer), f"p{number}").ledger
        except Refused:
            # What was shown before leaves no safe way to say anything more; nothing is said.
            continue
    small = sensitive(ledger.table)
    derived = derive(ledger.told, ledger.table.relations, list(small))
    assert [fact for fact in small if not derived[fact].covers(small[fact])] == []


def test_no_total_of_a_withheld_publication_is_told() -> None:
    assert totals_told([Ledger()]) == {}
    with_total = shown_to_leads(counts(30, 20, 60))
    (total,) = totals_told([with_total]).items()
    assert total == (frozenset({("snapshot", WEEK)}), Interval(98, 98))


@pytest.mark.parametrize("everybody", [3, 9])
def test_a_handful_of_people_is_published_by_no_number(everybody: int) -> None:
    ledger = shown_to_leads(counts(30, 20, 60))
    assert told(publish(ledger, counts(everybody, 0, 0))) == {}
