"""Copies for searching keep the way back to the original's offsets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deidentification.text_mapping import fold, folded, normalise

_TEXTS = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("aé\u0301\u200b\u00ad\u200dﬁß½İıŁø’“–\ud83d𝗮ａ한글ก็"),
    ),
    max_size=60,
)


@given(_TEXTS)
def test_every_character_of_a_copy_stands_for_a_stretch_of_the_original(text: str) -> None:
    for copy in (normalise(text), fold(text)):
        last = 0
        for at in range(len(copy.text)):
            start, end = copy.original(at, at + 1)
            assert 0 <= start < end <= len(text)
            assert start >= last
            last = start


@given(_TEXTS, _TEXTS, _TEXTS)
def test_what_is_found_in_a_copy_covers_what_was_typed(before: str, word: str, after: str) -> None:
    text = f"{before}\n{word}\n{after}"
    copy = fold(text)
    wanted = folded(word)
    at = copy.text.find(wanted)
    if wanted and at >= 0:
        start, end = copy.original(at, at + len(wanted))
        assert wanted in folded(text[start:end])


@given(st.text(st.characters(max_codepoint=127)))
def test_plain_text_is_its_own_copy(text: str) -> None:
    assert normalise(text).text == text
    if text:
        assert normalise(text).original(0, len(text)) == (0, len(text))


@pytest.mark.parametrize(
    ("typed", "compared"),
    [
        ("José", "jose"),
        ("Jose\u0301", "jose"),
        ("Łukasz Ørsted", "lukasz orsted"),
        ("STRAẞE", "strasse"),
        ("An\u200bna", "anna"),
        ("𝗔𝗻𝗻𝗮", "anna"),
        ("O’Brien", "o'brien"),
    ],
)
def test_letters_are_compared_without_case_accents_or_tricks(typed: str, compared: str) -> None:
    assert folded(typed) == compared


def test_an_accent_written_apart_belongs_to_its_letter() -> None:
    text = "x Jose\u0301 y"
    copy = fold(text)
    start = copy.text.index("jose")
    assert text[slice(*copy.original(start, start + 4))] == "Jose\u0301"


def test_a_stretch_outside_the_copy_is_refused() -> None:
    with pytest.raises(ValueError, match="No stretch"):
        normalise("abc").original(2, 9)
