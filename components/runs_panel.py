"""Panels of the operations page: what needs somebody with its way out, and all else calm below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from components.chips import chip
from components.html import Markup, element, join, text
from components.styles import BASE_STYLE

_STYLE = """<style>
.run-figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(17rem, 1fr));
  gap: .8rem; margin: .2rem 0 .4rem; }
.run-figure { border: 1px solid color-mix(in srgb, currentColor 14%, transparent);
  border-radius: 8px; padding: .7rem .95rem; }
.run-figure b { display: block; font-size: 1.1rem; font-weight: 650; overflow-wrap: anywhere;
  font-variant-numeric: tabular-nums; }
.run-figure span, .run-figure p { font-size: .85rem; opacity: .75; }
.run-figure p { margin: .1rem 0 0; overflow-wrap: anywhere; }
.run-finding { display: grid; grid-template-columns: 6rem minmax(0, 1fr); gap: 0 .4rem; }
.run-finding p { margin: .15rem 0 0; opacity: .8; font-size: .93rem; }
.run-finding strong { font-weight: 620; overflow-wrap: anywhere; }
.run-well { border: 1px solid #1d6b3c55; background: #1d6b3c12; border-radius: 8px;
  padding: .95rem 1.2rem; }
.run-well b { font-weight: 650; }
.run-fine { font-size: .88rem; opacity: .72; white-space: nowrap; }
table.plain .run-what { min-width: 14rem; }
@media (prefers-color-scheme: dark) { .run-well { border-color: #7fce9d55;
  background: #7fce9d12; } }
</style>"""


@dataclass(frozen=True, slots=True)
class RunFigure:
    """A figure with its name over it and what to make of it under it."""

    name: str
    value: str
    note: str


@dataclass(frozen=True, slots=True)
class RunRow:
    """One line of a table of what runs. ``tone`` is a chip's; an empty one is said quietly.

    ``words`` stand to the left under their names, ``cells`` to the right as figures do.
    """

    name: str
    word: str
    tone: str
    cells: tuple[str, ...]
    words: tuple[str, ...] = ()


def draw_well(title: str, sentence: str) -> None:
    """Draw that everything is as it should be."""
    st.html(
        _STYLE
        + element(
            "div",
            text("✓ "),
            element("b", text(title)),
            text(f" {sentence}"),
            class_="run-well",
            role="status",
        )
    )


def draw_finding(problem: bool, what: str, remedy: str) -> None:
    """Draw one thing that is not as it should be, with its way out."""
    word, tone = ("needs you", "bad") if problem else ("look", "wait")
    st.html(
        BASE_STYLE
        + _STYLE
        + element(
            "div",
            element("div", chip(word, tone)),
            element("div", element("strong", text(what)), element("p", text(remedy))),
            class_="run-finding",
        )
    )


def draw_run_figures(figures: Sequence[RunFigure]) -> None:
    """Draw figures side by side."""
    boxes = join(
        element(
            "div",
            element("span", text(each.name)),
            element("b", text(each.value)),
            element("p", text(each.note)),
            class_="run-figure",
        )
        for each in figures
    )
    st.html(_STYLE + element("div", boxes, class_="run-figures"))


def draw_runs(
    first: str, names: Sequence[str], rows: Sequence[RunRow], words: Sequence[str] = ()
) -> None:
    """Draw a table of what runs: its name, how it stands, then words and figures."""
    head = element(
        "tr",
        element("th", text(first)),
        element("th", text("State")),
        *(element("th", text(name)) for name in words),
        *(element("th", text(name), class_="number") for name in names),
    )
    st.html(
        BASE_STYLE + _STYLE + element("table", head, *(_row(each) for each in rows), class_="plain")
    )


def _row(row: RunRow) -> Markup:
    word = (
        chip(row.word, row.tone) if row.tone else element("span", text(row.word), class_="run-fine")
    )
    return element(
        "tr",
        element("td", text(row.name), class_="run-what"),
        element("td", word, class_="whole"),
        *(element("td", text(cell)) for cell in row.words),
        *(element("td", text(cell), class_="number") for cell in row.cells),
    )
