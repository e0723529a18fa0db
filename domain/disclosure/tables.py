"""Tables of counts of distinct participants: cross tables with margins, groups, and series."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import pairwise, product

from domain.disclosure.facts import RESERVED, Fact, Relation, Table, difference
from domain.errors import BadInput


@dataclass(frozen=True, slots=True)
class Group:
    """Categories shown as one, such as "other": the sum of its members, which may be groups."""

    name: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dimension:
    """One way to break people down, with all its categories, empty ones too.

    ``several`` says that one participant may be in several categories (studies, say): then
    distinct participants do not add up to the margin, and each margin must be counted.

    Raises:
        BadInput: a name is empty, repeated or reserved, or a group has an unknown member.
    """

    name: str
    categories: tuple[str, ...]
    groups: tuple[Group, ...] = ()
    several: bool = False

    def __post_init__(self) -> None:
        seen = set(self.categories)
        fine = len(seen) == len(self.categories) > 0
        for group in self.groups:
            fine = fine and bool(group.members) and seen.issuperset(group.members)
            fine = fine and group.name not in seen
            seen.add(group.name)
        if not fine or any(not name or name.startswith(RESERVED) for name in [self.name, *seen]):
            raise BadInput(
                "A dimension needs a name and categories, each once, none empty or beginning with "
                "'!', and groups of categories named before them. Correct the declaration."
            )

    def predicates(self) -> tuple[Fact, ...]:
        """No predicate (the margin), then one for each category and group."""
        names = [*self.categories, *(group.name for group in self.groups)]
        return (frozenset(), *(frozenset({(self.name, name)}) for name in names))

    def sums(self) -> tuple[tuple[Fact, tuple[Fact, ...]], ...]:
        """The margin with its categories, then each group with its members."""
        everyone: Fact = frozenset()
        pairs = [(everyone, self.categories)]
        pairs += [(frozenset({(self.name, group.name)}), group.members) for group in self.groups]
        return tuple(
            (whole, tuple(frozenset({(self.name, name)}) for name in members))
            for whole, members in pairs
        )


def cross_table(
    dimensions: Sequence[Dimension], counts: Mapping[Fact, int], *, within: Fact = frozenset()
) -> Table:
    """The table of every combination, with every margin and group, of the people ``within``.

    ``counts`` are facts with a predicate for each dimension; a combination that is not given
    counts as zero, for an outsider sees the whole grid. Margins may be given and are checked;
    over a dimension with ``several`` they must be.

    Raises:
        BadInput: no or more than three dimensions, two of one name, a negative count, a fact that
            is not of this table, a missing margin, or one that is not what its parts allow.
    """
    names = {dimension.name for dimension in dimensions} | {name for name, _ in within}
    if not 1 <= len(dimensions) <= 3 or len(names) != len(dimensions) + len(within):
        raise BadInput(
            "A table has one to three different dimensions besides its filter. Declare it so."
        )
    grid = [
        frozenset[tuple[str, str]]().union(*choice)
        for choice in product(*(dimension.predicates() for dimension in dimensions))
    ]
    given = {fact - within: count for fact, count in counts.items()}
    if not set(grid).issuperset(given) or min(given.values(), default=0) < 0:
        raise BadInput(
            "Some counts are negative or of a category that the table does not declare. "
            "Count again from the snapshot."
        )
    values: dict[Fact, float] = {}
    for fact in sorted(grid, key=lambda fact: -_depth(fact, dimensions)):
        values[fact] = given[fact] if fact in given else _computed(fact, dimensions, values)
    relations: list[Relation] = []
    implied: dict[Fact, float] = {}
    for dimension in dimensions:
        others = {fact for fact in grid if dimension.name not in {name for name, _ in fact}}
        for rest in sorted(others, key=sorted):
            for head, members in dimension.sums():
                whole, parts = rest | head, tuple(rest | member for member in members)
                if dimension.several:
                    relations += _overlapping(whole, parts, values, implied, dimension.name)
                else:
                    _agree(values[whole] == sum(values[part] for part in parts))
                    relations.append(Relation((whole,), parts))
    return Table(
        {fact | within: value for fact, value in {**values, **implied}.items()},
        tuple(
            Relation(
                tuple(fact | within for fact in each.whole),
                tuple(fact | within for fact in each.parts),
            )
            for each in relations
        ),
        frozenset(fact | within for fact in implied),
    )


def running_total(steps: Sequence[tuple[Fact, int]]) -> Table:
    """A series in which every count holds the one before: people so far, week by week.

    Each step's growth is a count that a subtraction would give away, and is protected.

    Raises:
        BadInput: a count is less than the one before it.
    """
    values: dict[Fact, float] = dict(steps)
    relations: list[Relation] = []
    implied: dict[Fact, float] = {}
    for (earlier, before), (later, after) in pairwise(steps):
        _agree(after >= before >= 0)
        grown = difference(later, earlier)
        implied[grown] = after - before
        relations.append(Relation((later,), (earlier, grown)))
    return Table({**values, **implied}, tuple(relations), frozenset(implied))


def linked(*tables: Table) -> Table:
    """Several tables as one: cells that are the same fact become one cell.

    Raises:
        BadInput: two tables have different counts for one fact.
    """
    values: dict[Fact, float] = {}
    relations: dict[Relation, None] = {}
    for table in tables:
        for fact, value in table.values.items():
            _agree(values.setdefault(fact, value) == value)
        relations.update(dict.fromkeys(table.relations))
    cells = {fact for table in tables for fact in table.cells}
    return Table(values, tuple(relations), frozenset(values) - cells)


def as_of(table: Table, snapshot: str) -> Table:
    """The table with every fact bound to its snapshot (its date), so that two can be compared."""
    when: Fact = frozenset({("snapshot", snapshot)})
    return Table(
        {fact | when: value for fact, value in table.values.items()},
        tuple(
            Relation(
                tuple(fact | when for fact in each.whole),
                tuple(fact | when for fact in each.parts),
            )
            for each in table.relations
        ),
        frozenset(fact | when for fact in table.implied),
    )


def changes(earlier: Table, later: Table) -> Table:
    """For each cell that two snapshots share, the change that subtracting them shows.

    A cell that shrank (after a deletion) has the change on the other side of the sum. Cells bound
    to no snapshot, or to the same one, have no change.
    """
    before: dict[Fact, list[Fact]] = {}
    for fact in earlier.cells:
        before.setdefault(_timeless(fact), []).append(fact)
    implied: dict[Fact, float] = {}
    relations: list[Relation] = []
    for fact in later.cells:
        for old in before.get(_timeless(fact), []):
            if old == fact:
                continue
            grown = later.values[fact] - earlier.values[old]
            greater, lesser = (fact, old) if grown >= 0 else (old, fact)
            change = difference(greater, lesser)
            implied[change] = abs(grown)
            relations.append(Relation((greater,), (lesser, change)))
    return Table(implied, tuple(relations), frozenset(implied))


def showing(table: Table, wanted: Set[Fact]) -> Table:
    """The same knowledge with only the ``wanted`` cells for a screen; the rest are implied.

    Built on the full cross table, this lets margins be shown together: what they say of each
    other by way of the combinations below them is then part of every attack.
    """
    hidden = {fact for fact in table.values if fact not in wanted}
    return Table(table.values, table.relations, table.implied | hidden)


def _timeless(fact: Fact) -> Fact:
    return frozenset(each for each in fact if each[0] != "snapshot")


def _depth(fact: Fact, dimensions: Sequence[Dimension]) -> int:
    """How far down the fact lies: categories before the groups of them, those before margins."""
    held = dict(fact)
    depth = 0
    for dimension in dimensions:
        groups = [group.name for group in dimension.groups]
        if dimension.name in held:
            name = held[dimension.name]
            depth += len(groups) - groups.index(name) if name in groups else len(groups) + 1
    return depth


def _computed(fact: Fact, dimensions: Sequence[Dimension], values: Mapping[Fact, float]) -> float:
    """The sum over the first dimension in which the fact is a margin or a group; else zero."""
    aggregated = False
    for dimension in dimensions:
        own = frozenset(each for each in fact if each[0] == dimension.name)
        parts = dict(dimension.sums()).get(own, ())
        if parts and not dimension.several:
            return sum(values[(fact - own) | part] for part in parts)
        aggregated = aggregated or bool(parts)
    _agree(not aggregated)
    return 0


def _overlapping(
    whole: Fact,
    parts: tuple[Fact, ...],
    values: Mapping[Fact, float],
    implied: dict[Fact, float],
    dimension: str,
) -> list[Relation]:
    """The sums where one participant may count in several parts, with the facts they imply.

    How often somebody was counted once more, and for each part who is in the whole and not in it.
    """
    again = whole | {(f"{RESERVED}counted again", dimension)}
    implied[again] = sum(values[part] for part in parts) - values[whole]
    relations = [Relation((whole, again), parts)]
    for part in parts:
        rest = difference(whole, part)
        implied[rest] = values[whole] - values[part]
        relations.append(Relation((whole,), (part, rest)))
        _agree(implied[rest] >= 0)
    _agree(implied[again] >= 0)
    return relations


def _agree(holds: bool) -> None:
    if not holds:
        raise BadInput(
            "The counts of this table do not agree: a total is missing or is not what its parts "
            "allow, or two tables differ on one cell. Count all from one frozen snapshot."
        )
