"""The head of a review queue: what comes next, why it comes first, who has it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from components.html import Markup, element, text
from components.styles import BASE_STYLE

_STYLE = """<style>
.queue .risk { display: inline-block; width: 4.5rem; height: .45rem; border-radius: 99px;
  margin-right: .5rem; vertical-align: middle;
  background: linear-gradient(to right, #b3452f calc(var(--risk) * 1%),
    color-mix(in srgb, currentColor 10%, transparent) 0); }
.queue a { font-weight: 600; color: inherit; text-decoration-color: #1f5f5b88; }
.queue td.quiet { opacity: .72; }
</style>"""


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One waiting session; ``risk`` is from 0 to 100, None when it was not weighed."""

    address: str
    name: str
    risk: int | None
    why: str
    language: str
    words: int
    state: str


def draw_queue(rows: Sequence[QueueRow]) -> None:
    """Draw the rows in the order given."""
    names = ("Session", "Risk", "Why it comes here", "Language", "Words", "Now")
    head = element(
        "tr",
        *(
            element("th", text(name), class_="number" if name == "Words" else None)
            for name in names
        ),
    )
    body = (
        element(
            "tr",
            element("td", element("a", text(row.name), href=row.address, target="_self")),
            element("td", *_risk(row.risk), class_="whole"),
            element("td", text(row.why)),
            element("td", text(row.language)),
            element("td", text(f"{row.words:,}"), class_="number"),
            element("td", text(row.state), class_="quiet"),
        )
        for row in rows
    )
    st.html(BASE_STYLE + _STYLE + element("table", head, *body, class_="plain queue"))


def _risk(risk: int | None) -> tuple[Markup, ...]:
    if risk is None:
        return (text("not weighed"),)
    return (
        element("span", class_="risk", style=f"--risk: {risk}", aria_hidden="true"),
        text(str(risk)),
    )
