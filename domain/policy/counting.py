"""Counting by slot: which whole months and days the kept counts answer for, and what is left.

The database keeps how many sessions of each standing were completed in each month and on each
day. Cuts fall within days, so each day with a cut is counted session by session; a month with a
cut is taken whole for its longest run of days without one, and the days outside that run are
moved to where they belong. So little is read, however many sessions there are.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class CutMonth:
    """A month with cuts in it: its longest run of whole days, and the slot of that run.

    The run goes from ``run_from`` up to, not including, ``run_until``.
    """

    month: date
    run_from: date
    run_until: date
    run_slot: int


@dataclass(frozen=True, slots=True)
class CountingPlan:
    """What to count how, for some cuts."""

    cuts: tuple[datetime, ...]
    days: tuple[date, ...]
    months: tuple[CutMonth, ...]


def counting_plan(cuts: Sequence[datetime]) -> CountingPlan:
    """The plan for cuts in order; all in UTC."""
    # An instant at midnight parts two days without falling into one.
    days = sorted(
        {cut.astimezone(UTC).date() for cut in cuts if cut.astimezone(UTC).time() != time()}
    )
    parted = {cut.astimezone(UTC).date() for cut in cuts}
    months = sorted({day.replace(day=1) for day in parted})
    return CountingPlan(
        tuple(cuts),
        tuple(days),
        tuple(_cut_month(month, set(days), parted, cuts) for month in months),
    )


def _cut_month(
    month: date, cut_days: set[date], parted: set[date], cuts: Sequence[datetime]
) -> CutMonth:
    runs: list[tuple[date, date]] = []
    day = month
    begun: date | None = None
    while day.month == month.month:
        if begun is not None and (day in cut_days or day in parted):
            runs.append((begun, day))
            begun = None
        if begun is None and day not in cut_days:
            begun = day
        day += _DAY
    if begun is not None:
        runs.append((begun, day))
    # Cuts in every day of a month are no policy's; an empty run then moves each of them.
    longest = max(runs, key=lambda run: (run[1] - run[0], run), default=(month, month))
    return CutMonth(month, *longest, bisect_right(cuts, datetime.combine(longest[0], time(), UTC)))
