"""Scores count what a person and a researcher would count."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deidentification.evaluation import Score, score


def test_a_label_covered_in_part_counts_in_part() -> None:
    found = score("ask Maria Lopez now", [(4, 15)], [(4, 9)])
    assert (found.right, found.missed, found.extra) == (5, 5, 0)
    assert (found.recall, found.precision) == (0.5, 1.0)


def test_covering_too_much_costs_precision_and_masks_words() -> None:
    found = score("ask Maria now", [(4, 9)], [(4, 13)])
    assert (found.right, found.extra) == (5, 3)
    assert (found.words, found.words_masked, found.words_extra) == (3, 2, 1)
    assert found.masked_share == pytest.approx(2 / 3)


def test_blanks_and_punctuation_count_nowhere() -> None:
    assert score("a, b", [(0, 4)], [(0, 1), (3, 4)]) == Score(2, 0, 0, 2, 2)


def test_nothing_to_find_and_nothing_found_is_perfect() -> None:
    empty = score("", [], [])
    assert (empty.recall, empty.precision, empty.masked_share) == (1.0, 1.0, 0.0)


def test_a_stretch_outside_the_text_is_refused() -> None:
    with pytest.raises(ValueError, match="No stretch"):
        score("abc", [(1, 9)], [])


@given(st.lists(st.text("ab ", max_size=8), max_size=4))
def test_scores_of_texts_add_up(texts: list[str]) -> None:
    total = sum((score(text, [], [(0, len(text))] if text else []) for text in texts), Score())
    assert total.extra == sum(mark.isalnum() for text in texts for mark in text)
    assert total.words == sum(len(text.split()) for text in texts)
