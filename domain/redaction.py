"""Redaction: from turns, findings and people's decisions to the de-identified text.

A redaction set is the frozen outcome: which stretches are replaced by what, and which are
kept and why. The same turns and decisions give the same set, the same text and the same
digests, in whatever order they are read; any change gives others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from domain.digests import Json, digest, turns_digest
from domain.errors import BadInput
from domain.findings import Finding
from domain.spans import Span
from domain.transcripts import Turn


class DecisionKind(StrEnum):
    """What a person did with a stretch of text: a finding's, or a span of their own."""

    #: Undone: the span counts as decided by nobody.
    WITHDRAW = "withdraw"
    KEEP = "keep"
    GENERALISE = "generalise"
    REDACT = "redact"


@dataclass(frozen=True, slots=True)
class RedactionDecision:
    """One decision of a person. Of several on one span the latest holds.

    ``ordinal`` is its place among the session's decisions, from 1; where it is equal (0, not
    kept yet) the time decides.

    It belongs to its span, not to a finding, so it survives a new run of the machine; on a
    span that no finding has, it is the person's own. Raises
    :class:`~domain.errors.BadInput` when a kept span has no reason, a generalised one no
    category, or a replacement is blank.
    """

    kind: DecisionKind
    span: Span
    entity_type: str
    decided_at: datetime
    replacement: str | None = None
    reason: str | None = None
    ordinal: int = 0

    def __post_init__(self) -> None:
        if self.kind is DecisionKind.KEEP and not (self.reason or "").strip():
            raise BadInput("Keeping what the machine found needs a reason. Write one sentence.")
        if self.kind is DecisionKind.GENERALISE and self.replacement is None:
            raise BadInput("Generalising needs the category to put there. Write or choose one.")
        if self.replacement is not None and not self.replacement.strip():
            raise BadInput("A replacement says something. Write what shall stand there.")


