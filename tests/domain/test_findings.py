"""Findings applied: each in its place, and never two on one."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.findings import Finding, apply_findings
from domain.spans import Span

TEXT = "Zoë 👩🏽‍🍳 wrote to Maria Lopez."


def finding(start, end, replacement="[X]", turn=0):
    return Finding(
        Span(turn, start, end), "PERSON", 0.85, "SpacyRecognizer", "A name.", replacement
    )


def where(words):
    start = TEXT.index(words)
    return start, start + len(words)


def test_without_findings_the_text_stays_as_it_is():
    assert apply_findings(TEXT, 0, ()) == TEXT
    assert apply_findings("", 0, ()) == ""


def test_findings_are_replaced_in_any_order_after_an_emoji_of_several_code_points():
    findings = (finding(*where("Maria Lopez"), "[PERSON_2]"), finding(*where("Zoë"), "[PERSON_1]"))
    assert apply_findings(TEXT, 0, findings) == "[PERSON_1] 👩🏽‍🍳 wrote to [PERSON_2]."


def test_findings_of_another_turn_are_passed_over():
    assert apply_findings(TEXT, 0, (finding(0, 3, turn=1),)) == TEXT


def test_findings_that_touch_are_both_replaced():
    assert apply_findings("ab", 0, (finding(0, 1, "[A]"), finding(1, 2, "[B]"))) == "[A][B]"


@pytest.mark.parametrize("other", [(0, 3), (1, 2), (2, 5)])
def test_findings_that_overlap_are_refused(other):
    with pytest.raises(ValueError, match="overlap in turn 0"):
        apply_findings(TEXT, 0, (finding(0, 3), finding(*other)))


def test_a_finding_past_the_text_is_refused():
    assert apply_findings("ab", 0, (finding(0, 2),)) == "[X]"
    with pytest.raises(ValueError, match="ends past turn 0"):
        apply_findings("ab", 0, (finding(0, 3),))


@given(st.text(min_size=1, max_size=30), st.data())
def test_what_no_finding_covers_stands_and_nothing_else_does(text, data):
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), min_size=2)))
    chosen = [pair for pair in pairwise(cuts) if data.draw(st.booleans())]
    findings = tuple(finding(*pair, replacement="") for pair in chosen)
    kept = [c for at, c in enumerate(text) if not any(s <= at < e for s, e in chosen)]
    assert apply_findings(text, 0, findings) == "".join(kept)
