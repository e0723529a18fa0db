"""Hidden checks: what is hidden is sure, whole and the same at every look."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.findings import Finding
from domain.hidden_checks import SURE_FROM, caught, choose_hidden
from domain.redaction import DecisionKind, RedactionDecision
from domain.spans import Span

_AT = datetime(2026, 5, 1, tzinfo=UTC)


def found(start: int, value: str = "[PERSON_1]", score: float = 1.0, turn: int = 1) -> Finding:
    return Finding(Span(turn, start, start + 5), "PERSON", score, "account", "Why.", value)


def decided(start: int, end: int, kind: DecisionKind = DecisionKind.REDACT) -> RedactionDecision:
    reason = "An everyday word." if kind is DecisionKind.KEEP else None
    return RedactionDecision(kind, Span(1, start, end), "PERSON", _AT, None, reason)


@pytest.mark.parametrize(
    ("draw", "percent", "hides"),
    [(0, 0, False), (0, 1, True), (1, 1, False), (99, 99, False), (99, 100, True), (104, 5, True)],
)
def test_as_many_sessions_of_a_hundred_are_checks_as_was_set(
    draw: int, percent: int, hides: bool
) -> None:
    assert bool(choose_hidden([found(0)], draw, percent)) is hides


def test_every_place_of_the_value_is_hidden_and_no_other() -> None:
    places = [found(0), found(10, "[PERSON_2]", 0.5), found(20)]

    assert choose_hidden(places, 0, 100) == (places[0], places[2])


def test_what_the_machine_doubts_is_never_hidden() -> None:
    assert choose_hidden([found(0), found(10, score=SURE_FROM - 0.01)], 0, 100) == ()


@given(st.integers(0), st.integers(0, 100), st.lists(st.integers(0, 3), max_size=12))
def test_what_is_hidden_is_the_same_at_every_look(
    draw: int, percent: int, values: list[int]
) -> None:
    places = [found(10 * at, f"[PERSON_{value}]") for at, value in enumerate(values)]

    hidden = choose_hidden(places, draw, percent)

    assert hidden == choose_hidden(places, draw, percent)
    assert len({finding.replacement for finding in hidden}) <= 1


@pytest.mark.parametrize(
    ("decision", "count"),
    [
        (decided(0, 5), 1),
        (decided(0, 40), 2),
        (decided(1, 5), 0),
        (decided(0, 5, DecisionKind.KEEP), 0),
        (decided(0, 5, DecisionKind.WITHDRAW), 0),
    ],
)
def test_a_place_is_caught_when_a_person_takes_all_of_it_out(
    decision: RedactionDecision, count: int
) -> None:
    assert caught([found(0), found(20)], [decision]) == count
