"""Publishing beside what leads saw: attacked with all of it, by whoever reads both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.counted import Counted
from domain.disclosure.attack import derive
from domain.disclosure.cells import Shown
from domain.disclosure.facts import Fact, Interval
from domain.disclosure.ledger import Ledger
from domain.disclosure.patience import OutOfTime, Patience
from domain.disclosure.protection import sensitive
from domain.errors import Refused
from domain.metrics import PERIOD, breakdowns
from domain.publications.protecting import (
    CountedOutside,
    Published,
    check_apart,
    joined,
    ledger_of,
    opens_published,
    published,
    totals_told,
)
from domain.snapshots import Occasion, Taken, take
from domain.views import View

WEEK = date(2026, 11, 23)
OPENS, CLOSES = date(2026, 4, 1), date(2026, 6, 30)
DECLARED = {each.name: each for each in breakdowns(WEEK, OPENS, CLOSES)}
PLANS = ("free", "pro", "max", "other")
SPEECH = ("en", "de", "fr", "other")

Counts = Mapping[str, Mapping[str, int]]


def counts(*people: int, names: tuple[str, ...] = PLANS) -> dict[str, int]:
    return dict(zip(names, people, strict=True))


def snapshot(
    told: Counts,
    week: date = WEEK,
    before: Mapping[str, Ledger] | None = None,
    views: Mapping[str, View] | None = None,
) -> Taken:
    """A snapshot in which these breakdowns are declared and all have the same people."""
    (everybody,) = {sum(each.values()) for each in told.values()}
    facts: dict[Fact, int] = {
        frozenset({(name, category)}): people
        for name, each in told.items()
        for category, people in each.items()
    }
    occasion = Occasion(week, week, OPENS, CLOSES, new=True)
    names = [DECLARED[name] for name in told]
    return take(occasion, names, Counted(everybody, facts), before or {}, views or {})


def everybody_finished(told: Counts, others: int = 0) -> Counts:
    """The same with how far people came: all of them but the others."""
    (everybody,) = {sum(each.values()) for each in told.values()}
    return {
        **told,
        "status": {"completed": everybody - others, "abandoned": others, "in_progress": 0},
    }


def publish(
    ledgers: Mapping[str, Ledger],
    name: str,
    told: Mapping[str, int],
    population: str = "p1",
    at: str = "noon",
    week: date = WEEK,
) -> Published:
    breakdown = DECLARED[name]
    whole = dict.fromkeys(breakdown.categories, 0) | dict(told)
    outside = CountedOutside(sum(told.values()), population, week.isoformat(), at)
    return published(ledgers, breakdown, whole, outside)


def shown(made: Published) -> dict[str, float]:
    return {name: cell.value for name, cell in made.cells.items() if isinstance(cell, Shown)}


def opened(ledgers: Mapping[str, Ledger]) -> list[Fact]:
    """The outsider's own programmes, over everything that was told of the study together."""
    found = []
    for ledger in joined(ledgers):
        small = sensitive(ledger.table)
        derived = derive(ledger.told, ledger.table.relations, list(small))
        found += [fact for fact in small if not derived[fact].covers(small[fact])]
    return found


def test_a_count_close_to_what_leads_saw_is_withheld_and_one_far_from_it_is_not() -> None:
    """Leads saw 40 on free and 90 on pro. That 2 of the 40 may not be counted is a count of two."""
    taken = snapshot(everybody_finished({"plan": counts(40, 90, 30, 0)}, others=25))
    made = publish(taken.ledgers, "plan", counts(38, 60, 14, 0))
    assert "free" not in shown(made)
    assert shown(made)["pro"] == 60
    assert opened({**taken.ledgers, **made.ledgers}) == []


def test_that_nobody_of_a_group_is_left_out_is_a_count_under_the_threshold_too() -> None:
    taken = snapshot(everybody_finished({"plan": counts(40, 90, 30, 0)}, others=25))
    made = publish(taken.ledgers, "plan", counts(40, 60, 15, 0))
    assert "free" not in shown(made)


