"""Hits: what one recogniser claims about one turn's text, before anything is resolved."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Hit:
    """One claim: ``text[start:end]`` of a turn is an identifier.

    Attributes
    ----------
    start, end
        Unicode code points of the turn's original text.
    entity_type
        Presidio's name for what it is, or one of ours.
    score
        Confidence from 0 to 1.
    source
        The recogniser or step that made the claim.
    why
        A sentence for the reviewer that does not quote the text.
    trusted
        Whether the words around it prove it to be a name ("my name is ..."), so that it may
        be searched for elsewhere in any letter case.
    """

    start: int
    end: int
    entity_type: str
    score: float
    source: str
    why: str = field(compare=False)
    trusted: bool = False

    def __post_init__(self) -> None:
        if self.start < 0 or self.end <= self.start:
            raise ValueError(f"A hit needs 0 <= start < end; got {self.start} to {self.end}.")

    def overlaps(self, other: Hit) -> bool:
        """Whether both cover at least one code point in common."""
        return self.start < other.end and other.start < self.end
