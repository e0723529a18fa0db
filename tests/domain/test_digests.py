"""Canonical JSON and digests."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.digests import canonical_json, digest
from domain.errors import BadInput

TEXT = st.text(st.characters(codec="utf-8"))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


def test_keys_are_sorted_and_nothing_is_escaped_or_spaced():
    assert (
        canonical_json({"ü": [1, True, None], "a": "é👩🏽‍💻"})
        == '{"a":"é👩🏽‍💻","ü":[1,true,null]}'
    )


@given(VALUES)
def test_canonical_json_reads_back_as_the_same_value(value):
    assert json.loads(canonical_json(value)) == value


@given(st.dictionaries(TEXT, VALUES, min_size=2))
def test_the_order_in_which_keys_were_set_changes_nothing(value):
    assert digest(dict(reversed(value.items()))) == digest(value)


@given(VALUES, VALUES)
def test_two_values_share_a_digest_only_when_they_are_written_the_same(one, other):
    assert (digest(one) == digest(other)) == (canonical_json(one) == canonical_json(other))


def test_the_digest_is_the_sha_256_of_the_canonical_bytes():
    expected = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    assert digest({}).hex() == expected


def test_two_spellings_of_one_character_are_two_contents():
    assert digest("é") != digest("e\u0301")


def test_half_a_character_is_refused_with_the_way_out():
    with pytest.raises(BadInput, match="Export the file again as UTF-8"):
        digest({"text": "\ud83d"})


@pytest.mark.parametrize("value", [1.5, [0.1], {"a": float("nan")}])
def test_a_float_has_no_canonical_form(value):
    with pytest.raises(TypeError, match="float"):
        canonical_json(value)


@pytest.mark.parametrize("value", [{1: "a"}, [{None: 1}], {"a": object()}])
def test_what_json_cannot_name_has_no_canonical_form(value):
    with pytest.raises(TypeError):
        canonical_json(value)
