"""Spans: stretches of one turn, in code points."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.spans import Span

SPANS = st.builds(
    lambda turn, start, length: Span(turn, start, start + length),
    st.integers(0, 2),
    st.integers(0, 12),
    st.integers(1, 12),
)


def points(span):
    return {(span.turn, at) for at in range(span.start, span.end)}


@pytest.mark.parametrize(
    ("turn", "start", "end"), [(-1, 0, 1), (0, -1, 1), (0, 1, 1), (0, 2, 1), (0, 0, 0)]
)
def test_a_span_that_holds_nothing_or_lies_nowhere_is_refused(turn, start, end):
    with pytest.raises(ValueError, match="A span needs 0 <= start < end"):
        Span(turn, start, end)


@given(SPANS, SPANS)
def test_two_spans_overlap_when_they_share_a_code_point(one, other):
    assert one.overlaps(other) == bool(points(one) & points(other))
    assert one.overlaps(other) == other.overlaps(one)


@given(SPANS, SPANS)
def test_a_span_contains_another_when_it_holds_all_its_code_points(one, other):
    assert one.contains(other) == (points(one) >= points(other))


@given(st.lists(SPANS))
def test_spans_sort_in_reading_order(spans):
    places = [(span.turn, span.start, span.end) for span in sorted(spans)]
    assert places == sorted(places)
