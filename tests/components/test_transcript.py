"""Transcripts: marks lie on the code points meant, on both sides, whatever script they are in."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from components import transcript
from components.html import Markup
from components.transcript import draw_side_by_side, draw_transcript, family
from domain.findings import Finding, apply_findings
from domain.spans import Span
from domain.transcripts import Speaker, Turn
from tests.components.browser_eyes import BrowserEyes

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


def side_by_side(said: str, findings: tuple[Finding, ...]) -> tuple[BrowserEyes, str]:
    kept: list[Markup] = []
    before, transcript._show = transcript._show, kept.append
    try:
        clean = apply_findings(said, 0, findings)
        draw_side_by_side([turn(clean)], [turn(said)], findings)
    finally:
        transcript._show = before
    return BrowserEyes(kept[0].split("</style>")[-1]), kept[0]


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("I am Ada Byron.", "Ada Byron"),
        ("👩‍👩‍👧🏽 I am 👩🏽‍🔬 Ada", "Ada"),
        ("Cafe\u0301 Jose\u0301 knows", "Jose\u0301"),
        ("שמי דוד כהן ואני נגר", "דוד כהן"),
        ("اسمي ليلى", "ليلى"),
        ("𝔄𝔡𝔞 is me", "𝔄𝔡𝔞"),
        ("<b>Ada</b> & co", "Ada"),
        ("Ada", "Ada"),
    ],
)
def test_a_mark_lies_on_what_was_found_and_its_pair_on_what_stands_instead(
    said: str, found: str
) -> None:
    _, markup = side_by_side(said, (finding(said, found),))
    marked = BrowserEyes(markup.split("<mark")[1].split("</mark>")[0].split(">", 1)[1])
    assert marked.text == found
    assert markup.count('class="found person f0"') == 1
    assert markup.count('class="placeholder person f0"') == 1
    assert ".transcript:has(.f0:hover) .f0" in markup


@given(data=st.data(), said=_TEXT)
def test_both_sides_hold_every_word_of_their_version(data: st.DataObject, said: str) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(said)), max_size=6, unique=True)), key=int)
    findings = tuple(
        Finding(Span(0, start, end), "PERSON", 0.5, "s", "w", f"[PERSON_{n}]")
        for n, (start, end) in enumerate(zip(cuts[::2], cuts[1::2], strict=False))
    )
    seen, _ = side_by_side(said, findings)
    clean = apply_findings(said, 0, findings)
    assert seen.text == f"De-identifiedOriginalParticipant{clean}{said}"
    assert [tag for tag, _ in seen.opened].count("mark") == len(findings)


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
