"""Spans: a stretch of one turn, in Unicode code points."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """``text[start:end]`` of the turn with that index; never empty.

    Offsets are Unicode code points, which is what Python's ``str`` counts. JavaScript
    counts UTF-16 units: convert at the browser's edge.
    """

    turn: int
    start: int
    end: int

    def __post_init__(self) -> None:
        if self.turn < 0 or self.start < 0 or self.end <= self.start:
            raise ValueError(
                f"A span needs 0 <= start < end; got turn {self.turn}, {self.start} to {self.end}."
            )

    def overlaps(self, other: Span) -> bool:
        """Whether both cover at least one code point in common."""
        return self.turn == other.turn and self.start < other.end and other.start < self.end

    def contains(self, other: Span) -> bool:
        """Whether every code point of ``other`` is also covered by this span."""
        return self.turn == other.turn and self.start <= other.start and other.end <= self.end
