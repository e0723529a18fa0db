"""Special uniques: the smallest combinations that nobody shares, and no larger ones."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.quasi_identifiers import (
    LARGEST,
    MOST_COMBINED,
    QuasiCategory,
    QuasiIdentifier,
    SpecialUnique,
    combination_digest,
    combination_digests,
    shared_with,
    special_uniques,
)
from domain.spans import Span

POTTER = (QuasiCategory.OCCUPATION, "potter")
KELPWICK = (QuasiCategory.PLACE, "kelpwick")
FORTIES = (QuasiCategory.AGE, "40 to 49")


def traits_of(who):
    return [each.traits for each in special_uniques(who)]


def test_a_trait_that_nobody_shares_stands_alone() -> None:
    assert traits_of({POTTER: set(), KELPWICK: {1, 2}}) == [(POTTER,)]


def test_two_common_traits_can_be_unique_together() -> None:
    assert traits_of({POTTER: {1, 2}, KELPWICK: {3}, FORTIES: {1, 2, 3}}) == [(POTTER, KELPWICK)]


def test_three_can_be_where_no_two_are() -> None:
    who = {POTTER: {1, 2}, KELPWICK: {2, 3}, FORTIES: {1, 3}}
    assert traits_of(who) == [tuple(sorted((POTTER, KELPWICK, FORTIES)))]


def test_what_others_share_whole_is_no_unique() -> None:
    assert traits_of({POTTER: {1}, KELPWICK: {1}, FORTIES: {1, 2}}) == []
    assert traits_of({}) == []


def test_nothing_is_no_combination() -> None:
    with pytest.raises(ValueError, match="Nothing"):
        shared_with({}, set())


TRAITS = st.sampled_from([(category, value) for category in QuasiCategory for value in "ab"])
WHO = st.dictionaries(TRAITS, st.frozensets(st.integers(0, 6)), max_size=8)


@given(WHO)
def test_each_is_unique_and_no_part_of_it_is(who) -> None:
    found = [frozenset(each.traits) for each in special_uniques(who)]
    assert len(set(found)) == len(found)
    for held in found:
        assert len(held) <= LARGEST
        assert not shared_with(who, held)
        for size in range(1, len(held)):
            for part in combinations(sorted(held), size):
                assert shared_with(who, set(part))


@given(WHO)
def test_whatever_is_unique_contains_one_that_is_told(who) -> None:
    found = [frozenset(each.traits) for each in special_uniques(who)]
    for size in range(1, min(LARGEST, len(who)) + 1):
        for chosen in combinations(sorted(who), size):
            unique = not shared_with(who, set(chosen))
            assert unique == any(each <= set(chosen) for each in found)


@given(WHO, TRAITS)
def test_a_further_trait_is_never_shared_by_more(who, trait) -> None:
    for held in who:
        more = {held, trait} & set(who)
        assert len(shared_with(who, more)) <= len(shared_with(who, {held}))


def test_a_category_has_a_name_for_people() -> None:
    found = QuasiIdentifier(QuasiCategory.RESEARCH_AREA, "biology", Span(1, 0, 7))
    assert found.trait == (QuasiCategory.RESEARCH_AREA, "biology")
    assert found.category.label == "Research area"


def test_a_search_ends_with_as_many_as_were_asked_for() -> None:
    nobody = {POTTER: set(), KELPWICK: set(), FORTIES: set()}
    assert len(special_uniques(nobody)) == 3
    assert len(special_uniques(nobody, 2)) == 2


@given(WHO, st.integers(0, 4))
def test_a_search_that_ends_early_finds_the_smallest(who, at_most) -> None:
    assert special_uniques(who, at_most) == special_uniques(who)[:at_most]


@given(st.lists(TRAITS, min_size=1, max_size=LARGEST, unique=True))
def test_a_combination_is_found_among_those_of_whoever_has_all_of_it(traits) -> None:
    everything = [POTTER, KELPWICK, *traits]
    assert combination_digest(traits) == combination_digest(reversed(traits))
    assert combination_digest(traits) in combination_digests(everything)
    without = [trait for trait in everything if trait != traits[0]]
    assert combination_digest(traits) not in combination_digests(without)


def test_of_very_many_traits_the_first_are_combined() -> None:
    many = [(QuasiCategory.TOOL, f"tool {number:03}") for number in range(MOST_COMBINED + 9)]
    assert len(combination_digests(many)) == 40 + 780 + 9_880


def test_what_a_combination_is_about_is_told_without_its_words() -> None:
    held = SpecialUnique((POTTER, (QuasiCategory.CAREER_STAGE, "apprentice")))
    assert held.categories == "occupation with career stage"
