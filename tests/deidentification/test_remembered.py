"""Analyses are remembered by digest and forgotten by size."""

from __future__ import annotations

from deidentification.hits import Hit
from deidentification.remembered import RememberedAnalyses

_HIT = (Hit(0, 1, "PERSON", 1.0, "test", "Because."),)


def test_the_same_turn_in_the_same_language_is_remembered() -> None:
    remembered = RememberedAnalyses(100)
    remembered.put("en", "hello", _HIT)
    assert remembered.get("en", "hello") == _HIT
    assert remembered.get("xx", "hello") is None
    assert remembered.get("en", "hello!") is None


def test_the_longest_unused_turn_is_forgotten_first() -> None:
    remembered = RememberedAnalyses(10)
    remembered.put("en", "aaaa", _HIT)
    remembered.put("en", "bbbb", ())
    remembered.get("en", "aaaa")
    remembered.put("en", "cccc", ())
    assert remembered.get("en", "bbbb") is None
    assert remembered.get("en", "aaaa") == _HIT
    assert remembered.characters == 8


def test_a_turn_longer_than_the_limit_is_not_kept() -> None:
    remembered = RememberedAnalyses(3)
    remembered.put("en", "aaaa", _HIT)
    assert remembered.get("en", "aaaa") is None
    assert remembered.characters == 0