@dataclass(frozen=True, slots=True)
class Redaction:
    """One stretch of a redaction set. A kept one has a reason and no replacement."""

    span: Span
    kind: DecisionKind
    entity_type: str
    replacement: str | None
    reason: str | None

    def as_json(self) -> dict[str, Json]:
        """As it is stored, and as its set's digest covers it."""
        return {
            "turn": self.span.turn,
            "start": self.span.start,
            "end": self.span.end,
            "kind": self.kind.value,
            "entity_type": self.entity_type,
            "replacement": self.replacement,
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class RedactionSet:
    """The frozen outcome for one session; what is replaced never overlaps.

    ``turns_digest`` says for which turns it was made.
    """

    turns_digest: bytes
    redactions: tuple[Redaction, ...]

    @property
    def digest(self) -> bytes:
        """SHA-256 over the turns' digest and every redaction."""
        return digest(
            {
                "turns": self.turns_digest.hex(),
                "redactions": [redaction.as_json() for redaction in self.redactions],
            }
        )

    def apply(self, turns: Sequence[Turn]) -> tuple[Turn, ...]:
        """The de-identified turns.

        Raises
        ------
        BadInput
            When these are not the turns that the set was made for.
        """
        self._check(turns)
        return tuple(
            replace(turn, text="".join(run.text for run in _runs(turn, self._replaced(turn.index))))
            for turn in turns
        )

    def runs(self, turns: Sequence[Turn]) -> tuple[tuple[Run, ...], ...]:
        """The de-identified turns in runs, so that a screen can mark what was replaced.

        Joined, the runs of a turn are what :meth:`apply` gives for it. Raises as that does.
        """
        self._check(turns)
        return tuple(tuple(_runs(turn, self._replaced(turn.index))) for turn in turns)

    def original(self, turn: Turn, start: int, end: int) -> Span:
        """Where a stretch of a turn's final text comes from; what was replaced counts whole.

        ``turn`` is the original one; ``start`` and ``end`` are code points of its final text.
        Raises BadInput when nothing stands there.
        """
        spans = []
        here = 0
        for run, span in _placed(turn, self._replaced(turn.index)):
            low, high = max(start, here) - here, min(end, here + len(run.text)) - here
            if low < high and run.is_replacement:
                spans.append(span)
            elif low < high:
                spans.append(Span(turn.index, span.start + low, span.start + high))
            here += len(run.text)
        if not spans:
            raise BadInput(f"Nothing of turn {turn.index} stands there. Reload the session.")
        return Span(turn.index, spans[0].start, spans[-1].end)

    def _replaced(self, turn: int) -> list[Redaction]:
        return [r for r in self.redactions if r.span.turn == turn and r.replacement is not None]

    def _check(self, turns: Sequence[Turn]) -> None:
        if not _in_place(turns) or turns_digest(turns) != self.turns_digest:
            raise BadInput("The redactions were made for other turns than these. Decide them anew.")


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of de-identified text: the participant's words, or a replacement of some."""

    text: str
    is_replacement: bool


def read_redaction_set(
    turns_digest: bytes, stored: Sequence[Mapping[str, Any]], set_digest: bytes
) -> RedactionSet:
    """A redaction set from what was stored of it.

    Raises
    ------
    BadInput
        When it is not what was confirmed: its digest is another, or a field is missing.
    """
    try:
        redactions = tuple(
            Redaction(
                span=Span(row["turn"], row["start"], row["end"]),
                kind=DecisionKind(row["kind"]),
                entity_type=row["entity_type"],
                replacement=row["replacement"],
                reason=row["reason"],
            )
            for row in stored
        )
    except (KeyError, TypeError, ValueError) as error:
        raise BadInput(
            "A stored redaction set cannot be read. Confirm the session anew."
        ) from error
    held = RedactionSet(turns_digest, redactions)
    if held.digest != set_digest:
        raise BadInput(
            "A stored redaction set is not the one that was confirmed: its digest differs. "
            "Tell an auditor, and confirm the session anew."
        )
    return held


def make_redaction_set(
    turns: Sequence[Turn], findings: Iterable[Finding], decisions: Iterable[RedactionDecision]
) -> RedactionSet:
    """Settle findings and decisions into the one set that they mean.

    What nobody decided is redacted as the machine proposed. A kept span frees the findings
    that lie within it and nothing else. Stretches that overlap become one, which takes the
    words of a person's decision before a finding's, and of the longer before the shorter:
    no part of any of them is left standing.

    Raises
    ------
    BadInput
        When the turns are not the session's, whole and in order, or a span lies outside its
        turn.
    """
    if not _in_place(turns):
        raise BadInput("Some turns are missing or out of order. Reload the session.")
    found, decided = tuple(findings), latest_decisions(decisions)
    lengths = {turn.index: len(turn.text) for turn in turns}
    for span in [*(f.span for f in found), *(d.span for d in decided)]:
        if span.end > lengths.get(span.turn, 0):
            raise BadInput(
                f"A span ends at {span.end}, past the text of turn {span.turn}. "
                "Reload the session and mark it again."
            )
    keeps = [decision for decision in decided if decision.kind is DecisionKind.KEEP]
    theirs = [_redaction(d, found) for d in decided if d.kind is not DecisionKind.KEEP]
    machines = [
        Redaction(f.span, DecisionKind.REDACT, f.entity_type, f.replacement, None)
        for f in found
        if not any(keep.span.contains(f.span) for keep in keeps)
    ]
    kept = [Redaction(k.span, k.kind, k.entity_type, None, k.reason) for k in keeps]
    return RedactionSet(
        turns_digest(turns),
        tuple(sorted([*kept, *_merged(theirs, machines)], key=lambda r: (r.span, r.kind))),
    )


def undecided(
    findings: Iterable[Finding], decisions: Iterable[RedactionDecision]
) -> tuple[Finding, ...]:
    """The findings that no decision in force covers whole, in reading order.

    None may be left when a set is confirmed.
    """
    spans = [decision.span for decision in latest_decisions(decisions)]
    left = [f for f in findings if not any(span.contains(f.span) for span in spans)]
    return tuple(sorted(left, key=lambda f: (f.span, f.entity_type)))


def latest_decisions(decisions: Iterable[RedactionDecision]) -> tuple[RedactionDecision, ...]:
    """The decision that holds on each span: the latest; at one instant, the stricter.

    A span whose latest decision was withdrawn has none.
    """
    latest: dict[Span, RedactionDecision] = {}
    for decision in decisions:
        held = latest.get(decision.span)
        if held is None or _standing(decision) > _standing(held):
            latest[decision.span] = decision
    return tuple(
        latest[span] for span in sorted(latest) if latest[span].kind is not DecisionKind.WITHDRAW
    )


def _runs(turn: Turn, redactions: Sequence[Redaction]) -> Iterator[Run]:
    return (run for run, _span in _placed(turn, redactions))


def _placed(turn: Turn, redactions: Sequence[Redaction]) -> Iterator[tuple[Run, Span]]:
    """The runs of the final text, and where in the original each comes from.

    Raises BadInput where redactions overlap or end past the text: such a set says nothing.
    """
    at = 0
    for redaction in sorted(redactions, key=lambda r: r.span):
        if redaction.span.start < at or redaction.span.end > len(turn.text):
            raise BadInput(
                f"The redactions of turn {turn.index} do not fit its text. Confirm it anew."
            )
        if redaction.span.start > at:
            yield _kept(turn, at, redaction.span.start)
        yield Run(redaction.replacement or "", is_replacement=True), redaction.span
        at = redaction.span.end
    if at < len(turn.text):
        yield _kept(turn, at, len(turn.text))


def _kept(turn: Turn, start: int, end: int) -> tuple[Run, Span]:
    return Run(turn.text[start:end], is_replacement=False), Span(turn.index, start, end)


def _in_place(turns: Sequence[Turn]) -> bool:
    """Whether every turn stands at its number: spans find their turn by it."""
    return [turn.index for turn in turns] == list(range(len(turns)))


def _standing(decision: RedactionDecision) -> tuple[int, datetime, int, str, str, str]:
    return (
        decision.ordinal,
        decision.decided_at,
        list(DecisionKind).index(decision.kind),
        decision.entity_type,
        decision.replacement or "",
        decision.reason or "",
    )


def _redaction(decision: RedactionDecision, findings: Sequence[Finding]) -> Redaction:
    """A decision as a redaction; without words of its own it takes those of the finding."""
    same = [f for f in findings if f.span == decision.span]
    best = max(same, key=lambda f: (f.score, f.entity_type, f.replacement), default=None)
    proposed = f"[{decision.entity_type}]" if best is None else best.replacement
    return Redaction(
        decision.span,
        decision.kind,
        decision.entity_type,
        proposed if decision.replacement is None else decision.replacement,
        decision.reason,
    )


def _merged(theirs: Sequence[Redaction], machines: Sequence[Redaction]) -> list[Redaction]:
    """One redaction for each run of overlapping ones, covering all of them."""
    ranked = [(True, redaction) for redaction in theirs]
    ranked += [(False, redaction) for redaction in machines]
    ranked.sort(key=lambda entry: (entry[1].span, _weight(entry)))
    runs: list[tuple[Span, list[tuple[bool, Redaction]]]] = []
    for entry in ranked:
        span = entry[1].span
        if runs and runs[-1][0].overlaps(span):
            whole, members = runs[-1]
            runs[-1] = (replace(whole, end=max(whole.end, span.end)), [*members, entry])
        else:
            runs.append((span, [entry]))
    return [replace(max(members, key=_weight)[1], span=whole) for whole, members in runs]


def _weight(entry: tuple[bool, Redaction]) -> tuple[bool, int, int, str, str, str]:
    """Whose words a run takes: a person's, the longer, the earlier; then any fixed order."""
    decided, redaction = entry
    span = redaction.span
    words = (redaction.entity_type, redaction.replacement or "", redaction.reason or "")
    return (decided, span.end - span.start, -span.start, *words)
