"""The package's bytes: no formula, no time, no id, and the same for the same."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.shares.contents import ShareField
from domain.shares.package import (
    OutgoingSession,
    duration_band,
    formula_safe,
    manifest,
    pseudonym,
    session_line,
    turns_csv,
)
from domain.transcripts import Speaker, make_turns

AT = datetime(2026, 4, 2, 9, 20, 11, tzinfo=UTC)
KEY, OTHER = b"k" * 32, b"o" * 32
SESSION = OutgoingSession(
    UUID(int=1),
    UUID(int=2),
    "en",
    AT - timedelta(minutes=20),
    AT,
    make_turns([(Speaker.INTERVIEWER, "Why?"), (Speaker.PARTICIPANT, "=1+1")]),
)


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
@pytest.mark.parametrize(
    "unseen",
    ["", " ", "  ", "\u00a0", "\u2003", "\u3000", "\ufeff", "\u200b", "\u200e", "\x00", "\xad"],
)
def test_nothing_that_begins_like_a_formula_stays_one(sign: str, unseen: str) -> None:
    cell = f"{unseen}{sign}SUM(A1)"
    assert formula_safe(cell) == f"'{cell}"


@pytest.mark.parametrize("begin", ["\t", "\r", "\n", "\t\n"])
def test_a_cell_that_begins_with_a_tab_or_break_is_made_text(begin: str) -> None:
    assert formula_safe(f"{begin}said") == f"'{begin}said"
    assert formula_safe(f"{begin}=1") == f"'{begin}'=1"


@pytest.mark.parametrize("separator", [";", "\t", "\r\n", "\n", "\r", "\x0b", "\x0c", "\u2028"])
def test_no_other_separator_makes_a_cell_of_a_formula_within(separator: str) -> None:
    attack = f"well{separator}=cmd|'/C calc'!A0{separator} @SUM(A1){separator}fine"
    assert formula_safe(attack) == (
        f"well{separator}'=cmd|'/C calc'!A0{separator}' @SUM(A1){separator}fine"
    )


@pytest.mark.parametrize(
    ("delimiter", "quoting"),
    # Whoever reads it with commas minds the quotes, or no text with a comma could be read.
    [
        (",", csv.QUOTE_ALL),
        (";", csv.QUOTE_ALL),
        (";", csv.QUOTE_NONE),
        ("\t", csv.QUOTE_ALL),
        ("\t", csv.QUOTE_NONE),
    ],
)
@given(said=st.text(st.sampled_from("=+-@;\t\r\n\", a\u00a0\uff1d'")))
def test_no_reader_of_the_file_finds_a_formula_in_any_cell(
    delimiter: str, quoting: int, said: str
) -> None:
    turns = make_turns([(Speaker.PARTICIPANT, said)])
    written = turns_csv([("S-1", turns)]).decode()
    for row in csv.reader(
        io.StringIO(written, newline=""), delimiter=delimiter, quoting=quoting, quotechar='"'
    ):
        for cell in row:
            assert not cell.strip(' "\u00a0').startswith(("=", "+", "-", "@", "\uff1d"))


def test_no_name_of_a_column_or_speaker_is_a_formula() -> None:
    head, row = turns_csv([("S-1", SESSION.turns[:1])]).decode().splitlines()
    for cell in (head + "," + row).replace('"', "").split(","):
        assert cell == formula_safe(cell)


@pytest.mark.parametrize("cell", ["", "1 = 1", "Well, - yes", "‮right to left", "😀 =1"])
def test_other_text_stays_as_it_is(cell: str) -> None:
    assert formula_safe(cell) == cell


@given(st.lists(st.text(st.characters(codec="utf-8")), max_size=5))
def test_whatever_was_said_a_reader_of_csv_gets_it_back(said: list[str]) -> None:
    turns = make_turns((Speaker.PARTICIPANT, text) for text in said)
    written = turns_csv([("S-1", turns)]).decode()
    rows = list(csv.reader(io.StringIO(written, newline="")))[1:]
    assert [row[3] for row in rows] == [formula_safe(text) for text in said]
    for row in rows:
        assert not row[3].startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


def test_a_pseudonym_is_the_same_under_one_key_and_another_under_another() -> None:
    assert pseudonym(KEY, "session", UUID(int=1)) == pseudonym(KEY, "session", UUID(int=1))
    made = {
        pseudonym(key, kind, UUID(int=number))
        for key in (KEY, OTHER)
        for kind in ("session", "participant")
        for number in (1, 2)
    }
    assert len(made) == 8


def test_a_line_holds_the_fields_asked_for_and_no_others() -> None:
    name, line = session_line(SESSION, KEY, list(ShareField))
    held = json.loads(line)
    assert held == {
        "session": name,
        "participant": pseudonym(KEY, "participant", UUID(int=2)),
        "language": "en",
        "completed_month": "2026-04",
        "duration": "15 to 30 minutes",
        "turns": [
            {"speaker": "interviewer", "text": "Why?"},
            {"speaker": "participant", "text": "=1+1"},
        ],
    }
    assert line.endswith(b"\n")
    assert set(json.loads(session_line(SESSION, KEY, [])[1])) == {"session", "turns"}


@pytest.mark.parametrize(
    ("minutes", "band"),
    [
        (0, "under 5 minutes"),
        (5, "5 to 15 minutes"),
        (15, "15 to 30 minutes"),
        (30, "30 to 60 minutes"),
        (60, "over an hour"),
    ],
)
def test_a_duration_is_told_in_bands(minutes: int, band: str) -> None:
    assert duration_band(AT - timedelta(minutes=minutes), AT) == band
    assert duration_band(None, AT) == "not known"


def test_a_manifest_names_each_file_by_size_and_digest() -> None:
    described = json.loads(manifest({"a.txt": b"hello"}, {"share": 7}, {"a.txt": b"hello"}))
    assert described["share"] == 7
    assert described["files"]["a.txt"] == {
        "bytes": 5,
        "sha256": "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
        "packed_sha256": "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
    }
