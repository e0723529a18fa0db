"""A pattern is passed over only where it has nothing to find."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deidentification.configuration import load_configuration
from deidentification.lexicon import load_lexicon
from deidentification.recognizers.accounts import account_recognizers
from deidentification.recognizers.companies import company_recognizers
from deidentification.recognizers.contacts import contact_recognizers
from deidentification.recognizers.countries import country_recognizers
from deidentification.recognizers.institutions import institution_recognizers
from deidentification.recognizers.names import name_recognizers
from deidentification.recognizers.numbers import number_recognizers
from deidentification.recognizers.other_languages import other_language_recognizers
from deidentification.recognizers.personal import personal_recognizers
from deidentification.recognizers.phrases import PhraseRecognizer
from deidentification.recognizers.places import place_recognizers
from deidentification.recognizers.publications import publication_recognizers
from deidentification.recognizers.streets_abroad import street_abroad_recognizers
from deidentification.recognizers.trades import trade_recognizers
from deidentification.telling import plain, telling
from demonstration.generate import generate_sessions
from demonstration.studies import STUDIES
from tests.deidentification import test_sentences, test_telling_words, test_typed_names


def _patterns() -> Iterator[re.Pattern[str]]:
    lexicon = load_lexicon(load_configuration().words)
    for recognizer in (
        *account_recognizers("en", lexicon),
        *company_recognizers("en"),
        *contact_recognizers("en"),
        *country_recognizers("en"),
        *institution_recognizers("en"),
        *name_recognizers("en", lexicon),
        *number_recognizers("en"),
        *other_language_recognizers("en"),
        *personal_recognizers("en"),
        *place_recognizers("en"),
        *publication_recognizers("en"),
        *street_abroad_recognizers("en"),
        *trade_recognizers("en"),
    ):
        assert isinstance(recognizer, PhraseRecognizer)
        yield from recognizer.patterns()


_PATTERNS = tuple(_patterns())


@pytest.mark.parametrize(
    ("pattern", "required"),
    [
        ("old", [["old"]]),
        (r"years?\sold", [["year old", "years old"]]),
        ("(?:my|our)[a-z]*boss", [["boss"], ["my", "our"]]),
        ("inc|ltd|ltda", [["inc", "ltd"]]),
        (r"\d+[a-z]+hill", [["\x00"], ["hill"]]),
        ("[1-9]", [["\x00"]]),
        ("x(?=[a-z]*here)", [["here"], ["x"]]),
        ("(?i:MaY)", [["may"]]),
        ("(?:dot)+", [["dot"]]),
        ("(?:dot){2}", [["dotdot"]]),
        ("dot(?!ted)", [["dot"]]),
        # Whatever may be left out, is a class of letters or refers back tells of nothing.
        ("(?:dot)*", []),
        ("(?:dot)?", []),
        ("dot|[a-z]+", []),
        ("[^a]", []),
        (r"([a-z])\1", []),
        (".", []),
        (r"\s", []),
    ],
)
def test_what_a_pattern_needs_is_read_off_it(pattern: str, required: list[list[str]]) -> None:
    found = telling(re.compile(pattern)).required
    assert sorted(map(list, found)) == sorted(required)


def test_most_patterns_say_what_they_need() -> None:
    silent = [pattern for pattern in _PATTERNS if not telling(pattern).required]
    assert len(silent) < len(_PATTERNS) / 20


@pytest.mark.parametrize("number", range(len(_PATTERNS)))
@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@given(data=st.data())
def test_no_text_that_a_pattern_matches_is_passed_over(number: int, data: st.DataObject) -> None:
    pattern = _PATTERNS[number]
    text = data.draw(st.from_regex(pattern))
    assert telling(pattern).may_match(text)


def _texts() -> Iterator[str]:
    for study in STUDIES:
        for session in generate_sessions(11, study, 12):
            yield from (text for _speaker, text in session.record.turns)
    for module in (test_telling_words, test_typed_names, test_sentences):
        for value in vars(module).values():
            for said in value if isinstance(value, list) else ():
                yield from (one for one in ([said] if isinstance(said, str) else said) if one)


def test_nothing_is_passed_over_in_any_text_of_the_tests_and_the_demonstration() -> None:
    held, passed = list(_texts()), 0
    assert len(held) > 500
    for pattern in _PATTERNS:
        needed = telling(pattern)
        for text in held:
            if not needed.may_match(text):
                passed += 1
                assert not pattern.search(text), (pattern.pattern[:80], needed.required)
    assert passed > len(_PATTERNS) * len(held) / 2


def test_letters_that_a_pattern_takes_for_one_another_read_the_same() -> None:
    every = "".join(map(chr, range(sys.maxunicode + 1)))
    letters = {mark for p in _PATTERNS for words in telling(p).required for mark in "".join(words)}
    for letter in letters - {"\x00"}:
        for mark in re.findall(re.escape(letter), every, re.IGNORECASE):
            assert plain(mark) == plain(letter), (letter, hex(ord(mark)))


def test_every_blank_and_every_digit_is_known() -> None:
    every = "".join(map(chr, range(1, sys.maxunicode + 1)))
    assert {plain(mark) for mark in re.findall(r"\s", every)} == {" "}
    assert all("\x00" in plain(mark) for mark in re.findall(r"\d", every))


def test_a_letter_reads_the_same_whatever_stands_beside_it() -> None:
    assert plain("ΟΔΟΣ ΟΔΟΣ") == plain("οδος οδοσ")
    assert plain("İSTANBUL") == "istanbul"
