"""Transcripts: turns, speakers, and the labelled form they are exchanged in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import BadInput
from domain.transcripts import Speaker, Turn, format_labelled, make_turns, parse_labelled

INTERVIEWER, PARTICIPANT = Speaker.INTERVIEWER, Speaker.PARTICIPANT
#: Lines that no label opens and that no trimming shortens.
LINES = st.text(
    st.characters(codec="utf-8", exclude_characters="\r\n\t "), min_size=1, max_size=20
).filter(lambda line: not line.startswith(("Assistant:", "AI:", "User:")))
SAID = st.lists(LINES, min_size=1, max_size=3).map("\n\n".join)


@pytest.mark.parametrize(
    ("label", "speaker"),
    [("Assistant", INTERVIEWER), ("AI", INTERVIEWER), ("User", PARTICIPANT)],
)
def test_each_label_names_its_speaker_and_comes_back_on_output(label, speaker):
    (turn,) = parse_labelled(f"{label}: Good morning.")
    assert turn == Turn(0, speaker, "Good morning.", label)
    assert format_labelled([turn]) == f"{label}: Good morning."


def test_turns_are_numbered_from_nought_and_paragraphs_stay_within_their_turn():
    turns = parse_labelled("Assistant: Hello.\n\nHow are you?\n\nUser: Fine.\n\n\nAssistant: Good.")
    assert [(turn.index, turn.text) for turn in turns] == [
        (0, "Hello.\n\nHow are you?"),
        (1, "Fine."),
        (2, "Good."),
    ]


def test_a_label_within_a_line_opens_no_turn():
    (turn,) = parse_labelled("User: I told it: AI: stop. My User: manual")
    assert turn.text == "I told it: AI: stop. My User: manual"


def test_a_label_needs_no_space_after_it():
    assert [turn.text for turn in parse_labelled("User:yes\nAI:\tand?")] == ["yes", "and?"]


def test_an_empty_turn_among_others_keeps_its_place():
    assert [turn.text for turn in parse_labelled("AI: Hello?\n\nUser:\n\nAI: Hello?")] == [
        "Hello?",
        "",
        "Hello?",
    ]


def test_blank_lines_before_the_first_label_are_passed_over():
    assert parse_labelled("\n \nUser: yes")[0].text == "yes"


@pytest.mark.parametrize("text", ["", "Hello.", "Hello.\nUser: yes", "user: yes", " User: yes"])
def test_a_transcript_that_no_label_opens_is_refused(text):
    with pytest.raises(BadInput, match="does not open with a speaker's label"):
        parse_labelled(text)


@pytest.mark.parametrize("text", ["User:", "AI: \n\nUser:\n"])
def test_a_transcript_without_words_is_refused(text):
    with pytest.raises(BadInput, match="has labels but no words"):
        parse_labelled(text)


def test_turns_with_known_speakers_get_numbers_and_labels():
    turns = make_turns([(INTERVIEWER, "Hello."), (PARTICIPANT, "Hi.")])
    assert turns == (Turn(0, INTERVIEWER, "Hello.", "AI"), Turn(1, PARTICIPANT, "Hi.", "User"))
    assert make_turns([]) == ()


@given(st.lists(st.tuples(st.sampled_from(Speaker), SAID), min_size=1, max_size=6))
def test_what_was_written_down_reads_back_the_same(said):
    turns = make_turns(said)
    assert parse_labelled(format_labelled(turns)) == turns


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused_and_nothing_said_is_lost(text):
    try:
        turns = parse_labelled("User: begin\n" + text)
    except BadInput:
        pytest.fail("A transcript that a label opens was refused.")
    kept = "".join(f"{turn.label}:{turn.text}" for turn in turns)
    assert [c for c in kept if not c.isspace()] == [
        c for c in "User:begin" + text if not c.isspace()
    ]
