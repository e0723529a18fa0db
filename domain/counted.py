"""True counts of a study's people, as they come from the database, by declared categories."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from domain.disclosure.facts import Fact
from domain.disclosure.medians import Figure
from domain.metrics import NOT_MEANT, OTHER, OUTSIDE, Breakdown


@dataclass(frozen=True, slots=True)
class Counted:
    """True counts: everybody, people by one predicate or two, and medians by breakdown."""

    everybody: int
    counts: Mapping[Fact, int]
    medians: Mapping[str, Figure] = field(default_factory=dict)

    def by_category(self, breakdown: Breakdown) -> dict[str, int]:
        """How many are in each declared category."""
        counts = dict.fromkeys(breakdown.categories, 0)
        for fact, people in self.counts.items():
            if len(fact) == 1 and breakdown.name in dict(fact):
                category = dict(fact)[breakdown.name]
                if category != NOT_MEANT:
                    counts[declared_category(breakdown, category)] += people
        # Several kinds of which no one is declared are one category: at most everybody is in it.
        return {name: min(self.everybody, people) for name, people in counts.items()}


def declared_category(breakdown: Breakdown, category: str) -> str:
    """The declared category that what was counted belongs to: itself, "other", another week."""
    for each in (category, OTHER, OUTSIDE):
        if each in breakdown.categories:
            return each
    raise AssertionError(f"{breakdown.name} declares no category for what was counted.")
