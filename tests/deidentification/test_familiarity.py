"""Which words are language and which can only be names."""

from __future__ import annotations

import pytest

from deidentification.familiarity import is_listed_name, is_slip, is_unfamiliar, is_word


@pytest.mark.parametrize(
    "word",
    ["oyeyemi", "jarmila", "zadar", "szabo", "kowalczyk", "thandeka", "anderson"],
)
def test_a_name_is_no_word_of_the_language(word: str) -> None:
    assert is_unfamiliar(word)


@pytest.mark.parametrize(
    "word",
    [
        "house",  # in the list
        "storyboards",  # put together, with an ending
        "rewatching",  # with a beginning
        "unpublishable",
        "congresswomen",
        "metagenomics",  # as words of the sciences end
        "chatbots",  # newer than the list
        "recieve",  # misspelt: swapped
        "definately",  # misspelt: another letter
        "foudn",
        "hahaha",
        "soooo",
        "wednesday",
        "spanish",
        "ok",
        "",
        "b2b",
    ],
)
def test_words_their_compounds_and_misspellings_are_familiar(word: str) -> None:
    assert not is_unfamiliar(word)


def test_a_listed_name_is_never_taken_for_a_misspelt_word() -> None:
    assert is_listed_name("martina")
    assert is_unfamiliar("martina")  # a letter away from a drink


def test_an_ending_away_from_a_word_is_a_word() -> None:
    assert is_word("painted")
    assert not is_word("pixelkid")


@pytest.mark.parametrize(
    ("word", "swapped"),
    [
        ("taht", True),
        ("kinldy", True),
        ("brian", False),  # a name, however near "brain"
        ("that", False),
        ("teh", False),  # in three letters too much is near
        ("oyelaran", False),
    ],
)
def test_two_letters_swapped_make_a_slip_and_never_of_a_name(word: str, swapped: bool) -> None:
    assert is_slip(word) is swapped
