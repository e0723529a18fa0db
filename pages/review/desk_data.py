"""From a desk as services give it to what the editor shows."""

from __future__ import annotations

from collections.abc import Sequence

from components import words
from components.redaction_editor import EditorEvents
from components.redaction_editor.data import (
    Conflict,
    EditorData,
    EditorDecision,
    EditorFinding,
    EditorState,
    EditorTrait,
    EntityLabel,
    PreviewRun,
    Survivor,
)
from components.transcript import family
from domain.generalisations import GENERALISATIONS, REASONS_TO_KEEP, TRAITS
from domain.permissions import Actor
from domain.spans import Span
from services.reviewing import Desk
from services.traits import RareTrait


def editor_data(
    desk: Desk,
    actor: Actor,
    *,
    conflict: Conflict | None,
    notice: str | None,
    survivors: tuple[Survivor, ...],
    state: EditorState,
    types: Sequence[str],
    traits: Sequence[RareTrait],
    jump: Span | None,
) -> EditorData:
    """All that the editor shows of a session."""
    return EditorData(
        session_id=desk_name(desk),
        version=desk.version,
        turns=desk.turns,
        findings=tuple(
            EditorFinding(
                # A run's findings do not overlap: the place names one, from run to run.
                id=f"{finding.span.turn}:{finding.span.start}:{finding.span.end}",
                span=finding.span,
                entity_type=finding.entity_type,
                score=finding.score,
                source=finding.source,
                why=finding.why,
                replacement=finding.replacement,
            )
            for finding in desk.findings
        ),
        decisions=_shown(desk, actor, 0),
        preview=tuple(
            tuple(PreviewRun(run.text, run.is_replacement) for run in runs) for runs in desk.runs
        ),
        undecided=len(desk.open_findings),
        acked=tuple(str(kept.id) for kept in desk.decisions if kept.decided_by == actor.staff_id),
        conflict=conflict,
        types=tuple(EntityLabel(name, _label(name), family(name)) for name in types),
        generalisations=GENERALISATIONS,
        reasons=REASONS_TO_KEEP,
        survivors=survivors,
        state=state,
        must_read_whole=desk.must_read_whole,
        read=tuple(sorted(desk.read)),
        notice=notice,
        traits=tuple(_trait(each) for each in traits),
        jump=jump,
    )


def desk_name(desk: Desk) -> str:
    """What a browser keeps a session's unsaved decisions under: a second review's are apart."""
    return f"{desk.row.id}/second" if desk.blind else str(desk.row.id)


def conflict_since(desk: Desk, events: EditorEvents, actor: Actor) -> Conflict | None:
    """What others, or another tab, decided after the version that a batch was made on."""
    own = {one.id for one in events.decisions}
    theirs = [
        kept
        for kept in desk.decisions
        if kept.decision.ordinal > events.version and kept.id not in own
    ]
    if not theirs:
        return None
    last = theirs[-1]
    by = "you, in another tab" if last.decided_by == actor.staff_id else last.name
    return Conflict(by, last.decision.decided_at, _shown(desk, actor, events.version))


def _shown(desk: Desk, actor: Actor, after: int) -> tuple[EditorDecision, ...]:
    return tuple(
        EditorDecision.of(
            kept.decision,
            id=str(kept.id),
            ordinal=kept.decision.ordinal,
            mine=kept.decided_by == actor.staff_id,
            by=kept.name,
        )
        for kept in desk.decisions
        if kept.decision.ordinal > after
    )


def _trait(each: RareTrait) -> EditorTrait:
    entity_type, categories = TRAITS[each.category]
    shared = "nobody else" if each.others == 0 else words.plural(each.others, "other")
    return EditorTrait(each.span, each.category.label, shared, entity_type, categories)


def _label(entity_type: str) -> str:
    return entity_type.replace("_", " ").capitalize()
