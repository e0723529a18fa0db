"""A cell as screens, hovers, percentages and downloads have it: shown, or suppressed and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

THRESHOLD = 10
"""The least number of distinct participants in a shown cell (the house rule on aggregates).

Zero is below it: that nobody of a country took part is a fact about those who might have.
"""

ROUNDING_BASE = 5
"""Counts are rounded to multiples of this where a table is rounded (the house rule)."""


class Why(Enum):
    """Why a cell is not shown, in the sentence that the screen has for it.

    One reason serves a small cell and the cells hidden beside it. Were they told apart, the mark
    itself would narrow what the neighbours can be.
    """

    THRESHOLD = (
        f"Not shown: fewer than {THRESHOLD} people, or enough to work out such a count nearby."
    )
    SHARE = (
        f"Not shown: the share would reveal a count of fewer than {THRESHOLD} people, "
        "among these or among the rest."
    )
    FEW_ON_A_SIDE = (
        f"Not shown: fewer than {THRESHOLD} people lie below or above it, "
        "so it would be close to one person's own figure."
    )
    TIME = "Not shown: these counts could not be protected in the time there was."
    DOMINANCE = "Not shown: a few people make up most of this sum, or one could be worked out."

    @property
    def sentence(self) -> str:
        """The reason for people to read."""
        return self.value


@dataclass(frozen=True, slots=True)
class Shown:
    """A value that may be shown: people, per cent, or the unit of the measure."""

    value: float


@dataclass(frozen=True, slots=True)
class Suppressed:
    """No value, and why. Never a zero, never a gap."""

    why: Why

    @property
    def sentence(self) -> str:
        """What the hover, the table and the download say in the value's place."""
        return self.why.sentence


Cell = Shown | Suppressed
