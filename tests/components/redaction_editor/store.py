"""Sessions, decisions and reads for the editor's tests: the contract, kept in one small file.

It stands in for the review service alone. The redaction rule is the product's own.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Any

from components.redaction_editor import (
    Conflict,
    EditorData,
    EditorDecision,
    EditorEvents,
    EditorState,
    PreviewRun,
    ProposedDecision,
    Survivor,
)
from domain.redaction import DecisionKind, RedactionDecision, make_redaction_set, undecided
from domain.spans import Span
from domain.transcripts import Turn
from tests.components.redaction_editor.worlds import World, world

_START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LOCK = Lock()


@dataclass
class Store:
    """All that is recorded of one session, written to a file so that it outlives a process."""

    path: Path
    world: World
    rows: list[dict[str, Any]] = field(default_factory=list)
    read: dict[str, list[int]] = field(default_factory=dict)
    confirmed: bool = False

    @classmethod
    def open(cls, directory: Path, session: str) -> Store:
        """The session as it stands."""
        path = directory / f"{session}.json"
        held = json.loads(path.read_text()) if path.exists() else {}
        return cls(
            path,
            world(session),
            held.get("rows", []),
            held.get("read", {}),
            held.get("confirmed", False),
        )

    @property
    def version(self) -> int:
        return len(self.rows)

    def take(self, events: EditorEvents, who: str) -> tuple[Conflict | None, str | None]:
        """Record a message; gives the conflict, or the sentence why an act was refused."""
        events.check_places(self.world.turns)
        known = {row["id"] for row in self.rows}
        fresh = [one for one in events.decisions if str(one.id) not in known]
        mine = {str(one.id) for one in events.decisions}
        since = [row for row in self.rows[events.version :] if row["id"] not in mine]
        if fresh and since:
            by = since[-1]["who"]
            return Conflict(by, _START, tuple(self.shown(row, who) for row in since)), None
        self.rows += [self._row(one, who, self.version + at) for at, one in enumerate(fresh, 1)]
        self.read[who] = sorted({*self.read.get(who, []), *events.read})
        notice = None
        if events.act and events.act.value.startswith("confirm"):
            unread = len(self.world.turns) - len(self.read[who])
            if self.world.must_read_whole and unread:
                notice = (
                    f"Not confirmed: {unread} turns were not seen yet. Read them, then confirm."
                )
            elif not self.survivors():
                self.confirmed = True
            else:
                notice = "Not confirmed: the leak check found names left standing."
        self._write()
        return None, notice

    def data(
        self, who: str, conflict: Conflict | None = None, notice: str | None = None
    ) -> EditorData:
        """The session as the editor shows it to somebody."""
        decisions = self.holding()
        redactions = make_redaction_set(self.world.turns, self.world.found, decisions)
        return EditorData(
            session_id=self.world.name,
            version=self.version,
            turns=self.world.turns,
            findings=self.world.findings,
            decisions=tuple(self.shown(row, who) for row in self.rows),
            preview=_preview(self.world.turns, redactions.redactions),
            undecided=len(undecided(self.world.found, decisions)),
            acked=tuple(row["id"] for row in self.rows if row["who"] == who),
            conflict=conflict,
            types=self.world.types,
            generalisations={"PERSON": ("a colleague", "a relative"), "LOCATION": ("a city",)},
            reasons=("Not identifying", "A public figure", "A common word"),
            survivors=self.survivors(),
            state=EditorState.CONFIRMED if self.confirmed else EditorState.EDITING,
            must_read_whole=self.world.must_read_whole,
            read=tuple(self.read.get(who, [])),
            notice=notice,
            traits=self.world.traits,
        )

    def holding(self) -> tuple[RedactionDecision, ...]:
        """The decisions that hold: the highest ordinal on each span, withdrawn ones left out."""
        latest = {(row["turn"], row["start"], row["end"]): row for row in self.rows}
        return tuple(
            RedactionDecision(
                DecisionKind(row["kind"]),
                Span(*span),
                row["type"],
                _START + timedelta(seconds=row["ordinal"]),
                row["replacement"],
                row["reason"],
            )
            for span, row in latest.items()
            if row["kind"] != "withdraw"
        )

    def survivors(self) -> tuple[Survivor, ...]:
        """Where the world's secret still stands after the redaction."""
        secret = self.world.secret
        if not secret:
            return ()
        covered = [d.span for d in self.holding() if d.kind is not DecisionKind.KEEP]
        found = []
        for turn in self.world.turns:
            at = turn.text.find(secret)
            if at != -1:
                span = Span(turn.index, at, at + len(secret))
                if not any(held.contains(span) for held in covered):
                    found.append(Survivor(span, "account", "The account's own name stands here."))
        return tuple(found)

    def shown(self, row: dict[str, Any], who: str) -> EditorDecision:
        """A row as the editor shows it."""
        return EditorDecision(
            id=row["id"],
            ordinal=row["ordinal"],
            span=Span(row["turn"], row["start"], row["end"]),
            kind=row["kind"],
            entity_type=row["type"],
            replacement=row["replacement"],
            reason=row["reason"],
            mine=row["who"] == who,
            by=row["who"],
        )

    def _row(self, one: ProposedDecision, who: str, ordinal: int) -> dict[str, Any]:
        return {
            "id": str(one.id),
            "ordinal": ordinal,
            "turn": one.span.turn,
            "start": one.span.start,
            "end": one.span.end,
            "kind": one.kind.value,
            "type": one.entity_type,
            "replacement": one.replacement,
            "reason": one.reason,
            "who": who,
        }

    def _write(self) -> None:
        partial = self.path.with_suffix(".partial")
        partial.write_text(
            json.dumps({"rows": self.rows, "read": self.read, "confirmed": self.confirmed})
        )
        os.replace(partial, self.path)


def _preview(
    turns: Sequence[Turn], redactions: Sequence[Any]
) -> tuple[tuple[PreviewRun, ...], ...]:
    runs = []
    for turn in turns:
        parts, at = [], 0
        for one in redactions:
            if one.span.turn != turn.index or one.replacement is None:
                continue
            parts.append(PreviewRun(turn.text[at : one.span.start], False))
            parts.append(PreviewRun(one.replacement, True))
            at = one.span.end
        parts.append(PreviewRun(turn.text[at:], False))
        runs.append(tuple(part for part in parts if part.text))
    return tuple(runs)
