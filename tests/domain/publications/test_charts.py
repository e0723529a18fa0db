"""Which charts may be proposed, and their counts by what they declare."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from domain.counted import Counted
from domain.crossings import CROSSINGS
from domain.errors import Refused
from domain.funnel import FUNNEL
from domain.metrics import EVERYBODY, OUTSIDE, PERIOD, breakdowns
from domain.publications.charts import (
    by_category,
    check_as_old_as_everybody,
    check_is_publishable,
    is_offered,
    is_publishable,
)
from domain.views import View, ViewCell

WEEK, OPENS, CLOSES = date(2026, 11, 23), date(2026, 4, 1), date(2026, 6, 30)
DECLARED = {each.name: each for each in breakdowns(WEEK, OPENS, CLOSES)}
PEOPLE = View(EVERYBODY, WEEK, (ViewCell("", "", 80, None),), 80)
PLAN = View("plan", WEEK, (ViewCell("pro", "", 50, None), ViewCell("max", "", None, "few")), 80)


def test_what_can_be_counted_for_readers_outside_and_what_stays_inside():
    """As a person reads it: nothing of interviews that were not finished, nor of the desk."""
    assert {name for name, each in DECLARED.items() if is_publishable(each)} == {
        *("period", "duration", "length", "returning", "language", "country", "plan"),
        *("publish", "researchers", "journalists", "contact", "policy", "redactions"),
    }
    assert not any(is_publishable(each) for each in (*CROSSINGS, FUNNEL, PEOPLE))


def test_a_chart_that_stays_inside_is_refused_with_the_reason():
    check_is_publishable(PLAN)
    with pytest.raises(Refused, match=r"publication\.breakdown"):
        check_is_publishable(replace(PLAN, name="status"))


def test_a_chart_that_is_older_than_the_count_of_everybody_is_about_fewer():
    older = replace(PLAN, counted_on=date(2026, 11, 16))
    check_as_old_as_everybody(PLAN, WEEK)
    with pytest.raises(Refused, match=r"publication\.newest-count"):
        check_as_old_as_everybody(older, WEEK)
    assert is_offered(PEOPLE, PLAN)
    assert not is_offered(PEOPLE, older)
    assert not is_offered(PEOPLE, replace(PLAN, name="review"))
    assert not is_offered(PEOPLE, replace(PLAN, cells=PLAN.cells[1:]))


def test_people_are_counted_in_the_four_weeks_in_which_they_came():
    counts = {
        frozenset({("week", "2026-03-30")}): 3,
        frozenset({("week", "2026-04-20")}): 4,
        frozenset({("week", "2026-04-27")}): 5,
        frozenset({("week", "2025-01-06")}): 2,
        frozenset({("plan", "pro")}): 14,
        frozenset({("plan", "pro"), ("status", "completed")}): 14,
        frozenset({("week", "2026-04-27"), ("status", "completed")}): 5,
    }
    counted = Counted(14, counts)
    period = by_category(DECLARED[PERIOD], counted, OPENS, CLOSES, WEEK)
    assert {name: people for name, people in period.items() if people} == {
        "2026-03-30": 7,
        "2026-04-27": 5,
        OUTSIDE: 2,
    }
    assert tuple(period) == DECLARED[PERIOD].categories
    assert by_category(DECLARED["plan"], counted, OPENS, CLOSES, WEEK)["pro"] == 14
