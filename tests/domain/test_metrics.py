"""Declared breakdowns: whole, fixed beforehand, and the same whoever took part."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.metrics import OUTSIDE, WEEKS, breakdowns, listed_weeks, may_show_total, snapshot_week

OPENS, CLOSES = date(2026, 4, 1), date(2026, 6, 30)


@pytest.mark.parametrize(
    ("now", "week"),
    [
        (datetime(2026, 11, 22, 23, 59, 59, tzinfo=UTC), date(2026, 11, 16)),
        (datetime(2026, 11, 23, 0, 0, 0, tzinfo=UTC), date(2026, 11, 23)),
        (datetime(2026, 11, 23, 0, 0, 1, tzinfo=UTC), date(2026, 11, 23)),
    ],
)
def test_a_snapshot_is_of_the_week_that_begins_on_monday_in_utc(now: datetime, week: date) -> None:
    assert snapshot_week(now) == week


def test_weeks_run_from_the_studys_first_to_its_last() -> None:
    weeks = listed_weeks(date(2026, 11, 23), OPENS, CLOSES)
    assert weeks[0] == date(2026, 3, 30)
    assert weeks[-1] == date(2026, 6, 29)
    assert len(weeks) == 14


def test_while_a_study_runs_they_end_before_the_snapshot_and_never_begin_after_it() -> None:
    assert listed_weeks(date(2026, 4, 13), OPENS, CLOSES)[-1] == date(2026, 4, 6)
    assert listed_weeks(date(2026, 3, 2), OPENS, CLOSES) == (date(2026, 3, 30),)


@given(st.dates(date(2025, 1, 1), date(2030, 1, 1)), st.integers(0, 900), st.integers(-100, 900))
def test_no_more_weeks_are_told_one_by_one_than_declared(
    opens: date, days: int, later: int
) -> None:
    weeks = listed_weeks(opens + timedelta(days=later), opens, opens + timedelta(days=days))
    assert 1 <= len(weeks) <= WEEKS
    assert all(each.weekday() == 0 for each in weeks)
    assert list(weeks) == sorted(set(weeks))


@pytest.mark.parametrize(
    ("everybody", "before", "shown"),
    [
        (9, [], False),
        (10, [], True),
        (19, [10], False),
        (20, [10], True),
        (20, [20], False),
        (15, [20], False),
        (1_099, [1_000, 500], False),
        (1_100, [1_000, 500], True),
    ],
)
def test_a_total_is_told_when_it_and_its_growth_are_no_small_counts(
    everybody: int, before: list[int], shown: bool
) -> None:
    assert may_show_total(everybody, before) is shown


def test_every_breakdown_has_a_question_and_categories_each_once() -> None:
    declared = breakdowns(date(2026, 11, 23), OPENS, CLOSES)
    assert len({each.name for each in declared}) == len(declared)
    for each in declared:
        assert each.question.endswith("?")
        assert len(set(each.categories)) == len(each.categories) > 0
    assert declared[0].categories[-1] == OUTSIDE
