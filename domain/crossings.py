"""Cross tables for leads: which two breakdowns are shown together, and by which categories.

A table's rows and columns are categories whose people are known already, with all others as "the
rest". What it tells is then how people spread between them, and nothing of one breakdown alone.
The declared tables make no ring: two of them with a breakdown in common say nothing of each other
but what that breakdown says. Each can therefore be protected, and attacked, by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

#: All whose category is not told, together. How many they are is everybody less those told.
REST = "the rest"


@dataclass(frozen=True, slots=True)
class Crossing:
    """A declared table of one breakdown's categories by another's.

    ``rounded`` tables show counts rounded to five. A rounded count leaves no exact remainder, so
    that fewer cells are hidden beside small ones: declared where there are many small ones.
    """

    rows: str
    columns: str
    question: str
    rounded: bool = False

    @property
    def name(self) -> str:
        """What cells, ledger and files call it."""
        return f"{self.rows} by {self.columns}"


CROSSINGS = (
    Crossing("period", "status", "Did more or fewer finish as the study went on?"),
    Crossing("plan", "status", "Did people on some plans finish more often?"),
    Crossing("period", "researchers", "Did choices about researchers change over time?"),
    Crossing("language", "researchers", "Do choices about researchers differ by language?", True),
    Crossing("language", "country", "Which languages were spoken from which countries?", True),
)


def crossings_of(breakdown: str) -> tuple[Crossing, ...]:
    """The declared tables that a breakdown is in."""
    return tuple(each for each in CROSSINGS if breakdown in (each.rows, each.columns))


def settled(
    told: Mapping[str, int], everybody: int, before: tuple[str, ...] | None
) -> dict[str, int] | None:
    """The categories of one side and how many are in each; None where that is not known.

    ``told`` are the counts shown of the breakdown. The categories are settled when the table is
    first shown and stay, so that two of its snapshots compare like with like: ``before`` are
    those, when there are any.
    """
    names = tuple(told) if before is None else tuple(name for name in before if name != REST)
    if not set(names) <= set(told):
        return None
    counts = {name: told[name] for name in names}
    rest = everybody - sum(counts.values())
    if before is None:
        if rest:
            counts[REST] = rest
    elif REST in before:
        counts[REST] = rest
    elif rest:
        return None
    return counts if len(counts) > 1 else None


def is_forest(crossings: tuple[Crossing, ...]) -> bool:
    """Whether the tables make no ring among the breakdowns."""
    home: dict[str, str] = {}

    def root(name: str) -> str:
        while name in home:
            name = home[name]
        return name

    for each in crossings:
        one, other = root(each.rows), root(each.columns)
        if one == other:
            return False
        home[one] = other
    return True
