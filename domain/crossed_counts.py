"""The counts inside a cross table: how people spread over rows and columns that are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from domain.counted import Counted, declared_category
from domain.crossings import REST, Crossing, settled
from domain.disclosure.facts import Fact
from domain.metrics import OUTSIDE, PERIOD, WEEK, Breakdown
from domain.views import View

Periods = Mapping[str, Sequence[str]]


def crossed(
    crossing: Crossing,
    declared: Mapping[str, Breakdown],
    counted: Counted,
    told: Sequence[Mapping[str, int]],
    before: View | None,
    periods: Periods,
) -> tuple[dict[str, int], dict[str, int], dict[Fact, int]] | None:
    """Rows, columns and the counts between them; None where one side is not known.

    Nor where they do not add up to what was ``told`` of rows and columns: somebody came late to a
    week that had been counted. ``before`` is the table on show, whose rows and columns stay.
    """
    names = (crossing.rows, crossing.columns)
    sides: list[dict[str, int]] = []
    for known, old in zip(told, _sides(before), strict=True):
        side = settled(known, counted.everybody, old)
        if side is None:
            return None
        sides.append(side)
    counts: dict[Fact, int] = {
        frozenset({(names[0], row), (names[1], column)}): 0
        for row in sides[0]
        for column in sides[1]
    }
    sums = [dict.fromkeys(side, 0) for side in sides]
    sources = tuple(WEEK if name == PERIOD else name for name in names)
    for fact, people in counted.counts.items():
        held = dict(fact)
        if set(held) == set(sources):
            place = [
                _place(declared[name], held[source], side, periods)
                for name, source, side in zip(names, sources, sides, strict=True)
            ]
            for each, total in zip(place, sums, strict=True):
                total[each] = total.get(each, 0) + people
            field = frozenset(zip(names, place, strict=True))
            counts[field] = counts.get(field, 0) + people
    return (sides[0], sides[1], counts) if sums == sides else None


def _place(breakdown: Breakdown, category: str, side: Mapping[str, int], periods: Periods) -> str:
    """Where a counted category stands in a table: as itself, in its period, in the rest."""
    if breakdown.name == PERIOD:
        inside = (period for period, weeks in periods.items() if category in weeks)
        known = next(inside, OUTSIDE)
    else:
        known = declared_category(breakdown, category)
    return known if known in side else REST


def _sides(view: View | None) -> tuple[tuple[str, ...] | None, tuple[str, ...] | None]:
    """The rows and columns of a table that is on show; None each where none is."""
    if view is None or not view.cells:
        return None, None
    rows = dict.fromkeys(each.category for each in view.cells)
    columns = dict.fromkeys(each.crossed for each in view.cells)
    return tuple(rows), tuple(columns)
