"""Counts as a list shows them."""

from __future__ import annotations

import pytest

from domain.counts import COUNTED_AT_MOST, capped_count


@pytest.mark.parametrize(
    ("counted", "shown"),
    [
        (0, "0"),
        (999, "999"),
        (1_000, "1,000"),
        (COUNTED_AT_MOST - 1, "9,999"),
        (COUNTED_AT_MOST, "10,000"),
        (COUNTED_AT_MOST + 1, "10,000+"),
        (5_000_000, "10,000+"),
    ],
)
def test_a_count_is_exact_up_to_the_cap_and_open_past_it(counted, shown):
    assert capped_count(counted) == shown


def test_another_cap_is_said_as_it_is():
    assert capped_count(51, cap=50) == "50+"


def test_a_count_below_nothing_is_no_count():
    with pytest.raises(ValueError, match="never negative"):
        capped_count(-1)
