"""What the redaction editor is shown: plain frozen facts, in code points throughout."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from domain.digests import Json
from domain.redaction import RedactionDecision
from domain.spans import Span
from domain.transcripts import Turn


class EditorState(StrEnum):
    """Where the review of the session stands."""

    EDITING = "editing"
    CONFIRMING = "confirming"
    CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True)
class EditorFinding:
    """One finding of the machine, by an id that stays the same from run to run.

    ``why`` is one sentence that does not quote the text; ``score`` runs from 0 to 1.
    """

    id: str
    span: Span
    entity_type: str
    score: float
    source: str
    why: str
    replacement: str

    def as_json(self) -> dict[str, Json]:
        """As the browser reads it."""
        return {
            "id": self.id,
            **_place(self.span),
            "type": self.entity_type,
            "score": certainty(self.score),
            "source": self.source,
            "why": self.why,
            "replacement": self.replacement,
        }


@dataclass(frozen=True, slots=True)
class EditorDecision:
    """One recorded decision. Of several on one span the highest ordinal holds.

    ``kind`` is a word of the decision's vocabulary, ``withdraw`` included; ``by`` names the
    person for the reader, ``mine`` says that it is the reader.
    """

    id: str
    ordinal: int
    span: Span
    kind: str
    entity_type: str
    replacement: str | None
    reason: str | None
    mine: bool
    by: str

    @classmethod
    def of(
        cls, decision: RedactionDecision, *, id: str, ordinal: int, mine: bool, by: str
    ) -> EditorDecision:
        """A decision of the domain, as the editor shows it."""
        return cls(
            id=id,
            ordinal=ordinal,
            span=decision.span,
            kind=decision.kind.value,
            entity_type=decision.entity_type,
            replacement=decision.replacement,
            reason=decision.reason,
            mine=mine,
            by=by,
        )

    def as_json(self) -> dict[str, Json]:
        """As the browser reads it."""
        return {
            "id": self.id,
            "ordinal": self.ordinal,
            **_place(self.span),
            "kind": self.kind,
            "type": self.entity_type,
            "replacement": self.replacement,
            "reason": self.reason,
            "mine": self.mine,
            "by": self.by,
        }


@dataclass(frozen=True, slots=True)
class PreviewRun:
    """A stretch of the de-identified text: the person's own words, or a replacement."""

    text: str
    replaced: bool


@dataclass(frozen=True, slots=True)
class EntityLabel:
    """An entity type as people call it, and the colour family it is shown in."""

    entity_type: str
    label: str
    family: str


@dataclass(frozen=True, slots=True)
class EditorTrait:
    """Something few others said of themselves: what it is, who shares it, what could stand there.

    ``entity_type`` is what it is marked as when it is generalised.
    """

    span: Span
    label: str
    shared: str
    entity_type: str
    categories: tuple[str, ...]

    def as_json(self) -> dict[str, Json]:
        """As the browser reads it."""
        return {
            **_place(self.span),
            "label": self.label,
            "shared": self.shared,
            "type": self.entity_type,
            "categories": list(self.categories),
        }


@dataclass(frozen=True, slots=True)
class Survivor:
    """A place where the leak check found something left standing."""

    span: Span
    rule: str
    why: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """Somebody else decided since the reader's version; nothing of the batch was saved."""

    by: str
    at: datetime
    decisions: tuple[EditorDecision, ...]


@dataclass(frozen=True, slots=True)
class EditorData:
    """All that the editor shows of one session.

    Attributes
    ----------
    version
        The highest ordinal of the session's decisions; 0 with none.
    preview
        For each turn the runs of exactly what a recipient would get. The browser never
        works the redaction rule out by itself.
    undecided
        How many findings no decision covers.
    acked
        Ids of decisions that are safely stored; at least those of the last batch.
    notice
        A sentence for the reader: why the last act or batch was refused. A batch that was
        refused is kept in the browser until the reader changes it.
    jump
        A place that the reader asked for elsewhere on the page, to be generalised; told once.
    must_read_whole
        Confirming asks that every turn was seen; ``read`` holds the turns that were.
    """

    session_id: str
    version: int
    turns: tuple[Turn, ...]
    findings: tuple[EditorFinding, ...]
    decisions: tuple[EditorDecision, ...]
    preview: tuple[tuple[PreviewRun, ...], ...]
    undecided: int
    acked: tuple[str, ...] = ()
    conflict: Conflict | None = None
    types: tuple[EntityLabel, ...] = ()
    generalisations: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()
    survivors: tuple[Survivor, ...] = ()
    state: EditorState = EditorState.EDITING
    must_read_whole: bool = False
    read: tuple[int, ...] = ()
    readonly: bool = False
    notice: str | None = None
    traits: tuple[EditorTrait, ...] = ()
    jump: Span | None = None

    def __post_init__(self) -> None:
        if len(self.preview) != len(self.turns):
            raise ValueError("The preview has one entry for each turn, and these differ.")

    def book(self) -> dict[str, Json]:
        """What stays the same while a session is reviewed: sent once."""
        return {
            "session_id": self.session_id,
            "turns": [{"i": t.index, "s": t.speaker.value, "t": t.text} for t in self.turns],
            "findings": [finding.as_json() for finding in self.findings],
            "types": [
                {"type": it.entity_type, "label": it.label, "family": it.family}
                for it in self.types
            ],
            "generalisations": {key: list(many) for key, many in self.generalisations.items()},
            "reasons": list(self.reasons),
            "traits": [trait.as_json() for trait in self.traits],
        }

    def preview_of(self, turn: int) -> list[Json]:
        """One turn as a recipient would get it."""
        return [{"t": run.text, "r": run.replaced} for run in self.preview[turn]]

    def now(self) -> dict[str, Json]:
        """What may differ at every answer, and is short."""
        return {
            "session_id": self.session_id,
            "version": self.version,
            "undecided": self.undecided,
            "acked": list(self.acked),
            "conflict": None if self.conflict is None else _conflict(self.conflict),
            "survivors": [
                {**_place(it.span), "rule": it.rule, "why": it.why} for it in self.survivors
            ],
            "state": self.state.value,
            "must_read_whole": self.must_read_whole,
            "readonly": self.readonly,
            "notice": self.notice,
            "jump": None if self.jump is None else _place(self.jump),
        }


def certainty(score: float) -> str:
    """A recogniser's score in words; it ranks findings and is no probability."""
    if score >= 0.95:
        return "very sure"
    if score >= 0.8:
        return "sure"
    return "fairly sure" if score >= 0.6 else "unsure"


def _place(span: Span) -> dict[str, Json]:
    return {"turn": span.turn, "start": span.start, "end": span.end}


def _conflict(conflict: Conflict) -> dict[str, Json]:
    return {
        "by": conflict.by,
        "at": conflict.at.isoformat(),
        "decisions": [decision.as_json() for decision in conflict.decisions],
    }
