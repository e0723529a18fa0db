"""What is approved: every word, cell and byte of it, and files that a reader can trust."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import BadInput, Refused
from domain.policy.uses import Use
from domain.publications.contents import (
    Audience,
    FrozenCell,
    Words,
    check_enough,
    check_receiver,
    check_something_shown,
    check_words,
    content_digest,
    methods_note,
    numbers_csv,
)
from tests.domain.publications.worlds import FROZEN, RECEIVER, WHY, frozen

FILES = {"figure.svg": b"<svg/>", "numbers.csv": b"1"}
PURPOSE = "For our public report on making things"


@pytest.mark.parametrize(
    "changes",
    [
        {"number": 4},
        {"study_id": UUID(int=9)},
        {"snapshot_id": UUID(int=9)},
        {"week": date(2026, 11, 16)},
        {"breakdown": "language"},
        {"audience": Audience.THIRD_PARTY},
        {"receiver": RECEIVER},
        {"words": replace(FROZEN.words, title="Another title")},
        {"words": replace(FROZEN.words, note="")},
        {"words": replace(FROZEN.words, purpose=PURPOSE)},
        {"everybody": 50},
        {"known_by": FROZEN.counted_at},
        {"cells": FROZEN.cells[:2]},
        {"cells": (FrozenCell("free", "Free", 17, None), *FROZEN.cells[1:])},
        {"population": "a1b3"},
        {"rule": "R48"},
        {"policy_digest": "d2"},
        {"epsilon": Decimal("0.5")},
    ],
)
def test_whatever_changes_is_another_thing_to_approve(changes: dict[str, Any]) -> None:
    assert content_digest(frozen(**changes), FILES) != content_digest(FROZEN, FILES)


@pytest.mark.parametrize(
    "other",
    [
        replace(RECEIVER, recipient_id=UUID(int=9)),
        replace(RECEIVER, name="Another"),
        replace(RECEIVER, organisation="Another"),
        replace(RECEIVER, agreement_id=UUID(int=9)),
        replace(RECEIVER, agreement_version=2),
        replace(RECEIVER, agreement_digest=b"other"),
    ],
)
def test_another_recipient_or_agreement_is_another_thing_to_approve(other: Any) -> None:
    assert content_digest(frozen(receiver=other), FILES) != content_digest(
        frozen(receiver=RECEIVER), FILES
    )


def test_one_byte_of_a_file_is_another_thing_to_approve() -> None:
    assert content_digest(FROZEN, {**FILES, "numbers.csv": b"2"}) != content_digest(FROZEN, FILES)
    assert content_digest(FROZEN, dict(reversed(FILES.items()))) == content_digest(FROZEN, FILES)


def test_the_numbers_say_why_one_is_missing() -> None:
    rows = list(csv.reader(io.StringIO(numbers_csv(FROZEN).decode(), newline="")))
    assert rows[1:] == [
        ["everybody counted", "49", ""],
        ["Free", "16", ""],
        ["Max", "", WHY],
        ["Pro", "1021", ""],
    ]


@given(st.text(max_size=20))
def test_no_label_is_a_formula(label: str) -> None:
    made = numbers_csv(frozen(cells=(FrozenCell("x", label, 10, None),))).decode()
    rows = list(csv.reader(io.StringIO(made, newline="")))
    assert len(rows) == 3
    assert not rows[2][0].lstrip(" \u00a0\ufeff\u200b").startswith(("=", "+", "-", "@"))


def test_the_methods_note_says_how_it_was_made() -> None:
    said = methods_note(FROZEN).decode()
    for part in (
        "49 distinct participants are counted.",
        "fewer than 10 people",
        "Withheld here: 1 of 3 counts.",
        "Snapshot of 23 November 2026, counted on 25 November 2026",
        "rule R30",
        "Rounding. None",
        "Each participant is in one category, by their latest interview.",
        "all of whose interviews the policy in force lets be counted outside",
        FROZEN.words.note,
    ):
        assert part in said
    bare = methods_note(frozen(several=True, words=Words("A title here", "", PURPOSE))).decode()
    assert "One participant can be in several categories or in none" in bare
    assert FROZEN.words.note not in bare


@pytest.mark.parametrize(
    ("title", "note", "purpose", "wrong"),
    [
        ("Short", "", PURPOSE, "A title has"),
        ("x" * 91, "", PURPOSE, "A title has"),
        ("   a    b   ", "", PURPOSE, "A title has"),
        ("A good title", "x" * 201, PURPOSE, "A note under"),
        ("A good title", "", "report", "Say in a sentence"),
    ],
)
def test_words_that_say_too_little_or_do_not_fit_are_sent_back(
    title: str, note: str, purpose: str, wrong: str
) -> None:
    with pytest.raises(BadInput, match=wrong):
        check_words(title, note, purpose)


def test_words_are_kept_on_one_line() -> None:
    assert check_words(" A good\n title ", " a\tnote", PURPOSE) == Words(
        "A good title", "a note", PURPOSE
    )


@pytest.mark.parametrize("audience", list(Audience))
def test_a_recipient_is_named_where_there_is_one_and_nowhere_else(audience: Audience) -> None:
    third = audience is Audience.THIRD_PARTY
    check_receiver(audience, UUID(int=1) if third else None)
    with pytest.raises(BadInput, match="names its recipient"):
        check_receiver(audience, None if third else UUID(int=1))


def test_each_audience_has_its_use_and_its_words() -> None:
    assert (Audience.PUBLIC.use, Audience.PUBLIC.label) == (Use.PUBLISH_SUMMARY, "everybody")
    assert Audience.THIRD_PARTY.use is Use.THIRD_PARTY_AGGREGATE


def test_nothing_shown_is_nothing_to_publish() -> None:
    check_something_shown(FROZEN.cells)
    with pytest.raises(Refused, match=r"publication\.something-shown"):
        check_something_shown([FrozenCell("max", "Max", None, WHY)])


@pytest.mark.parametrize("people", [0, 9])
def test_a_handful_who_may_be_counted_is_too_few(people: int) -> None:
    check_enough(10)
    with pytest.raises(Refused, match=r"publication\.enough-people"):
        check_enough(people)
