"""What a review made of each recognizer's findings, in counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from domain.findings import Finding
from domain.redaction import DecisionKind, RedactionDecision, latest_decisions

#: Under which a person's own spans are counted: no recognizer found them.
PERSON = "person"


@dataclass(frozen=True, slots=True)
class OutcomeCounts:
    """Findings a person accepted as they stood, changed, or rejected; and spans they added."""

    accepted: int = 0
    changed: int = 0
    rejected: int = 0
    added: int = 0


def review_outcomes(
    findings: Sequence[Finding], decisions: Iterable[RedactionDecision]
) -> Mapping[str, OutcomeCounts]:
    """Counts by recognizer, and by :data:`PERSON` for what none of them found.

    A finding counts once, under the narrowest decision that covers it whole: rejected when
    that keeps it, accepted when it redacts the same span under the same type, changed
    otherwise. A decision that overlaps no finding was added. Findings that nobody decided
    count nowhere.
    """
    held = latest_decisions(decisions)
    counted: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for finding in findings:
        covering = [d for d in held if d.span.contains(finding.span)]
        if covering:
            nearest = min(covering, key=lambda d: (d.span.end - d.span.start, d.kind))
            counted[finding.source][_fate(finding, nearest)] += 1
    for decision in held:
        if decision.kind is not DecisionKind.KEEP and not any(
            decision.span.overlaps(finding.span) for finding in findings
        ):
            counted[PERSON]["added"] += 1
    return {source: OutcomeCounts(**counts) for source, counts in sorted(counted.items())}


def _fate(finding: Finding, decision: RedactionDecision) -> str:
    if decision.kind is DecisionKind.KEEP:
        return "rejected"
    same = decision.span == finding.span and decision.entity_type == finding.entity_type
    plain = decision.kind is DecisionKind.REDACT and decision.replacement in (
        None,
        finding.replacement,
    )
    return "accepted" if same and plain else "changed"
