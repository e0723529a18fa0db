"""What a new run of the machine found otherwise than the one before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from domain.findings import Finding


@dataclass(frozen=True, slots=True)
class EngineChanges:
    """Findings of the new run alone, of the earlier one alone, and the same span retyped.

    ``retyped`` pairs the earlier finding with the new one.
    """

    added: tuple[Finding, ...]
    gone: tuple[Finding, ...]
    retyped: tuple[tuple[Finding, Finding], ...]

    def __bool__(self) -> bool:
        """Whether anything changed."""
        return bool(self.added or self.gone or self.retyped)


def engine_changes(before: Sequence[Finding], after: Sequence[Finding]) -> EngineChanges:
    """Compare two runs over the same turns, span by span, in reading order."""
    then = {finding.span: finding for finding in before}
    now = {finding.span: finding for finding in after}
    return EngineChanges(
        added=tuple(now[span] for span in sorted(now.keys() - then.keys())),
        gone=tuple(then[span] for span in sorted(then.keys() - now.keys())),
        retyped=tuple(
            (then[span], now[span])
            for span in sorted(then.keys() & now.keys())
            if then[span].entity_type != now[span].entity_type
        ),
    )