def test_too_few_who_may_not_be_counted_are_told_by_no_number() -> None:
    """160 people, 157 of whom may be counted: their number alone would tell of the three."""
    taken = snapshot(everybody_finished({"plan": counts(40, 90, 30, 0)}))
    with pytest.raises(Refused, match=r"publication\.too-close"):
        publish(taken.ledgers, "plan", counts(40, 87, 30, 0))


def test_how_many_finished_and_may_not_be_counted_is_no_small_count_either() -> None:
    """Enough people are left out; but leads know that all of them but four had not finished."""
    taken = snapshot(everybody_finished({"plan": counts(60, 90, 30, 0)}, others=30))
    with pytest.raises(Refused, match=r"publication\.too-close"):
        publish(taken.ledgers, "plan", counts(46, 70, 30, 0))
    publish(taken.ledgers, "plan", counts(40, 70, 18, 0))


def test_two_tables_that_are_each_safe_and_together_are_not_are_refused() -> None:
    """146 people by plan, then 143 by language: a withdrawal of three lies between the two."""
    told = everybody_finished(
        {"plan": counts(80, 90, 30, 0), "language": counts(90, 70, 40, 0, names=SPEECH)}, others=25
    )
    ledgers = snapshot(told).ledgers
    first = publish(ledgers, "plan", counts(60, 70, 16, 0))
    second = counts(67, 51, 25, 0, names=SPEECH)
    assert shown(publish(ledgers, "language", second, "p2"))
    with pytest.raises(Refused, match=r"publication\.too-close"):
        publish({**ledgers, **first.ledgers}, "language", second, "p2")
    # The same people by another breakdown are nothing new to subtract.
    same = publish({**ledgers, **first.ledgers}, "language", counts(70, 51, 25, 0, names=SPEECH))
    assert opened({**ledgers, **first.ledgers, **same.ledgers}) == []


def test_two_publications_of_one_table_do_not_subtract_to_a_few() -> None:
    ledgers = snapshot(everybody_finished({"plan": counts(200, 150, 300, 0)}, others=40)).ledgers
    first = publish(ledgers, "plan", counts(150, 100, 250, 0))
    # Nobody is on another plan: one more is hidden, so that this cannot be worked out.
    assert shown(first) == {"free": 150, "max": 250}
    both = {**ledgers, **first.ledgers}
    second = publish(both, "plan", counts(147, 100, 200, 0), "p2")
    # 147 lies close to the 150, and one more is hidden so that it cannot be worked out.
    assert shown(second) == {"pro": 100}
    assert opened({**both, **second.ledgers}) == []


def test_the_same_people_published_again_are_the_same_counts() -> None:
    ledgers = snapshot(everybody_finished({"plan": counts(200, 150, 300, 0)}, others=40)).ledgers
    first = publish(ledgers, "plan", counts(150, 100, 250, 0))
    both = {**ledgers, **first.ledgers}
    again = publish(both, "plan", counts(150, 100, 250, 0), at="later")
    assert (shown(again), again.bound_to) == (shown(first), first.bound_to)
    assert {**both, **again.ledgers} == both


def test_people_who_moved_since_are_counted_as_of_then_and_a_few_who_did_are_hidden() -> None:
    names = DECLARED["researchers"].categories
    told = {"researchers": counts(200, 150, 50, 30, names=names)}
    ledgers = snapshot(everybody_finished(told, others=40)).ledgers
    first = publish(ledgers, "researchers", counts(150, 100, 30, 10, names=names))
    both = {**ledgers, **first.ledgers}
    second = publish(both, "researchers", counts(147, 70, 60, 13, names=names), at="later")
    assert second.bound_to == f"{first.bound_to}, later"
    assert "granted" not in shown(second)
    assert opened({**both, **second.ledgers}) == []


def test_several_kinds_for_one_person_are_protected_on_both_sides() -> None:
    names = ("PERSON", "URL")
    told = {"plan": counts(200, 150, 300, 0)}
    taken = snapshot(everybody_finished(told, others=60))
    kinds = DECLARED["redactions"]
    outside = CountedOutside(500, "p1", WEEK.isoformat(), "noon")
    made = published(
        taken.ledgers,
        kinds,
        dict.fromkeys(kinds.categories, 0) | counts(300, 495, names=names),
        outside,
    )
    # Five of the five hundred mentioned no address: told by how many did.
    assert shown(made) == {"PERSON": 300}


