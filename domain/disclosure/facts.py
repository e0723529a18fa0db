"""Facts: what a cell says, whichever table it stands in, and the sums that tie facts together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

Predicate = tuple[str, str]
"""A dimension and a category in it: ``("country", "France")``."""

Fact = frozenset[Predicate]
"""Whom a cell counts: everybody to whom all its predicates apply.

Two cells of different tables with the same predicates are one fact, so what one table shows is
known of the other. A margin is the fact without that dimension's predicate.
"""

EVERYBODY: Fact = frozenset()
"""The grand total of a snapshot: no predicate at all."""

RESERVED = "!"
"""Begins the names made here for facts that no screen shows; no category may begin with it."""

NO_COUNT = f"{RESERVED}no count"
"""The dimension of numbers that count nobody, such as by how much one side outweighs another."""


def place(fact: Fact) -> tuple[Predicate, ...]:
    """The fact's place in every list: the same whatever order sets are walked in."""
    return tuple(sorted(fact))


def in_order(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """Each fact once, in an order that depends on nothing but the facts."""
    return tuple(sorted(set(facts), key=place))


def difference(greater: Fact, lesser: Fact) -> Fact:
    """The fact 'counted in ``greater`` and not in ``lesser``', which a subtraction gives away."""
    words = ", ".join(f"{dimension}={category}" for dimension, category in place(lesser))
    return greater | {(f"{RESERVED}without", words or "everybody")}


@dataclass(frozen=True, slots=True)
class Relation:
    """A sum that every outsider knows: the facts of ``whole`` and those of ``parts`` add up alike.

    ``whole`` is nearly always one margin. It holds two facts where participants may have several
    categories: the margin, and how often somebody was counted once more.
    """

    whole: tuple[Fact, ...]
    parts: tuple[Fact, ...]

    @property
    def facts(self) -> tuple[Fact, ...]:
        """Every fact of the sum, both sides."""
        return (*self.whole, *self.parts)


@dataclass(frozen=True, slots=True)
class Interval:
    """The least and the greatest value a fact can have for somebody who knows some of the rest.

    Counts of distinct participants (or the unit of a sum); ``high`` is infinite when nothing
    limits it.
    """

    low: float
    high: float

    @property
    def width(self) -> float:
        """How far apart its ends lie."""
        return self.high - self.low

    def covers(self, other: Interval) -> bool:
        """Whether it contains the other; a thousandth of a person is the solver's to err by."""
        return self.low <= other.low + 1e-3 and self.high >= other.high - 1e-3


@dataclass(frozen=True, slots=True)
class Table:
    """True values by fact, and every sum among them that an outsider knows.

    ``implied`` are the facts that no screen shows and that a subtraction would: who joined
    between two weeks, who is in more than one study. They are protected like any cell.
    """

    values: Mapping[Fact, float]
    relations: tuple[Relation, ...]
    implied: frozenset[Fact] = frozenset()

    @property
    def cells(self) -> tuple[Fact, ...]:
        """The facts a screen would show, in order."""
        return in_order(fact for fact in self.values if fact not in self.implied)
