"""Messages of the browser are read word for word; a forged one is refused with a sentence."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from components.redaction_editor import EditorAct, ProposedKind, parse_events
from domain.errors import BadInput
from domain.spans import Span
from domain.transcripts import Speaker, make_turns


def _decision(**other: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()),
        "kind": "redact",
        "turn": 0,
        "start": 2,
        "end": 5,
        "type": "PERSON",
        "replacement": None,
        "reason": None,
        **other,
    }


def _message(*decisions: Any, **other: Any) -> dict[str, Any]:
    return {
        "message_id": str(uuid4()),
        "session_id": "s-1",
        "version": 3,
        "decisions": list(decisions),
        "read": [],
        "act": None,
        "have": None,
        **other,
    }


def test_a_message_is_read_as_it_was_meant() -> None:
    keep = _decision(kind="keep", reason="A public figure")
    events = parse_events(_message(_decision(), keep, read=[4, 1, 4], act="confirm_next"))
    assert [decision.kind for decision in events.decisions] == [
        ProposedKind.REDACT,
        ProposedKind.KEEP,
    ]
    assert events.decisions[0].span == Span(0, 2, 5)
    assert str(events.decisions[1].id) == keep["id"]
    assert events.read == (1, 4)
    assert events.act is EditorAct.CONFIRM_NEXT
    assert events.version == 3


@pytest.mark.parametrize(
    "forged",
    [
        {"start": True},
        {"start": 2.0},
        {"start": -1},
        {"start": 5, "end": 5},
        {"end": 2**40},
        {"turn": "0"},
        {"kind": "erase"},
        {"kind": ["redact"]},
        {"kind": "keep"},
        {"kind": "keep", "reason": "  "},
        {"kind": "generalise"},
        {"type": "person"},
        {"type": "<b>"},
        {"type": None},
        {"replacement": ""},
        {"replacement": "x" * 201},
        {"replacement": "a\x00b"},
        {"reason": "\ud83d"},
        {"reason": "x" * 2001},
        {"id": "1"},
        {"id": "6BA7B810-9DAD-41D1-80B4-00C04FD430C8"},
        {"id": "6ba7b810-9dad-11d1-80b4-00c04fd430c8"},
        {"by": "somebody else"},
    ],
    ids=str,
)
def test_a_forged_decision_is_refused_with_a_sentence(forged: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match=r"^[A-Z].*\.$"):
        parse_events(_message(_decision(**forged)))


@pytest.mark.parametrize(
    "forged",
    [
        {"version": None},
        {"version": -1},
        {"session_id": ""},
        {"message_id": "x"},
        {"decisions": {}},
        {"decisions": ["redact"]},
        {"decisions": [None] * 5001},
        {"read": [0.5]},
        {"read": "0"},
        {"act": "publish"},
        {"act": True},
        {"role": "administrator"},
    ],
    ids=lambda forged: str(forged)[:40],
)
def test_a_forged_message_is_refused_with_a_sentence(forged: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match=r"^[A-Z].*\.$"):
        parse_events(_message(**forged))


@pytest.mark.parametrize("raw", [None, [], "confirm", 1, {}])
def test_what_is_no_message_is_refused(raw: object) -> None:
    with pytest.raises(BadInput, match="other fields"):
        parse_events(raw)


def test_one_id_twice_in_a_message_is_refused() -> None:
    one = _decision()
    with pytest.raises(BadInput, match="same id"):
        parse_events(_message(one, one))


def test_places_outside_the_text_are_refused_and_code_points_are_what_counts() -> None:
    turns = make_turns([(Speaker.PARTICIPANT, "\U0001f600\U0001f600\U0001f600ab")])
    parse_events(_message(_decision(start=4, end=5), read=[0])).check_places(turns)
    with pytest.raises(BadInput, match="outside the text"):
        parse_events(_message(_decision(start=4, end=6))).check_places(turns)
    with pytest.raises(BadInput, match="outside the text"):
        parse_events(_message(_decision(turn=7))).check_places(turns)
    with pytest.raises(BadInput, match="marked as read"):
        parse_events(_message(read=[1])).check_places(turns)


def test_a_refusal_never_repeats_what_was_sent() -> None:
    with pytest.raises(BadInput) as refusal:
        parse_events(_message(_decision(type="Priya Shah")))
    assert "Priya" not in str(refusal.value)
