"""An outsider with a solver: all that was ever shown, and what everybody knows of such tables.

It shares no code with what protects the tables. It knows the declared breakdowns, for they stand
on the page, and how a snapshot is counted, for that stands in the documentation.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations, product

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from domain.crossings import CROSSINGS
from domain.metrics import Breakdown

_FAR = 10_000


@dataclass(frozen=True)
class Seen:
    """A chart as somebody saw it: when it was counted, and its fields, withheld ones as None."""

    study: str
    name: str
    counted_on: date
    fields: Mapping[tuple[str, str], int | None]
    rounded: bool = False


@dataclass
class Outsider:
    """Unknown counts, and the sums between them."""

    columns: dict[Hashable, int] = field(default_factory=dict)
    sums: list[tuple[dict[int, int], float, float]] = field(default_factory=list)

    def unknown(self, name: Hashable) -> int:
        return self.columns.setdefault(name, len(self.columns))

    def learn(self, terms: Mapping[Hashable, int], low: float, high: float | None = None) -> None:
        """That a sum of counts lies between two numbers, or is one number."""
        held: dict[int, int] = {}
        for name, times in terms.items():
            held[self.unknown(name)] = held.get(self.unknown(name), 0) + times
        self.sums.append((held, low, low if high is None else high))

    def interval(self, terms: Mapping[Hashable, int]) -> tuple[float, float]:
        """The least and the greatest that a sum can be."""
        matrix = np.zeros((len(self.sums), len(self.columns)))
        for row, (held, _, _) in enumerate(self.sums):
            for column, times in held.items():
                matrix[row, column] = times
        known = LinearConstraint(
            matrix, [low for _, low, _ in self.sums], [high for _, _, high in self.sums]
        )
        costs = np.zeros(len(self.columns))
        for name, times in terms.items():
            costs[self.columns[name]] += times
        ends = []
        for sign in (1, -1):
            found = milp(
                sign * costs,
                integrality=np.ones(len(self.columns)),
                bounds=Bounds(0, _FAR),
                constraints=known,
            )
            assert found.x is not None, "What was seen contradicts itself."
            ends.append(float(costs @ np.round(found.x)))
        return ends[0], ends[1]


Truth = Callable[[str, date, Mapping[str, str]], int]
"""The true count of a study's people with these categories, as of a date."""


def read(seen: Iterable[Seen], declared: Sequence[Breakdown]) -> Outsider:
    """All that follows from what was seen, study by study and day by day."""
    outsider = Outsider()
    known = {each.name: each for each in declared}
    totals: dict[str, dict[date, int]] = {}
    held = list(seen)
    for each in held:
        if each.name == "everybody":
            (people,) = each.fields.values()
            assert people is not None
            totals.setdefault(each.study, {})[each.counted_on] = people
    for each in held:
        if each.name in known and each.name not in ("week", "period"):
            when = (each.study, each.counted_on)
            _breakdown(outsider, when, known[each.name], known, _total(totals, when))
            for (category, _), people in each.fields.items():
                if people is not None:
                    outsider.learn({(*when, each.name, category): 1}, people)
        elif each.name in ("week", "period"):
            _weeks(outsider, each, _total(totals, (each.study, each.counted_on)))
    for each in held:
        for crossing in CROSSINGS:
            if each.name == crossing.name and each.fields:
                _crossed(outsider, each, (crossing.rows, crossing.columns), known)
    return outsider


def _total(totals: Mapping[str, Mapping[date, int]], when: tuple[str, date]) -> int:
    """How many people there were: those of the last total told by then."""
    told = totals[when[0]]
    return told[max(day for day in told if day <= when[1])]


def _breakdown(
    outsider: Outsider,
    when: tuple[str, date],
    breakdown: Breakdown,
    known: Mapping[str, Breakdown],
    people: int,
) -> None:
    terms: dict[Hashable, int] = {(*when, breakdown.name, each): 1 for each in breakdown.categories}
    if breakdown.several:
        for term in terms:
            outsider.learn({term: 1}, 0, people)
    elif breakdown.within is None:
        outsider.learn(terms, people)
    else:
        parent = known[breakdown.within.breakdown]
        _breakdown(outsider, when, parent, known, people)
        inside = {(*when, parent.name, each): -1 for each in breakdown.within.categories}
        outsider.learn({**terms, **inside}, 0)


