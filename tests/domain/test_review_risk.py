"""The queue's order: what makes a miss likely or grave comes first."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.review_risk import MOST, RiskEvidence, risk

_CALM = RiskEvidence(findings=0, doubted=0, words=300, patterns_only=False)
_counts = st.integers(0, 100_000)
_uniques = st.lists(st.sampled_from(["age", "occupation with place"]), max_size=6).map(tuple)


@st.composite
def evidence(draw: st.DrawFn) -> RiskEvidence:
    return RiskEvidence(
        draw(_counts), draw(_counts), draw(_counts), draw(st.booleans()), draw(_uniques)
    )


@pytest.mark.parametrize(
    ("change", "score", "why"),
    [
        ({}, 0, "Nothing was found."),
        ({"findings": 1}, 1, "1 finding."),
        ({"findings": 4, "doubted": 2}, 10, "2 doubtful findings; 4 findings."),
        ({"patterns_only": True}, 40, "No model reads its language."),
        ({"special_uniques": ("age",)}, 10, "Nobody shares its age."),
        ({"words": 10_000}, 5, "10,000 words."),
        (
            {
                "patterns_only": True,
                "special_uniques": ("occupation with place",) * 9,
                "doubted": 50,
                "findings": 99,
            },
            95,
            "No model reads its language; nobody shares its occupation with place and 8 more; "
            "50 doubtful findings; 99 findings.",
        ),
    ],
)
def test_a_risk_says_what_it_is_made_of(change: dict[str, Any], score: int, why: str) -> None:
    weighed = risk(replace(_CALM, **change))

    assert (weighed.score, weighed.why) == (score, why)


@given(evidence(), evidence())
def test_more_of_anything_never_weighs_less(one: RiskEvidence, other: RiskEvidence) -> None:
    both = RiskEvidence(
        max(one.findings, other.findings),
        max(one.doubted, other.doubted),
        max(one.words, other.words),
        one.patterns_only or other.patterns_only,
        max(one.special_uniques, other.special_uniques, key=len),
    )

    assert max(risk(one).score, risk(other).score) <= risk(both).score <= MOST
