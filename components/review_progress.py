"""How far a study's review is: one bar, its parts named in words and numbers below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from components.html import element, join, text

_STYLE = """<style>
.rq-bar { display: flex; height: .7rem; border-radius: 99px; overflow: hidden; gap: 2px;
  background: color-mix(in srgb, currentColor 8%, transparent); }
.rq-bar i { display: block; min-width: 3px; }
.rq-done { background: #1f7a5a; } .rq-begun { background: #b07a12; }
.rq-waits { background: color-mix(in srgb, currentColor 38%, transparent); }
.rq-unread { background: repeating-linear-gradient(45deg,
  color-mix(in srgb, currentColor 22%, transparent) 0 4px, transparent 4px 8px); }
.rq-key { display: flex; flex-wrap: wrap; gap: .2rem 1.6rem; margin-top: .55rem;
  font-size: .93rem; }
.rq-key b { font-variant-numeric: tabular-nums; }
.rq-key i { display: inline-block; width: .7rem; height: .7rem; border-radius: 3px;
  margin-right: .4rem; }
</style>"""


@dataclass(frozen=True, slots=True)
class ProgressPart:
    """One part of the bar: its name, how many sessions, its look (done, begun, waits, unread)."""

    name: str
    sessions: int
    look: str


def draw_review_progress(parts: Sequence[ProgressPart]) -> None:
    """Draw the bar and its key; the key says all that the bar does."""
    said = ", ".join(f"{part.name} {part.sessions:,}" for part in parts)
    bar = element(
        "div",
        *(
            element("i", class_=f"rq-{part.look}", style=f"flex: {part.sessions} 0 0")
            for part in parts
            if part.sessions
        ),
        class_="rq-bar",
        role="img",
        aria_label=said,
    )
    key = join(
        element(
            "span",
            element("i", class_=f"rq-{part.look}"),
            element("b", text(f"{part.sessions:,}")),
            text(f" {part.name}"),
        )
        for part in parts
    )
    st.html(_STYLE + bar + element("div", key, class_="rq-key"))