def _weeks(outsider: Outsider, seen: Seen, people: int) -> None:
    """Each week is counted once; whoever is of none of them is elsewhere."""
    terms: dict[Hashable, int] = {}
    for (category, _), count in seen.fields.items():
        name: Hashable = (seen.study, seen.name, category)
        if category == "in other weeks":
            name = (seen.study, seen.counted_on, seen.name, "elsewhere")
        terms[name] = 1
        if count is not None:
            outsider.learn({name: 1}, count)
    if seen.name == "period":
        terms[seen.study, seen.counted_on, seen.name, "elsewhere"] = 1
    outsider.learn(terms, people)
    if seen.name == "week":
        weeks = sorted(category for category, _ in seen.fields if category != "in other weeks")
        first = date.fromisoformat(weeks[0])
        for start in range(0, len(weeks) - len(weeks) % 4, 4):
            period = weeks[start]
            inside: dict[Hashable, int] = {
                (seen.study, "week", week): 1 for week in weeks[start : start + 4]
            }
            assert (date.fromisoformat(weeks[start + 3]) - first).days == 7 * (start + 3)
            outsider.learn({**inside, (seen.study, "period", period): -1}, 0)


def _crossed(
    outsider: Outsider, seen: Seen, sides: tuple[str, str], known: Mapping[str, Breakdown]
) -> None:
    """Every person is in one field of the finest table, whose sums the shown fields are."""
    when = (seen.study, seen.counted_on)
    shown = [list(dict.fromkeys(place)) for place in zip(*seen.fields, strict=True)]
    finest = []
    for name, listed in zip(sides, shown, strict=True):
        if name == "period":
            finest.append([each for each in listed if each != "the rest"] + ["elsewhere"])
        else:
            finest.append(list(known[name].categories))
    for place, name in enumerate(sides):
        for category in finest[place]:
            terms: dict[Hashable, int] = {
                (*when, seen.name, *pair): 1 for pair in product(*finest) if pair[place] == category
            }
            # What stands in no period that is listed in the table is not known by itself.
            if name != "period":
                outsider.learn({**terms, (*when, name, category): -1}, 0)
            elif category != "elsewhere":
                outsider.learn({**terms, (seen.study, "period", category): -1}, 0)
    for (row, column), people in seen.fields.items():
        if people is None:
            continue
        terms = fields_of(seen, finest, (row, column))
        outsider.learn(terms, *((max(people - 2, 10), people + 2) if seen.rounded else (people,)))


def fields_of(
    seen: Seen, finest: Sequence[Sequence[str]], place: tuple[str, str]
) -> dict[Hashable, int]:
    """The finest fields that make up one field of a table."""
    shown = [set(each) for each in zip(*seen.fields, strict=True)]
    inside = [
        [category]
        if category != "the rest"
        else [each for each in finest[side] if each not in shown[side]]
        for side, category in enumerate(place)
    ]
    return {(seen.study, seen.counted_on, seen.name, *pair): 1 for pair in product(*inside)}


def opened(
    seen: Iterable[Seen],
    declared: Sequence[Breakdown],
    truth: Truth,
    about: Collection[str] | None = None,
) -> list[str]:
    """Every count under ten, or change of one, that can be told to be small.

    All that was seen is known; ``about`` are the breakdowns of which the truth is.
    """
    held = list(seen)
    outsider = read(held, declared)
    known = {each.name: each for each in declared}
    targets: dict[str, dict[Hashable, int]] = {}
    days: dict[tuple[str, str], set[date]] = {}
    for each in held:
        if about is not None and not set(each.name.split(" by ")) <= {*about}:
            continue
        if each.name in known and each.name not in ("week", "period"):
            days.setdefault((each.study, each.name), set()).add(each.counted_on)
            for category in known[each.name].categories:
                if truth(each.study, each.counted_on, {each.name: category}) < 10:
                    name = (each.study, each.counted_on, each.name, category)
                    targets[str(name)] = {name: 1}
        elif each.name == "week":
            for week, _ in each.fields:
                small = truth(each.study, each.counted_on, {"week": week}) < 10
                if week != "in other weeks" and small:
                    targets[f"{each.study} {week}"] = {(each.study, "week", week): 1}
        elif " by " in each.name and each.fields:
            rows, columns = each.name.split(" by ")
            names = [[*known[name].categories, "elsewhere"] for name in (rows, columns)]
            for place in each.fields:
                if "the rest" not in place:
                    people = truth(
                        each.study, each.counted_on, dict(zip((rows, columns), place, strict=True))
                    )
                    if people < 10:
                        terms = fields_of(each, names, place)
                        targets[f"{each.study} {each.counted_on} {each.name} {place}"] = terms
    for (study, name), dates in days.items():
        for before, after in combinations(sorted(dates), 2):
            for category in known[name].categories:
                grown = truth(study, after, {name: category}) - truth(
                    study, before, {name: category}
                )
                sign = 1 if grown >= 0 else -1
                change: dict[Hashable, int] = {
                    (study, after, name, category): sign,
                    (study, before, name, category): -sign,
                }
                # That it grew, or shrank, is taken to be known.
                outsider.learn(change, 0, _FAR)
                if abs(grown) < 10:
                    targets[f"{study} {name} {category} {before} to {after}"] = change
    found = []
    for said, terms in targets.items():
        low, high = outsider.interval(terms)
        if low > 0 or high < 10:
            found.append(f"{said}: between {low:g} and {high:g}")
    assert targets, "There is nothing small to find."
    return found
