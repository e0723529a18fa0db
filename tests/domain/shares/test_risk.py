"""Combinations that few share: which are told, how rare they are, and what joining adds."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.quasi_identifiers import LARGEST, QuasiCategory, Trait
from domain.shares.risk import FOLLOWED, SMALLEST_K, exposure, rare_combinations

_CATEGORIES = list(QuasiCategory)


def trait(number: int) -> Trait:
    return (_CATEGORIES[number % len(_CATEGORIES)], f"v{number}")


WELDER, TOWN, AGE = trait(0), trait(2), trait(4)


def bits(*people: int) -> int:
    return sum(1 << person for person in people)


def test_a_trait_that_nobody_else_has_is_told_with_a_k_of_one() -> None:
    (found,) = rare_combinations({WELDER}, {WELDER: bits(0)})
    assert (found.k, found.traits) == (1, (WELDER,))


@pytest.mark.parametrize(
    ("people", "told"), [(SMALLEST_K - 1, True), (SMALLEST_K, False), (SMALLEST_K + 1, False)]
)
def test_only_fewer_than_the_threshold_are_told(people: int, told: bool) -> None:
    found = rare_combinations({WELDER}, {WELDER: bits(*range(people))})
    assert bool(found) is told


def test_two_common_traits_can_be_rare_together() -> None:
    who = {WELDER: bits(*range(10)), TOWN: bits(0, *range(10, 20))}
    (found,) = rare_combinations(who, who)
    assert (found.k, found.traits) == (1, (WELDER, TOWN))


def test_what_a_combination_gains_nothing_from_is_no_part_of_it() -> None:
    who = {WELDER: bits(0), TOWN: bits(*range(9)), AGE: bits(*range(9))}
    assert [each.traits for each in rare_combinations(who, who)] == [(WELDER,)]


def test_what_is_common_is_followed_no_further() -> None:
    assert rare_combinations({WELDER, TOWN}, {WELDER: bits(*range(9))}) == ()


def test_of_very_many_traits_the_rarest_are_followed() -> None:
    who = {trait(n): bits(*range(20 + n)) for n in range(FOLLOWED)} | {trait(99): bits(0)}
    assert [each.traits for each in rare_combinations(who, who)] == [(trait(99),)]


def test_what_the_recipient_holds_makes_a_participant_rarer() -> None:
    who = {WELDER: bits(*range(10)), TOWN: bits(0, *range(10, 20))}
    apart = exposure({WELDER}, set(), who)
    assert (apart.smallest, apart.alone, apart.is_more_than_alone) == (None, (), False)
    joined = exposure({WELDER}, {TOWN}, who)
    assert joined.alone == ()
    assert [(each.k, each.traits) for each in joined.joined] == [(1, (WELDER, TOWN))]
    assert joined.smallest == 1
    assert joined.is_more_than_alone


def test_what_an_earlier_share_gave_away_by_itself_is_not_this_requests_doing() -> None:
    who = {WELDER: bits(*range(10)), TOWN: bits(0)}
    held = exposure({WELDER}, {TOWN}, who)
    assert held.joined == ()
    both = exposure({TOWN}, {TOWN}, who)
    assert [each.k for each in both.alone] == [1]
    assert both.joined == ()
    assert not both.is_more_than_alone


_WHO = st.dictionaries(
    st.integers(0, 30).map(trait), st.integers(1, 2**12 - 1).map(lambda held: held | 1), max_size=7
)


@given(_WHO)
def test_every_combination_under_the_threshold_holds_one_that_is_told(
    who: Mapping[Trait, int],
) -> None:
    found = rare_combinations(who, who)
    for size in range(1, LARGEST + 1):
        for held in combinations(sorted(who), size):
            shared = -1
            for each in held:
                shared &= who[each]
            k = shared.bit_count()
            told = [each for each in found if set(each.traits) <= set(held)]
            if k < SMALLEST_K:
                assert min(each.k for each in told) == k
            else:
                assert not told


@given(_WHO)
def test_no_combination_that_is_told_holds_another_as_rare(who: Mapping[Trait, int]) -> None:
    found = rare_combinations(who, who)
    for one in found:
        assert 1 <= one.k < SMALLEST_K
        for other in found:
            if one is not other and set(other.traits) < set(one.traits):
                assert other.k > one.k
    assert list(found) == sorted(found, key=lambda each: (each.k, len(each.traits), each.traits))
