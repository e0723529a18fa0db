"""Whom a publication counts, kept so that one who leaves is noticed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from domain.publications.population import left_since, name_of, packed

numbers = st.sets(st.integers(0, 3_000), max_size=60)


@given(numbers, numbers)
def test_who_left_is_counted_and_who_came_is_not(then: set[int], now: set[int]) -> None:
    assert left_since(packed(then), packed(now)) == len(then - now)


@given(numbers, numbers)
def test_the_same_people_have_the_same_name_and_no_others(one: set[int], other: set[int]) -> None:
    assert (name_of(packed(one)) == name_of(packed(other))) == (one == other)
    assert packed(sorted(one)) == packed(sorted(one, reverse=True))


def test_a_million_sessions_take_no_more_than_a_bit_each() -> None:
    assert len(packed([999_999])) == 125_000
