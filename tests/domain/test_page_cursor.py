"""Cursors: one word that leads back to the same place, or is refused."""

from __future__ import annotations

import base64
import json
import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import BadInput
from domain.page_cursor import Cursor, Direction, Sort, decode_cursor

ROW = UUID("0190f3c2-0000-7000-8000-0000000000aa")
AT = datetime(2026, 4, 1, 12, 0, 0, 123456, tzinfo=UTC)
PLACE = ["newest", 1775044800123456, ROW.hex, "next"]

CURSORS = st.builds(
    Cursor,
    st.sampled_from([Sort.NEWEST, Sort.OLDEST]),
    st.integers(0, 230 * 365 * 86_400 * 1_000_000).map(
        lambda microseconds: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)
    ),
    st.uuids(),
    st.sampled_from(Direction),
) | st.builds(
    Cursor,
    st.sampled_from([Sort.LONGEST, Sort.SHORTEST]),
    st.integers(0, 2**31 - 1),
    st.uuids(),
    st.sampled_from(Direction),
)


def word(place):
    return base64.urlsafe_b64encode(json.dumps(place, separators=(",", ":")).encode()).decode()


@given(CURSORS)
def test_a_cursor_leads_back_to_the_same_place_to_the_microsecond(cursor):
    assert decode_cursor(cursor.encode()) == cursor


@given(CURSORS)
def test_a_cursor_is_one_word_that_an_address_can_carry(cursor):
    assert re.fullmatch(r"[A-Za-z0-9_-]+", cursor.encode())


def test_the_same_place_has_one_word_whatever_zone_its_time_is_told_in():
    elsewhere = AT.astimezone(timezone(timedelta(hours=-5)))
    assert Cursor(Sort.OLDEST, AT, ROW).encode() == Cursor(Sort.OLDEST, elsewhere, ROW).encode()


def test_the_words_used_here_are_those_a_list_gives_out():
    assert decode_cursor(word(PLACE).rstrip("=")) == Cursor(Sort.NEWEST, AT, ROW)


@pytest.mark.parametrize(
    "place",
    [
        ["tallest", *PLACE[1:]],
        [None, *PLACE[1:]],
        [[], *PLACE[1:]],
        ["newest", "1775044800123456", *PLACE[2:]],
        ["newest", 1.5, *PLACE[2:]],
        ["newest", True, *PLACE[2:]],
        ["newest", -1, *PLACE[2:]],
        ["newest", 10**40, *PLACE[2:]],
        ["newest", 253402300800000000, *PLACE[2:]],
        ["longest", 2**31, *PLACE[2:]],
        ["longest", -1, *PLACE[2:]],
        [*PLACE[:2], "not an id", "next"],
        [*PLACE[:2], 7, "next"],
        [*PLACE[:2], ROW.hex.upper(), "next"],
        [*PLACE[:2], str(ROW), "next"],
        [*PLACE[:3], "sideways"],
        PLACE[:3],
        [*PLACE, "more"],
        {"newest": 1},
        7,
        None,
    ],
)
def test_a_place_that_no_list_has_is_refused(place):
    with pytest.raises(BadInput, match="“cursor” is not one that this list gave out"):
        decode_cursor(word(place).rstrip("="))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "%%%",
        "é",
        "\ud800",
        "bm90IGpzb24",
        "_-_-",
        word(PLACE) + "=",
        word(PLACE).rstrip("=") + "====",
        word([*PLACE[:3], " next"]),
        "A" * 100_000,
    ],
)
def test_a_word_that_no_list_gave_out_is_refused(text):
    with pytest.raises(BadInput, match="Leave it out to begin at the first page"):
        decode_cursor(text)


@given(st.text(max_size=60))
def test_any_text_at_all_is_read_or_refused(text):
    with suppress(BadInput):
        assert decode_cursor(text).encode() == text


@pytest.mark.parametrize(
    ("sort", "value"),
    [(Sort.NEWEST, 12), (Sort.OLDEST, 12), (Sort.LONGEST, AT), (Sort.SHORTEST, AT)],
)
def test_an_order_has_places_of_its_own_kind_only(sort, value):
    with pytest.raises(ValueError, match="has no place"):
        Cursor(sort, value, ROW)


@pytest.mark.parametrize(
    ("sort", "value"),
    [
        (Sort.LONGEST, -1),
        (Sort.LONGEST, 2**31),
        (Sort.NEWEST, datetime(1969, 12, 31, tzinfo=UTC)),
        (Sort.NEWEST, datetime(2201, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_place_out_of_any_sessions_range_is_none(sort, value):
    with pytest.raises(ValueError, match="No session stands"):
        Cursor(sort, value, ROW)
