"""What participants say of themselves is found by category, at its place, folded."""

from __future__ import annotations

import pytest

from deidentification.quasi_identifiers import age_band, find_quasi_identifiers
from domain.findings import Finding
from domain.quasi_identifiers import QuasiCategory
from domain.spans import Span
from domain.transcripts import Speaker, make_turns


def found(said: str, *findings: tuple[str, str], speaker: Speaker = Speaker.PARTICIPANT):
    turns = make_turns([(Speaker.INTERVIEWER, "Tell me."), (speaker, said)])
    held = [
        Finding(
            Span(1, said.index(word), said.index(word) + len(word)),
            kind,
            0.9,
            "test",
            "A test says so.",
            f"[{kind}]",
        )
        for kind, word in findings
    ]
    return {
        (each.category.value, each.value, said[each.span.start : each.span.end])
        for each in find_quasi_identifiers(turns, held)
    }


@pytest.mark.parametrize(
    ("said", "category", "value", "words"),
    [
        ("I'm a marine biologist.", "occupation", "marine biologist", "marine biologist"),
        ("i work as a letterpress printmaker", "occupation", "letterpress printmaker", None),
        ("I’ve been a nurse for years", "occupation", "nurse", None),
        ("I have a PhD in it", "education", "doctorate", "PhD"),
        ("I'm a postdoc now", "career_stage", "postdoc", "postdoc"),
        ("in the hospital where I work", "employer", "hospital", "hospital"),
        ("Mostly geology, some maps", "research_area", "earth science", "geology"),
        ("I draw in Photoshop", "tool", "photoshop", "Photoshop"),
        ("my second novel came out", "project", "second novel", "second novel"),
    ],
)
def test_what_is_said_of_oneself_is_found(
    said: str, category: str, value: str, words: str | None
) -> None:
    assert (category, value, words or value) in found(said)


@pytest.mark.parametrize(
    "said",
    [
        "I'm a bit tired.",
        "I am a big fan of it",
        "We blended it.",
        "my own view",
        "a pythonesque joke",
    ],
)
def test_ordinary_words_are_no_traits(said: str) -> None:
    assert found(said) == set()


def test_the_interviewer_says_nothing_of_the_participant() -> None:
    assert found("I'm a marine biologist.", speaker=Speaker.INTERVIEWER) == set()


def test_what_the_engine_found_counts_too() -> None:
    said = "I am 43, at Quill Press in Kelp  Wick, a farrier, and wrote for The Gull. Call Mo."
    assert found(
        said,
        ("AGE", "43"),
        ("ORGANIZATION", "Quill Press"),
        ("LOCATION", "Kelp  Wick"),
        ("OCCUPATION", "farrier"),
        ("PUBLICATION", "The Gull"),
        ("PERSON", "Mo"),
    ) == {
        ("age", "40 to 49", "43"),
        ("employer", "quill press", "Quill Press"),
        ("place", "kelp wick", "Kelp  Wick"),
        ("occupation", "farrier", "farrier"),
        ("publication", "the gull", "The Gull"),
    }


@pytest.mark.parametrize(
    ("said", "band"),
    [
        ("43", "40 to 49"),
        ("43 years old", "40 to 49"),
        ("3", None),
        ("1983", None),
        ("forty", "40 to 49"),
    ],
)
def test_an_age_is_kept_in_tens(said: str, band: str | None) -> None:
    assert age_band(said) == band


def test_a_trait_said_twice_is_one_at_its_first_place() -> None:
    turns = make_turns([(Speaker.PARTICIPANT, "Photoshop, then photoshop again")])
    (only,) = find_quasi_identifiers(turns, [])
    assert (only.category, only.span) == (QuasiCategory.TOOL, Span(0, 0, 9))


@pytest.mark.parametrize(
    ("said", "band"),
    [
        ("34", "30 to 39"),
        ("62yo", "60 to 69"),
        ("fifty two", "50 to 59"),
        ("late thirties", "30 to 39"),
        ("40th", "40 to 49"),
        ("fortieth", "40 to 49"),
        ("eighty-one", "80 to 89"),
        ("nineteen", "10 to 19"),
        ("eight", None),
        ("1987", None),
        ("old enough", None),
    ],
)
def test_an_age_counts_by_its_ten_years_in_figures_or_words(said: str, band: str | None) -> None:
    assert age_band(said) == band
