"""Charts that may be proposed for publication, and their counts by declared category."""

from __future__ import annotations

from datetime import date

from domain.counted import Counted
from domain.crossings import CROSSINGS, Crossing
from domain.errors import Refused
from domain.funnel import FUNNEL
from domain.metrics import EVERYBODY, OUTSIDE, PERIOD, WEEK, Breakdown, listed_periods
from domain.views import View

#: What leads see and no reader outside does. How far people came and where they stopped is about
#: interviews that may not be counted outside; the desk's own work is nobody's finding; a week is
#: counted once and told for ever, its four weeks can be counted again; and a cross table would
#: have to be protected with both its sides.
_KEPT_INSIDE = frozenset(
    {
        *(WEEK, "status", "stopped", FUNNEL.name, EVERYBODY),
        *("review", "waited", "shares", "decision"),
        *(each.name for each in CROSSINGS),
    }
)


def is_publishable(chart: Breakdown | Crossing | View) -> bool:
    """Whether a chart can be counted for readers outside."""
    return chart.name not in _KEPT_INSIDE


def check_is_publishable(chart: View) -> None:
    """See that a chart can be counted for readers outside.

    Raises
    ------
    Refused
        When it is one that stays inside.
    """
    if not is_publishable(chart):
        raise Refused(
            "That chart stays inside: it is about interviews that may not be counted outside, "
            "about the desk's own work, or two things at once.",
            rule="publication.breakdown",
            remedy="Propose one of the charts that the form offers.",
        )


def is_offered(everybody: View, chart: View) -> bool:
    """Whether a chart of a snapshot can be proposed: some of it is shown, of all who are told."""
    return is_publishable(chart) and bool(chart.told) and chart.counted_on >= everybody.counted_on


def check_as_old_as_everybody(view: View, everybody: date) -> None:
    """See that a chart counts the people whom the newest total tells of.

    Raises
    ------
    Refused
        When it is older: then it is about fewer, of whom no count can be made any more.
    """
    if view.counted_on < everybody:
        raise Refused(
            "This chart is older than the newest count of everybody: too few people moved in it "
            "to count it again.",
            rule="publication.newest-count",
            remedy="Propose another chart, or wait for a snapshot that renews this one.",
        )


def by_category(
    breakdown: Breakdown, counted: Counted, opens_on: date, closes_on: date, week: date
) -> dict[str, int]:
    """How many are in each declared category; in periods, by the week in which they came."""
    if breakdown.name != PERIOD:
        return counted.by_category(breakdown)
    counts = dict.fromkeys(breakdown.categories, 0)
    home = {
        each: period
        for period, weeks in listed_periods(week, opens_on, closes_on).items()
        for each in weeks
    }
    for fact, people in counted.counts.items():
        if len(fact) == 1 and WEEK in dict(fact):
            counts[home.get(dict(fact)[WEEK], OUTSIDE)] += people
    return counts
