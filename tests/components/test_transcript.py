"""Transcripts: marks lie on the code points meant, on both sides, whatever script they are in."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from components import transcript
from components.html import Markup
from components.transcript import draw_transcript, family
from domain.findings import Finding
from domain.spans import Span
from domain.transcripts import Speaker, Turn

_TEXT = st.text(
    st.characters(
        exclude_categories=["Cs"],
        exclude_characters="\x00\r\u200b\u2060\ufeff\u00ad"
        "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f",
    ),
    min_size=1,
    max_size=60,
)


def turn(said: str, index: int = 0) -> Turn:
    return Turn(index, Speaker.PARTICIPANT, said, "User")


def finding(said: str, found: str, replacement: str = "[PERSON_1]", index: int = 0) -> Finding:
    start = said.index(found)
    span = Span(index, start, start + len(found))
    return Finding(span, "PERSON", 0.9, "model", "It stands in capitals.", replacement)


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Callable[[], str]:
    kept: list[Markup] = []
    monkeypatch.setattr(transcript, "_show", kept.append)
    return lambda: kept[-1]


def test_placeholders_stand_out_and_what_only_looks_like_one_is_shown_as_typed(
    drawn: Callable[[], str],
) -> None:
    draw_transcript([turn("I am [PERSON_1] of [ORGANIZATION], [not one] [X<i>]")])
    assert drawn().count("<bdi") == 2
    assert 'class="placeholder person">[PERSON_1]</bdi>' in drawn()
    assert 'class="placeholder organisation">[ORGANIZATION]</bdi>' in drawn()
    assert "[X&lt;i&gt;]" in drawn()


def test_every_turn_takes_its_direction_from_its_own_words(drawn: Callable[[], str]) -> None:
    draw_transcript([turn("שלום"), turn("Hello", 1)])
    assert drawn().count('class="said" dir="auto"') == 2


def test_an_unknown_type_has_a_colour_too() -> None:
    assert family("SOMETHING_NEW") == "other"
    assert family("PERSON") == "person"


def test_a_transcript_reaches_the_browser_in_one_piece_and_by_no_other_way() -> None:
    def app() -> None:
        from components.transcript import draw_transcript
        from domain.transcripts import Speaker, Turn

        draw_transcript([Turn(0, Speaker.PARTICIPANT, "<b>x</b> **y**", "User")])

    at = AppTest.from_function(app, default_timeout=30).run()
    assert not at.exception
    assert not at.markdown
