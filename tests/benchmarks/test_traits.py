"""Traits planted in sentences of their own are counted where they stand, seen and held back."""

from __future__ import annotations

import pytest

from benchmarks import traits
from benchmarks.traits import Half
from domain.quasi_identifiers import QuasiCategory


@pytest.mark.parametrize("half", list(Half))
def test_most_planted_traits_are_listed_and_little_else(half: Half) -> None:
    counts = traits.measure(half)
    for category in traits.CATEGORIES:
        assert counts.planted[category] >= 18
        assert 0.8 <= counts.recall(category) <= 1, category
        assert 0.9 <= counts.precision(category) <= 1, category


def test_what_is_listed_beside_the_planted_costs_precision() -> None:
    counts = traits.Counts()
    counts.planted[QuasiCategory.TOOL] = 4
    counts.found[QuasiCategory.TOOL] = 2
    counts.listed[QuasiCategory.TOOL] = 4
    assert counts.recall(QuasiCategory.TOOL) == 0.5
    assert counts.precision(QuasiCategory.TOOL) == 0.5
    assert counts.precision(QuasiCategory.PROJECT) == 1


def test_no_sentence_stands_in_both_halves() -> None:
    assert not {text for text, *_ in traits._sentences(Half.SEEN)} & {
        text for text, *_ in traits._sentences(Half.HELD_BACK)
    }
