"""The rules of the policy table as lines: rule, answer, what it is about, why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from components.chips import chip
from components.html import Markup, element, text
from components.styles import BASE_STYLE


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One rule. ``tone`` is a chip's; ``needs`` is empty when nothing more is required."""

    rule: str
    answer: str
    tone: str
    about: str
    why: str
    needs: str
    clause: str


def draw_rules(lines: Sequence[RuleLine]) -> None:
    """Draw the lines in the order given."""
    names = ("Rule", "Answer", "About", "Why, and what to do", "Still needs", "Clause")
    head = element("tr", *(element("th", text(name)) for name in names))
    st.html(BASE_STYLE + element("table", head, *map(_line, lines), class_="plain"))


def _line(line: RuleLine) -> Markup:
    return element(
        "tr",
        element("td", text(line.rule), class_="whole"),
        element("td", chip(line.answer, line.tone)),
        element("td", text(line.about)),
        element("td", text(line.why)),
        element("td", text(line.needs or "–")),
        element("td", text(line.clause), class_="whole"),
    )
