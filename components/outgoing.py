"""A session as it would leave: its final words, with what was put in place of others marked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import streamlit as st

from components.html import Markup, element, join, text
from components.styles import TRANSCRIPT_STYLE
from components.transcript import family
from domain.redaction import Run
from domain.transcripts import Speaker, Turn

_NAMES = {Speaker.INTERVIEWER: "Interviewer", Speaker.PARTICIPANT: "Participant"}
_KIND = re.compile(r"^\[([A-Z][A-Z_]*?)(?:_\d+)?\]$")


def draw_outgoing(turns: Sequence[Turn], runs: Sequence[Sequence[Run]]) -> None:
    """Draw every turn with its place; replacements are told apart by colour and underline."""
    rows = (
        element(
            "div",
            element("div", text(f"{turn.index + 1} · {_NAMES[turn.speaker]}"), class_="speaker"),
            element("div", join(_run(run) for run in said), class_="said", dir="auto"),
            class_=f"turn {turn.speaker}",
        )
        for turn, said in zip(turns, runs, strict=True)
    )
    label = "What would leave"
    st.html(
        TRANSCRIPT_STYLE
        + element("div", *rows, class_="transcript one", role="list", aria_label=label)
    )


def replacements(runs: Sequence[Sequence[Run]]) -> list[tuple[str, int, int]]:
    """What stands in place of something, how often, and in how many turns; the most first."""
    often: Counter[str] = Counter()
    turns: Counter[str] = Counter()
    for said in runs:
        here = Counter(run.text for run in said if run.is_replacement)
        often.update(here)
        turns.update(here.keys())
    return [(what, count, turns[what]) for what, count in often.most_common()]


def _run(run: Run) -> Markup:
    if not run.is_replacement:
        return text(run.text)
    found = _KIND.match(run.text)
    kind = "other" if found is None else family(found[1])
    return element("bdi", text(run.text), class_=f"placeholder {kind}")
