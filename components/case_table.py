"""The table of cases: a row opens its case; how it ended, where it did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from components.chips import chip
from components.html import Markup, element, text
from components.styles import BASE_STYLE


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One case as the table shows it; ``outcome``, ``why`` and ``closed`` are empty while open."""

    address: str
    name: str
    study: str
    language: str
    words: int
    opened: str
    opener: str
    outcome: str
    why: str
    closed: str


def draw_cases(lines: Sequence[CaseLine]) -> None:
    """Draw cases of one kind: all open, or all settled."""
    ended = any(line.outcome for line in lines)
    names = ["Case", "Study", "Language", "Words", "Opened"]
    names += ["Outcome", "Why", "Settled"] if ended else []
    head = element(
        "tr",
        *(
            element("th", text(name), class_="number" if name == "Words" else None)
            for name in names
        ),
    )
    rows = (_row(line, ended=ended) for line in lines)
    st.html(BASE_STYLE + element("table", head, *rows, class_="plain"))


def _row(line: CaseLine, *, ended: bool) -> Markup:
    cells = [
        element(
            "td",
            element("a", text(line.name), href=line.address, target="_self"),
            class_="whole",
        ),
        element("td", text(line.study)),
        element("td", text(line.language)),
        element("td", text(f"{line.words:,}"), class_="number"),
        element("td", text(f"{line.opened}, {line.opener}")),
    ]
    if ended:
        cells += [
            element("td", chip(line.outcome, "bad" if line.outcome == "upheld" else "good")),
            element("td", text(line.why or "–")),
            element("td", text(line.closed)),
        ]
    return element("tr", *cells)
