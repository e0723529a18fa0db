"""Panels of the operations page: what is wrong with its way out, and calm figures below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from components.chips import chip
from components.html import element, join, text
from components.styles import BASE_STYLE

_STYLE = """<style>
.run-figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(10.5rem, 1fr));
  gap: .8rem; margin: .4rem 0 .6rem; }
.run-figure { border: 1px solid color-mix(in srgb, currentColor 14%, transparent);
  border-radius: 8px; padding: .75rem .95rem; }
.run-figure b { display: block; font-size: 1.15rem; font-weight: 650; overflow-wrap: anywhere; }
.run-figure span { font-size: .85rem; opacity: .72; }
.run-figure p { margin: .15rem 0 0; font-size: .85rem; opacity: .72; }
.run-finding { padding: .1rem 0; }
.run-finding p { margin: .15rem 0 0; opacity: .8; }
.run-well { border: 1px solid #1d6b3c55; background: #1d6b3c12; border-radius: 8px;
  padding: 1rem 1.2rem; font-size: 1.05rem; }
.run-well b { font-weight: 650; }
</style>"""


@dataclass(frozen=True, slots=True)
class RunFigure:
    """A figure with its name over it and what to make of it under it."""

    name: str
    value: str
    note: str


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
    word, tone = ("problem", "bad") if problem else ("notice", "wait")
    st.html(
        BASE_STYLE
        + _STYLE
        + element(
            "div",
            chip(word, tone),
            element("strong", text(what)),
            element("p", text(remedy)),
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
