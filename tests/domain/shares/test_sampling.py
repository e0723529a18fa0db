"""What a sample can tell: exact bounds, checked against counting every draw."""

from __future__ import annotations

from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.shares.sampling import SURE, WORTH_FINDING, enough_to_open, most_left


def chance_of_missing_all(sessions: int, opened: int, bad: int) -> float:
    return comb(sessions - bad, opened) / comb(sessions, opened)


@given(st.integers(1, 300), st.data())
def test_one_more_would_have_shown_itself_as_often_as_is_said(
    sessions: int, data: st.DataObject
) -> None:
    opened = data.draw(st.integers(0, sessions))
    left = most_left(sessions, opened)
    assert left <= sessions - opened
    assert chance_of_missing_all(sessions, opened, left) > 1 - SURE - 1e-9
    if left < sessions - opened:
        assert chance_of_missing_all(sessions, opened, left + 1) <= 1 - SURE + 1e-9


@pytest.mark.parametrize(("sessions", "enough"), [(1, 1), (20, 16), (100, 39), (1_000, 56)])
def test_enough_is_far_fewer_than_all_of_many(sessions: int, enough: int) -> None:
    assert enough_to_open(sessions) == enough
    assert most_left(sessions, enough) <= WORTH_FINDING * sessions
    assert most_left(sessions, enough - 1) > WORTH_FINDING * sessions


def test_opening_all_leaves_none_and_opening_none_leaves_all() -> None:
    assert most_left(50, 50) == 0
    assert most_left(50, 0) == 50
