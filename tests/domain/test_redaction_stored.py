"""Redaction sets as they are stored and shown: read back to the letter, in runs, undone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.digests import turns_digest
from domain.errors import BadInput
from domain.findings import Finding
from domain.redaction import (
    DecisionKind,
    Redaction,
    RedactionDecision,
    RedactionSet,
    Run,
    make_redaction_set,
    read_redaction_set,
    undecided,
)
from domain.spans import Span
from domain.transcripts import Speaker, make_turns

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
TURNS = make_turns(
    [(Speaker.INTERVIEWER, "Who?"), (Speaker.PARTICIPANT, "Ana 👩🏽‍🍳 and أحمد, at Kelp's.")]
)
DIGEST = turns_digest(TURNS)


def decision(kind: DecisionKind, start: int, end: int, ordinal: int) -> RedactionDecision:
    said = "A reason." if kind is DecisionKind.KEEP else None
    there = "[a place]" if kind is DecisionKind.GENERALISE else None
    return RedactionDecision(kind, Span(1, start, end), "PERSON", NOW, there, said, ordinal)


@st.composite
def some_decisions(draw: st.DrawFn) -> list[RedactionDecision]:
    length = len(TURNS[1].text)
    made = []
    for ordinal in range(1, draw(st.integers(0, 8)) + 1):
        start = draw(st.integers(0, length - 1))
        end = draw(st.integers(start + 1, length))
        made.append(decision(draw(st.sampled_from(DecisionKind)), start, end, ordinal))
    return made


@given(some_decisions())
def test_a_set_is_read_back_as_it_was_stored(made: list[RedactionDecision]) -> None:
    held = make_redaction_set(TURNS, [], made)
    stored = [redaction.as_json() for redaction in held.redactions]
    assert read_redaction_set(DIGEST, stored, held.digest) == held


@given(some_decisions())
def test_the_runs_of_a_turn_joined_are_what_leaves(made: list[RedactionDecision]) -> None:
    held = make_redaction_set(TURNS, [], made)
    joined = ["".join(run.text for run in runs) for runs in held.runs(TURNS)]
    assert joined == [turn.text for turn in held.apply(TURNS)]
    assert all(run.text for runs in held.runs(TURNS) for run in runs)


@given(some_decisions(), st.data())
def test_withdrawing_is_as_if_nobody_had_decided(
    made: list[RedactionDecision], data: st.DataObject
) -> None:
    spans = sorted({one.span for one in made})
    undone = data.draw(st.sets(st.sampled_from(spans))) if spans else set()
    last = len(made)
    withdrawn = [
        decision(DecisionKind.WITHDRAW, span.start, span.end, last + place)
        for place, span in enumerate(sorted(undone), start=1)
    ]
    without = [one for one in made if one.span not in undone]
    finding = Finding(Span(1, 0, 3), "PERSON", 0.9, "test", "A test.", "[PERSON_1]")
    left = make_redaction_set(TURNS, [finding], [*made, *withdrawn])
    assert left == make_redaction_set(TURNS, [finding], without)
    assert undecided([finding], [*made, *withdrawn]) == undecided([finding], without)


def test_the_later_ordinal_holds_whatever_the_clock_says() -> None:
    keep = replace(decision(DecisionKind.KEEP, 0, 3, 2), decided_at=NOW.replace(year=2020))
    redact = decision(DecisionKind.REDACT, 0, 3, 1)
    assert make_redaction_set(TURNS, [], [keep, redact]).apply(TURNS) == TURNS


def test_runs_say_what_was_replaced() -> None:
    held = make_redaction_set(TURNS, [], [decision(DecisionKind.REDACT, 0, 3, 1)])
    assert held.runs(TURNS) == (
        (Run("Who?", is_replacement=False),),
        (
            Run("[PERSON]", is_replacement=True),
            Run(TURNS[1].text[3:], is_replacement=False),
        ),
    )


@pytest.mark.parametrize(
    "stored",
    [
        [{"turn": 1}],
        [{"turn": 1, "start": 3, "end": 1, "kind": "redact"}],
        [{"turn": 1, "start": 0, "end": 1, "kind": "burn"}],
        [None],
    ],
)
def test_a_stored_set_that_cannot_be_read_is_refused(stored: list[Any]) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        read_redaction_set(DIGEST, stored, b"")


def test_a_stored_set_that_was_changed_is_refused() -> None:
    held = make_redaction_set(TURNS, [], [decision(DecisionKind.REDACT, 0, 3, 1)])
    stored = [{**redaction.as_json(), "replacement": "Ana"} for redaction in held.redactions]
    with pytest.raises(BadInput, match="its digest differs"):
        read_redaction_set(DIGEST, stored, held.digest)


@pytest.mark.parametrize("spans", [[(0, 5), (3, 8)], [(0, 900)]])
def test_redactions_that_do_not_fit_are_applied_to_nothing(spans: list[tuple[int, int]]) -> None:
    held = RedactionSet(
        DIGEST,
        tuple(
            Redaction(Span(1, start, end), DecisionKind.REDACT, "PERSON", "[X]", None)
            for start, end in spans
        ),
    )
    with pytest.raises(BadInput, match="do not fit its text"):
        held.apply(TURNS)
    with pytest.raises(BadInput, match="do not fit its text"):
        held.runs(TURNS)


@given(some_decisions(), st.data())
def test_a_place_in_the_final_text_is_found_in_the_original(
    made: list[RedactionDecision], data: st.DataObject
) -> None:
    held = make_redaction_set(TURNS, [], made)
    final = held.apply(TURNS)[1].text
    start = data.draw(st.integers(0, len(final) - 1))
    end = data.draw(st.integers(start + 1, len(final)))
    span = held.original(TURNS[1], start, end)
    replaced = [r.span for r in held.redactions if r.replacement is not None]
    if not any(one.overlaps(span) for one in replaced):
        assert TURNS[1].text[span.start : span.end] == final[start:end]
    assert all(span.contains(one) for one in replaced if one.overlaps(span))


def test_a_place_past_the_final_text_is_nowhere() -> None:
    held = make_redaction_set(TURNS, [], [])
    with pytest.raises(BadInput, match="Nothing of turn 1 stands there"):
        held.original(TURNS[1], 900, 901)
