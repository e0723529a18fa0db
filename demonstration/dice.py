"""Randomness that is the same everywhere: one named stream for each thing decided."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TypeVar

_Thing = TypeVar("_Thing")


class Dice:
    """A stream of decisions named by its key.

    Only ``Random.random`` is used, seeded by text: it is the one method for which Python
    promises the same sequence from version to version.
    """

    __slots__ = ("_next",)

    def __init__(self, *key: object) -> None:
        self._next = Random("/".join(str(part) for part in key)).random  # noqa: S311 - invented text, no secret

    def chance(self, probability: float) -> bool:
        """Whether something of that probability (0 to 1) happens."""
        return self._next() < probability

    def below(self, limit: int) -> int:
        """A whole number from 0 up to, not including, ``limit``."""
        return int(self._next() * limit)

    def between(self, low: float, high: float) -> float:
        """A number from ``low`` up to ``high``."""
        return low + (high - low) * self._next()

    def pick(self, things: Sequence[_Thing]) -> _Thing:
        """One of the things, each equally likely. Raises IndexError when there are none."""
        return things[int(self._next() * len(things))]

    def some(self, things: Sequence[_Thing], count: int) -> list[_Thing]:
        """That many different things (fewer when there are fewer), in random order."""
        left = list(things)
        return [left.pop(self.below(len(left))) for _ in range(min(count, len(left)))]
