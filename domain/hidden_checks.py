"""Hidden checks: what the machine surely found is kept from a reviewer, to see who finds it.

Nothing can leave by it: a session whose check is not resolved cannot be confirmed, and what
the reviewer passed over is shown before it can be.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from domain.findings import Finding
from domain.redaction import DecisionKind, RedactionDecision, latest_decisions

#: Only what the machine is sure of is hidden: a reviewer who leaves it has missed something.
SURE_FROM = 0.85
_DRAWS = 100


def choose_hidden(findings: Sequence[Finding], draw: int, percent: int) -> tuple[Finding, ...]:
    """The findings to hide, every place of one value; none unless the draw falls on a check.

    Parameters
    ----------
    draw
        A number from 0 that a reviewer cannot foresee, the same at every look.
    percent
        In how many of a hundred sessions something is hidden.
    """
    if draw % _DRAWS >= percent:
        return ()
    values: dict[str, list[Finding]] = {}
    for finding in findings:
        values.setdefault(finding.replacement, []).append(finding)
    sure = [
        value
        for value, places in sorted(values.items())
        if all(place.score >= SURE_FROM for place in places)
    ]
    if not sure:
        return ()
    return tuple(values[sure[draw // _DRAWS % len(sure)]])


def caught(hidden: Iterable[Finding], decisions: Iterable[RedactionDecision]) -> int:
    """In how many of its places a person took out, unaided, what was hidden from them."""
    taken = [d.span for d in latest_decisions(decisions) if d.kind is not DecisionKind.KEEP]
    return sum(any(span.contains(finding.span) for span in taken) for finding in hidden)