def test_a_snapshot_after_a_publication_is_protected_around_it() -> None:
    first = snapshot(everybody_finished({"plan": counts(80, 90, 30, 0)}, others=25))
    made = publish(first.ledgers, "plan", counts(60, 70, 16, 0))
    # Many more came, and of those on free so many were erased that 63 are left: three too many.
    later = snapshot(
        everybody_finished({"plan": counts(63, 240, 240, 0)}, others=70),
        date(2026, 11, 30),
        {**first.ledgers, **made.ledgers},
        first.views,
    )
    # One more is hidden, so that nobody works out the 63.
    assert later.views["plan"].told == {"max": 240}
    assert opened(later.ledgers) == []
    assert not opens_published(later.ledgers)


def test_what_would_open_a_published_count_is_found_and_what_takes_too_long_counts_as_found() -> (
    None
):
    taken = snapshot(everybody_finished({"plan": counts(80, 90, 30, 0)}, others=25))
    assert not opens_published(taken.ledgers)
    made = publish(taken.ledgers, "plan", counts(78, 60, 14, 0))
    ledgers = {**taken.ledgers, **made.ledgers}
    assert not opens_published(ledgers)
    assert opens_published(ledgers, Patience(lambda: 2.0, 1.0))
    (hidden,) = [
        fact
        for fact, people in ledgers["plan"].table.values.items()
        if people == 78 and ("plan", "free") in fact
    ]
    told = {**ledgers["plan"].told, hidden: Interval(78, 78)}
    ledgers["plan"] = replace(ledgers["plan"], told=told)
    assert opens_published(ledgers)
    assert opened(ledgers)


def test_what_takes_too_long_to_protect_is_not_published() -> None:
    taken = snapshot(everybody_finished({"plan": counts(80, 90, 30, 0)}, others=25))
    outside = CountedOutside(146, "p1", WEEK.isoformat(), "noon")
    with pytest.raises(OutOfTime):
        published(
            taken.ledgers,
            DECLARED["plan"],
            counts(60, 70, 16, 0),
            outside,
            Patience(lambda: 2.0, 1.0),
        )


@settings(max_examples=20, deadline=None)
@given(
    st.tuples(*[st.integers(20, 60)] * 3),
    st.tuples(*[st.integers(0, 25)] * 3),
    st.tuples(*[st.integers(0, 25)] * 3),
)
def test_whoever_reads_charts_and_publications_works_out_no_small_count(
    saw: tuple[int, int, int], first: tuple[int, int, int], second: tuple[int, int, int]
) -> None:
    ledgers = snapshot(everybody_finished({"plan": counts(*saw, 0)}, others=15)).ledgers
    for number, left in enumerate((first, second)):
        fewer = [max(0, a - b) for a, b in zip(saw, left, strict=True)]
        try:
            made = publish(ledgers, "plan", counts(*fewer, 0), f"p{number}")
        except Refused:
            # What was shown before leaves no safe way to say anything more; nothing is said.
            continue
        ledgers = {**ledgers, **made.ledgers}
    assert opened(ledgers) == []


def test_no_total_is_told_before_the_first_snapshot() -> None:
    assert totals_told([Ledger()]) == {}
    taken = snapshot(everybody_finished({"plan": counts(40, 90, 30, 0)}))
    (total,) = totals_told(taken.ledgers.values()).items()
    assert total == (frozenset({("snapshot", WEEK.isoformat())}), Interval(160, 160))


@pytest.mark.parametrize(
    ("name", "ledger"),
    [("plan", "plan"), (PERIOD, "week"), ("duration", "status"), ("policy", "status")],
)
def test_each_breakdown_is_protected_where_its_chart_is(name: str, ledger: str) -> None:
    assert ledger_of(DECLARED[name]) == ledger


@pytest.mark.parametrize(("total", "people"), [(True, False), (False, True), (True, True)])
def test_nearly_the_same_people_in_another_study_are_told_of_once(
    total: bool, people: bool
) -> None:
    with pytest.raises(Refused, match=r"aggregates\.other-study"):
        check_apart(tells_total=total, tells_people=people)
    check_apart(tells_total=False, tells_people=False)
