"""Only what the browser lacks is sent, and together it is always all there is."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from components.redaction_editor import assets, parse_events
from components.redaction_editor.parcels import Parcels
from tests.components.redaction_editor.store import Store


def _decide(store: Store, at: int, kind: str = "redact") -> None:
    span = store.world.findings[at].span
    raw = {
        "message_id": str(uuid4()),
        "session_id": store.world.name,
        "version": store.version,
        "decisions": [
            {
                "id": str(uuid4()),
                "kind": kind,
                "turn": span.turn,
                "start": span.start,
                "end": span.end,
                "type": "PERSON",
                "replacement": "[SOMEBODY]",
                "reason": None,
            }
        ],
        "read": [at],
        "act": None,
        "have": None,
    }
    assert store.take(parse_events(raw), "Rosa") == (None, None)


def _size(parcel: object) -> int:
    return len(json.dumps(parcel).encode())


def test_one_decision_on_a_long_transcript_is_answered_in_little(tmp_path: Path) -> None:
    store, parcels = Store.open(tmp_path, "long"), Parcels()
    first = parcels.pack(store.data("Rosa"))
    parcels.heard(first["number"])
    _decide(store, 0)
    second = parcels.pack(store.data("Rosa"))
    assert _size(first) > 100_000
    assert _size(second) < 2_000
    assert [turn for turn, _ in _preview(second)] == [0]


def _preview(parcel: dict[str, Any]) -> list[tuple[int, Any]]:
    return [tuple(one) for one in parcel["preview"]]


@pytest.mark.parametrize("have", [None, 99, True, "1", 1.0, [1]])
def test_a_browser_that_has_none_of_ours_gets_everything(tmp_path: Path, have: object) -> None:
    store, parcels = Store.open(tmp_path, "short"), Parcels()
    parcels.pack(store.data("Rosa"))
    parcels.heard(have)
    again = parcels.pack(store.data("Rosa"))
    assert again["base"] is None
    assert "book" in again
    assert len(_preview(again)) == len(store.world.turns)


def test_answers_build_on_what_the_browser_last_had_even_when_some_were_lost(
    tmp_path: Path,
) -> None:
    store, parcels = Store.open(tmp_path, "short"), Parcels()
    first: dict[str, Any] = dict(parcels.pack(store.data("Rosa")))
    parcels.heard(1)
    _decide(store, 0)
    parcels.pack(store.data("Rosa"))
    _decide(store, 3)
    third: dict[str, Any] = dict(parcels.pack(store.data("Rosa")))
    assert third["base"] == 1
    held = dict(_preview(first)) | dict(_preview(third))
    now = store.data("Rosa")
    assert held == {at: now.preview_of(at) for at in range(len(now.turns))}
    assert [one["id"] for one in third["decisions"]] == [one.id for one in now.decisions]
    assert third["read"] == [0, 3]


def test_findings_made_anew_by_the_machine_are_sent_whole(tmp_path: Path) -> None:
    store, parcels = Store.open(tmp_path, "short"), Parcels()
    data = store.data("Rosa")
    parcels.pack(data)
    parcels.heard(1)
    assert "book" in parcels.pack(replace(data, findings=data.findings[:1]))


def test_every_script_and_style_begins_with_a_line_break_or_it_would_be_taken_for_a_path() -> None:
    for text in (assets.SCRIPT, assets.STYLE, assets.MARKUP, assets.FEED_SCRIPT):
        assert text.startswith("\n")


def test_no_script_makes_markup_from_text() -> None:
    for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
        assert way not in assets.SCRIPT + assets.FEED_SCRIPT


def test_every_script_of_the_package_is_in_the_module() -> None:
    folder = Path(assets.__file__).parent / "browser"
    there = {path.name for path in folder.glob("*.js")}
    assert there == {*assets.SCRIPTS, "feed.js"}
