"""Nobody reads faster than the eye: what is claimed to be read is taken as far as time allows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.reading_pace import A_CHARACTER, SLACK, believable

_LENGTHS = {0: 1_000, 1: 2_000, 2: 500}
_MOMENT = timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("elapsed", "read"),
    [
        (1_000 * A_CHARACTER - SLACK - _MOMENT, set()),
        (1_000 * A_CHARACTER - SLACK, {0}),
        (3_000 * A_CHARACTER - SLACK - _MOMENT, {0}),
        (3_000 * A_CHARACTER - SLACK, {0, 1}),
        (3_500 * A_CHARACTER - SLACK, {0, 1, 2}),
    ],
)
def test_as_much_is_read_as_time_allows_from_the_first_turn_on(
    elapsed: timedelta, read: set[int]
) -> None:
    assert believable(_LENGTHS, (), [2, 1, 0, 77], elapsed) == read


def test_what_was_read_before_stays_read_and_took_its_time() -> None:
    assert believable(_LENGTHS, {1}, [2], 2_499 * A_CHARACTER - SLACK) == {1}
    assert believable(_LENGTHS, {1}, [2], 2_500 * A_CHARACTER - SLACK) == {1, 2}


_turns = st.sets(st.integers(0, 5))


@given(
    st.dictionaries(st.integers(0, 5), st.integers(0, 2_000)),
    _turns,
    _turns,
    st.integers(0, 100_000),
    st.integers(0, 100_000),
)
def test_more_time_never_takes_back_what_was_read(
    lengths: dict[int, int], before: set[int], claimed: set[int], short: int, more: int
) -> None:
    early = believable(lengths, before, claimed, timedelta(milliseconds=short))
    late = believable(lengths, before, claimed, timedelta(milliseconds=short + more))
    assert before <= early <= late <= before | claimed
