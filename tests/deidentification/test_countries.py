"""Countries by name, and the names that are something else as well."""

from __future__ import annotations

import pytest

from deidentification.recognizers.countries import country_names, country_recognizers


def found(text: str) -> list[str]:
    (recognizer,) = country_recognizers("en")
    return [text[r.start : r.end] for r in recognizer.analyze(text, ["LOCATION"])]


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("I grew up in tonga, by the sea", "tonga"),
        ("from the Republic of the Congo", "Republic of the Congo"),
        ("in bosnia and herzegovina", "bosnia and herzegovina"),
        ("Burma, as it was", "Burma"),
        ("in Peru", "Peru"),
    ],
)
def test_a_country_is_found(text: str, country: str) -> None:
    assert found(text) == [country]


@pytest.mark.parametrize(
    "text",
    ["made of fine china", "Jordan drew it", "an Indianapolis sound", "a romaniac", "the west"],
)
def test_what_is_no_country_or_may_be_a_name_stands(text: str) -> None:
    assert found(text) == []


def test_no_name_is_an_abbreviation_or_half_a_name() -> None:
    assert all(len(name) > 3 and "." not in name for name in country_names())
    assert {"France", "Trinidad and Tobago", "Myanmar", "Burma"} <= set(country_names())
