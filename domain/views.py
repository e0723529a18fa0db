"""Views: a breakdown or a cross table as leads see it, each with the date of its counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum

from domain.disclosure.cells import Cell, Suppressed


class Kept(Enum):
    """Why a view is older than its snapshot, in the sentence that the screen has for it."""

    FEW = "Too few people came or moved since then to count again without telling of them."
    TIME = "The newer counts could not be protected in the time there was."


@dataclass(frozen=True, slots=True)
class ViewCell:
    """One cell as it may be shown: people, or why there are none. ``crossed`` is its column."""

    category: str
    crossed: str
    people: int | None
    why: str | None

    @classmethod
    def of(cls, category: str, crossed: str, cell: Cell) -> ViewCell:
        """A protected cell in its place."""
        if isinstance(cell, Suppressed):
            return cls(category, crossed, None, cell.sentence)
        return cls(category, crossed, int(cell.value), None)


@dataclass(frozen=True, slots=True)
class View:
    """One breakdown or cross table.

    ``people`` is how many it is about, where that is known; ``median`` is a figure or why there
    is none; ``kept`` says why it is older than the snapshot that it is shown in.
    """

    name: str
    counted_on: date
    cells: tuple[ViewCell, ...]
    people: int | None = None
    median: Cell | None = None
    rounded: bool = False
    kept: Kept | None = None

    @property
    def told(self) -> dict[str, int]:
        """The shown counts of a breakdown by category."""
        return {each.category: each.people for each in self.cells if each.people is not None}

    @property
    def reach(self) -> int:
        """Of how many people its shown cells tell."""
        return sum(each.people for each in self.cells if each.people is not None)

    def is_worth(self, old: View | None) -> bool:
        """Whether to show it instead of an older one: it tells of as many people, and of some."""
        return old is None or old.reach <= self.reach > 0
