"""Rate and time left: from what was done lately, and honest when that says nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.pace import FEWEST, PAUSE, WINDOW, Pace, pace

_NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


def ago(*seconds: float) -> list[datetime]:
    return [_NOW - timedelta(seconds=each) for each in seconds]


def test_ten_in_the_last_minute_are_ten_a_minute() -> None:
    held = pace(100, ago(*range(0, 66, 6)), _NOW)
    assert held.a_minute == pytest.approx(10)
    assert held.left == timedelta(minutes=10)
    assert held.words == "10 a minute, about 10 min left"


@pytest.mark.parametrize(
    "finished",
    [
        [],
        ago(1, 2, 3, 4),
        ago(*[PAUSE.total_seconds() + 1 + each for each in range(9)]),
        ago(*[WINDOW.total_seconds() + each for each in range(9)]),
        [_NOW] * 9,
    ],
)
def test_too_little_too_long_ago_or_all_at_once_says_nothing(finished: list[datetime]) -> None:
    assert pace(100, finished, _NOW) == Pace()
    assert pace(100, finished, _NOW).words == "rate and time left not known yet"


def test_what_came_before_a_pause_does_not_count() -> None:
    before = [PAUSE.total_seconds() + 100 + each for each in range(20)]
    held = pace(8, ago(*range(0, 50, 10), *before), _NOW)
    assert held.a_minute == pytest.approx(6)


def test_work_that_has_slowed_down_shows() -> None:
    fast = pace(10, ago(0, 1, 2, 3, 4), _NOW)
    slowed = pace(10, ago(60, 61, 62, 63, 64), _NOW)
    assert fast.left is not None
    assert slowed.left is not None
    assert slowed.left > fast.left


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(seconds=59), "less than a minute left"),
        (timedelta(minutes=1), "about 1 min left"),
        (timedelta(minutes=59, seconds=20), "about 59 min left"),
        (timedelta(hours=2, minutes=19), "about 2 h 10 min left"),
        (timedelta(days=3, hours=4, minutes=50), "about 3 d 4 h left"),
    ],
)
def test_a_time_is_told_no_more_exactly_than_it_is_known(left: timedelta, words: str) -> None:
    assert Pace(3.25, left).words == f"3.2 a minute, {words}"


@given(
    st.integers(0, 10_000),
    st.lists(st.integers(0, 1_000), max_size=40),
    st.integers(0, 1_000),
)
def test_more_that_waits_never_takes_less_long(waiting: int, when: list[int], more: int) -> None:
    one, other = (pace(each, ago(*when), _NOW) for each in (waiting, waiting + more))
    assert (one.left is None) == (other.left is None)
    if one.left is not None and other.left is not None:
        assert timedelta() <= one.left <= other.left
    if len(when) < FEWEST:
        assert one.left is None
