"""Sums of a measure (minutes, words): hidden where few people make them, and beside those."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from domain.disclosure.cells import THRESHOLD, Cell, Shown, Suppressed, Why
from domain.disclosure.facts import Fact, Interval, Table
from domain.disclosure.protection import Protected, outcome
from domain.disclosure.search import Problem, least_loss

DOMINANT_PEOPLE = 2
DOMINANT_PER_CENT = 85.0
"""The (n, k) rule: hidden where the 2 greatest contributions are over 85 % of the sum. Rule and
customary figures: Hundepool et al., Statistical Disclosure Control (Wiley, 2012), chapter 4."""

CLOSE_PER_CENT = 10.0
"""The p % rule: hidden where the second greatest contributor could work out the greatest one's
figure to within 10 % of it. Same source."""


def dominated(contributions: Sequence[float]) -> float:
    """By how much the (n, k) rule is broken: what the sum falls short of; 0 when it holds."""
    greatest = sum(sorted(contributions, reverse=True)[:DOMINANT_PEOPLE])
    return max(0.0, greatest * 100 / DOMINANT_PER_CENT - sum(contributions))


def too_close(contributions: Sequence[float]) -> float:
    """By how much the p % rule is broken: what the others' part falls short of; 0 when it holds."""
    ordered = sorted(contributions, reverse=True)
    if not ordered:
        return 0.0
    return max(0.0, ordered[0] * CLOSE_PER_CENT / 100 - sum(ordered[2:]))


def protect_sums(table: Table, contributions: Mapping[Fact, Sequence[float]]) -> Protected:
    """A table of sums with every cell shown or suppressed.

    ``contributions`` has, for each fact of the table, one figure of zero or more per participant.
    A cell with fewer participants than the threshold is sensitive too, an empty one included: it
    must stay uncertain by 10 % of the greatest contribution in the whole table.

    Raises:
        Refused: never for a table by itself; see ``least_loss``.
    """
    greatest = max((max(each, default=0.0) for each in contributions.values()), default=0.0)
    required: dict[Fact, Interval] = {}
    for fact, value in table.values.items():
        people = contributions.get(fact, ())
        need = max(dominated(people), too_close(people))
        if len(people) < THRESHOLD:
            need = max(need, greatest * CLOSE_PER_CENT / 100)
        if need > 0 or len(people) < THRESHOLD:
            required[fact] = Interval(max(0.0, value - need), value + need)
    problem = Problem(
        table, required, {f: Interval(v, v) for f, v in table.values.items()}, whole=False
    )
    hidden, least = least_loss(problem)
    cells: dict[Fact, Cell] = {
        fact: Suppressed(Why.DOMINANCE) if fact in hidden else Shown(table.values[fact])
        for fact in table.cells
    }
    return outcome(problem, cells, hidden, least=least)
