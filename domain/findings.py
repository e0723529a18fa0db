"""Findings: what the machine proposes to redact."""

from __future__ import annotations

from dataclasses import dataclass

from domain.spans import Span


@dataclass(frozen=True, slots=True)
class Finding:
    """One proposed redaction.

    Attributes
    ----------
    span
        Where it stands.
    entity_type
        What it is, in Presidio's terms (``PERSON``, ``EMAIL_ADDRESS`` …).
    score
        Confidence from 0 to 1, as the recogniser states it (spaCy always says 0.85).
    source
        The step or recogniser that found it, for example ``SpacyRecognizer``,
        ``account`` or ``propagation``.
    why
        One plain sentence for the reviewer. It never quotes the text it covers.
    replacement
        What stands in its place in the de-identified text, for example ``[PERSON_1]``.
    """

    span: Span
    entity_type: str
    score: float
    source: str
    why: str
    replacement: str


def apply_findings(text: str, turn: int, findings: tuple[Finding, ...]) -> str:
    """Replace every finding in one turn's text by its replacement.

    ``findings`` may belong to any turn; those of other turns are passed over. They must
    not overlap within the turn (ValueError), and must lie inside the text (ValueError).
    """
    parts: list[str] = []
    at = 0
    for finding in sorted((f for f in findings if f.span.turn == turn), key=lambda f: f.span):
        if finding.span.start < at:
            raise ValueError(f"Two findings overlap in turn {turn} at {finding.span.start}.")
        if finding.span.end > len(text):
            raise ValueError(f"A finding ends past turn {turn}'s text at {finding.span.end}.")
        parts.append(text[at : finding.span.start])
        parts.append(finding.replacement)
        at = finding.span.end
    parts.append(text[at:])
    return "".join(parts)
