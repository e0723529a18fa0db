"""Ties: what cells of different tables say of each other without any table saying so.

Everybody in France and everybody in France on the paid plan are two cells of two charts; their
difference is a count that neither shows. Ties are found from the predicates alone: a fact with
more predicates counts some of the people of a fact with fewer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

from domain.disclosure.cells import THRESHOLD
from domain.disclosure.facts import RESERVED, Fact, Relation, Table, difference, in_order
from domain.disclosure.tables import Dimension, linked
from domain.errors import BadInput


def tied(table: Table, dimensions: Sequence[Dimension]) -> Table:
    """The table with the difference of every two nested facts, and the rest of every sum.

    ``dimensions`` are those that the snapshot declares. Of one in which each participant has one
    category, the categories that were told of a fact leave a rest, which is a count as well.

    Raises:
        BadInput: a fact, or the categories of one dimension, count more people than one that
            holds them all.
    """
    stated = _stated(table.relations)
    values: dict[Fact, float] = {}
    relations: list[Relation] = []
    real = [fact for fact in in_order(table.values) if not _made_here(fact)]
    for fact in real:
        holders = _holders(fact, table.values)
        for holder in holders:
            apart = table.values[holder] - table.values[fact]
            # A great difference follows from those on the way; a small one is protected itself.
            on_the_way = apart >= THRESHOLD and any(holder < other for other in holders)
            if holder not in stated.get(fact, ()) and not on_the_way:
                rest = difference(holder, fact)
                values[rest] = apart
                relations.append(Relation((holder,), (fact, rest)))
    for dimension in dimensions:
        if dimension.several:
            continue
        for fact in (each for each in real if dimension.name not in dict(each)):
            for head, members in dimension.sums():
                parts = tuple(fact | member for member in members if fact | member in table.values)
                if fact | head not in table.values or not parts:
                    continue
                rest = fact | head | {(f"{RESERVED}rest of {dimension.name}", _named(parts))}
                left = () if len(parts) == len(members) else (rest,)
                relations.append(Relation((fact | head,), (*parts, *left)))
                values |= {
                    each: table.values[fact | head] - sum(table.values[part] for part in parts)
                    for each in left
                }
    if min(values.values(), default=0) < 0:
        raise BadInput(
            "A cell counts more people than another that holds them all. "
            "Count all tables from one frozen snapshot."
        )
    return linked(table, Table(values, tuple(relations), frozenset(values)))


def _holders(fact: Fact, values: Mapping[Fact, float]) -> list[Fact]:
    """The facts with fewer predicates of the same: all that hold these people."""
    return [
        frozenset(fewer)
        for size in range(len(fact))
        for fewer in combinations(sorted(fact), size)
        if frozenset(fewer) in values
    ]


def _stated(relations: Sequence[Relation]) -> dict[Fact, set[Fact]]:
    """For each fact all that hold it by a sum, or by sums of sums.

    There the other parts are cells of the tables themselves, and protected as such.
    """
    above: dict[Fact, set[Fact]] = {}
    for relation in relations:
        for part in relation.parts:
            above.setdefault(part, set()).update(relation.whole)
    reached: dict[Fact, set[Fact]] = {}
    for fact in above:
        ahead, found = list(above[fact]), set[Fact]()
        while ahead:
            holder = ahead.pop()
            if holder not in found:
                found.add(holder)
                ahead += above.get(holder, ())
        reached[fact] = found
    return reached


def _made_here(fact: Fact) -> bool:
    return any(name.startswith(RESERVED) for name, _ in fact)


def _named(parts: Sequence[Fact]) -> str:
    return "; ".join(", ".join(f"{name}={category}" for name, category in sorted(p)) for p in parts)
