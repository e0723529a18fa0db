"""Pseudonyms: one person, one name; numbered as they are read."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from deidentification.pseudonyms import assign

_MENTIONS = st.lists(
    st.tuples(
        st.sampled_from(["PERSON", "EMAIL_ADDRESS", "PHONE_NUMBER", "AGE"]),
        st.sampled_from(
            [
                "Maria Lopez",
                "Maria",
                "Ms Lopez",
                "LOPEZ",
                "Tom",
                "Tom Baker",
                "a@b.com",
                "A@B.COM",
                "12",
            ]
        ),
    ),
    max_size=15,
)


def _people(*names: str) -> list[str]:
    return assign([("PERSON", name) for name in names], ())


def test_parts_titles_and_case_mean_one_person() -> None:
    assert set(_people("Maria Lopez", "Maria", "Ms Lopez", "MARIA", "Lopez", "María López")) == {
        "[PERSON_1]"
    }


def test_a_part_that_comes_first_is_linked_to_the_whole_that_follows() -> None:
    assert _people("Maria", "Tom", "Maria Lopez") == ["[PERSON_1]", "[PERSON_2]", "[PERSON_1]"]


def test_two_people_with_one_surname_stay_two() -> None:
    assert _people("Maria Lopez", "Juan Lopez") == ["[PERSON_1]", "[PERSON_2]"]


def test_a_shared_word_means_the_person_mentioned_last() -> None:
    assert _people("Maria Lopez", "Maria Silva", "Maria") == [
        "[PERSON_1]",
        "[PERSON_2]",
        "[PERSON_2]",
    ]


def test_an_unsaid_full_name_links_its_parts() -> None:
    mentions = [("PERSON", "maria"), ("PERSON", "lopez")]
    assert assign(mentions, (), full_names=["Maria Lopez"]) == ["[PERSON_1]", "[PERSON_1]"]


def test_one_number_written_two_ways_is_one() -> None:
    mentions = [("PHONE_NUMBER", "(212) 555-0173"), ("PHONE_NUMBER", "212 555 0173")]
    assert assign(mentions, ()) == ["[PHONE_NUMBER_1]", "[PHONE_NUMBER_1]"]


def test_one_address_spelled_and_written_is_one() -> None:
    mentions = [("EMAIL_ADDRESS", "jo@mail.com"), ("EMAIL_ADDRESS", "jo at mail dot com")]
    assert assign(mentions, ()) == ["[EMAIL_ADDRESS_1]", "[EMAIL_ADDRESS_1]"]


@given(_MENTIONS)
def test_numbers_of_each_kind_count_up_in_reading_order(mentions: list[tuple[str, str]]) -> None:
    highest: dict[str, int] = {}
    for replacement in assign(mentions, ()):
        found = re.fullmatch(r"\[([A-Z_]+)_(\d+)\]", replacement)
        assert found is not None
        number = int(found[2])
        assert number <= highest.get(found[1], 0) + 1
        highest[found[1]] = max(number, highest.get(found[1], 0))


@given(_MENTIONS)
def test_the_same_mention_always_has_the_same_replacement(mentions: list[tuple[str, str]]) -> None:
    given_to: dict[tuple[str, str], str] = {}
    for (kind, text), replacement in zip(mentions, assign(mentions, ()), strict=True):
        if kind != "PERSON" or " " in text:
            assert given_to.setdefault((kind, text.lower()), replacement) == replacement
