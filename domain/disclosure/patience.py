"""How long protecting may take. What is not protected by then is not shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from domain.errors import Refused


class OutOfTime(Refused):
    """Protecting took longer than it may."""

    def __init__(self) -> None:
        super().__init__(
            "These counts took too long to protect.",
            rule="aggregates.time",
            remedy="The counts shown before stay; the next snapshot tries again.",
        )


@dataclass(frozen=True, slots=True)
class Patience:
    """Until when a search may go on, by a clock in seconds that only goes forward."""

    clock: Callable[[], float]
    until: float

    @classmethod
    def of(cls, seconds: float, clock: Callable[[], float]) -> Patience:
        """So many seconds from now."""
        return cls(clock, clock() + seconds)

    def at_most(self, seconds: float) -> Patience:
        """The same, and no longer than so many seconds from now."""
        return Patience(self.clock, min(self.until, self.clock() + seconds))

    def left(self) -> float:
        """The seconds that are left.

        Raises:
            OutOfTime: none are.
        """
        left = self.until - self.clock()
        if left <= 0:
            raise OutOfTime
        return left
