"""Lists of counts: each person in one category, or for each category in it or not.

Nothing else is tied in them: what two lists of the same people say of each other is the number
of these people and no more, if no person's category in one follows from that in the other.
"""

from __future__ import annotations

from collections.abc import Mapping

from domain.disclosure.facts import Fact, Relation, Table

SNAPSHOT = "snapshot"
"""The dimension that says at which snapshot a fact was counted."""


def counted_at(snapshot: str) -> Fact:
    """The predicate of that snapshot."""
    return frozenset({(SNAPSHOT, snapshot)})


def one_each(
    name: str, counts: Mapping[str, int], *, whole: Fact, people: int, snapshot: str
) -> Table:
    """A list in which each of the ``people`` of ``whole`` is in one category.

    ``counts`` has every category that is declared, empty ones too.
    """
    cells = cell_facts(name, counts, snapshot)
    values: dict[Fact, float] = {whole: people}
    values |= {fact: counts[category] for category, fact in cells.items()}
    return Table(values, (Relation((whole,), tuple(cells.values())),))


def any_number(
    name: str, counts: Mapping[str, int], *, whole: Fact, people: int, snapshot: str
) -> Table:
    """A list in which one may be in several categories, or in none.

    Of each category those who are not in it are a count as well, which a subtraction gives.
    """
    cells = cell_facts(name, counts, snapshot)
    values: dict[Fact, float] = {whole: people}
    relations = []
    for category, fact in cells.items():
        others = counted_at(snapshot) | {(f"not in {name}", category)}
        values |= {fact: counts[category], others: people - counts[category]}
        relations.append(Relation((whole,), (fact, others)))
    return Table(values, tuple(relations))


def cell_facts(name: str, counts: Mapping[str, int], snapshot: str) -> dict[str, Fact]:
    """The fact of each category, in their order."""
    return {category: counted_at(snapshot) | {(name, category)} for category in counts}
