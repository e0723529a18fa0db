"""What reviews make of each recognizer's findings, and what a new run finds otherwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from domain.engine_changes import engine_changes
from domain.findings import Finding
from domain.redaction import DecisionKind, RedactionDecision
from domain.review_outcomes import PERSON, OutcomeCounts, review_outcomes
from domain.spans import Span

_AT = datetime(2026, 5, 1, tzinfo=UTC)
_FOUND = Finding(Span(1, 4, 10), "PERSON", 0.9, "SpacyRecognizer", "Why.", "[PERSON_1]")


def decided(
    kind: DecisionKind,
    start: int = 4,
    end: int = 10,
    entity_type: str = "PERSON",
    replacement: str | None = None,
) -> RedactionDecision:
    reason = "An everyday word." if kind is DecisionKind.KEEP else None
    return RedactionDecision(kind, Span(1, start, end), entity_type, _AT, replacement, reason)


@pytest.mark.parametrize(
    ("decision", "counts"),
    [
        (decided(DecisionKind.REDACT), OutcomeCounts(accepted=1)),
        (decided(DecisionKind.REDACT, replacement="[PERSON_1]"), OutcomeCounts(accepted=1)),
        (decided(DecisionKind.REDACT, replacement="[PERSON_9]"), OutcomeCounts(changed=1)),
        (decided(DecisionKind.REDACT, entity_type="LOCATION"), OutcomeCounts(changed=1)),
        (decided(DecisionKind.REDACT, start=0), OutcomeCounts(changed=1)),
        (decided(DecisionKind.GENERALISE, replacement="[a friend]"), OutcomeCounts(changed=1)),
        (decided(DecisionKind.KEEP), OutcomeCounts(rejected=1)),
        (decided(DecisionKind.KEEP, end=20), OutcomeCounts(rejected=1)),
    ],
)
def test_a_finding_counts_by_what_became_of_it(
    decision: RedactionDecision, counts: OutcomeCounts
) -> None:
    assert review_outcomes([_FOUND], [decision]) == {"SpacyRecognizer": counts}


def test_what_nobody_decided_counts_nowhere() -> None:
    assert review_outcomes([_FOUND], []) == {}
    withdrawn = replace(decided(DecisionKind.WITHDRAW), ordinal=1)
    assert review_outcomes([_FOUND], [decided(DecisionKind.KEEP), withdrawn]) == {}


def test_a_persons_own_span_counts_as_added_and_as_no_recognizers() -> None:
    own = decided(DecisionKind.REDACT, start=40, end=50)

    counted = review_outcomes([_FOUND], [own, decided(DecisionKind.REDACT)])

    assert counted == {PERSON: OutcomeCounts(added=1), "SpacyRecognizer": OutcomeCounts(accepted=1)}


def test_a_part_of_a_finding_decides_nothing_and_was_not_added() -> None:
    assert review_outcomes([_FOUND], [decided(DecisionKind.REDACT, start=5)]) == {}


def test_a_new_run_shows_what_came_went_and_changed_its_type() -> None:
    gone = Finding(Span(0, 0, 3), "PERSON", 0.9, "a", "Why.", "[PERSON_1]")
    came = Finding(Span(2, 0, 3), "PERSON", 0.9, "a", "Why.", "[PERSON_1]")
    retyped = Finding(_FOUND.span, "LOCATION", 0.9, "a", "Why.", "[LOCATION_1]")

    changes = engine_changes([gone, _FOUND], [retyped, came])

    assert (changes.added, changes.gone) == ((came,), (gone,))
    assert changes.retyped == ((_FOUND, retyped),)
    assert changes


def test_a_run_that_finds_the_same_changed_nothing() -> None:
    assert not engine_changes([_FOUND], [_FOUND])
