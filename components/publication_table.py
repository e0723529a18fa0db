"""Publications in a list: title, who may read it, where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from components.chips import chip
from components.html import element, text
from components.styles import BASE_STYLE

_STYLE = """<style>
.publications a { font-weight: 600; color: inherit; text-decoration-color: #1f5f5b88; }
.publications td.quiet { opacity: .72; }
.publications td:nth-child(4) { min-width: 7rem; }
</style>"""


@dataclass(frozen=True, slots=True)
class PublicationLine:
    """One publication; ``tone`` is the chip's, ``hint`` says what it waits for."""

    address: str
    number: int
    title: str
    study: str
    audience: str
    proposer: str
    state: str
    tone: str
    hint: str
    changed: str


def draw_publications(rows: Sequence[PublicationLine]) -> None:
    """Draw the publications in the order given."""
    names = ("No.", "Title", "Study", "For", "Proposed by", "State", "Last change")
    head = element(
        "tr",
        *(element("th", text(name), class_="number" if name == "No." else None) for name in names),
    )
    body = (
        element(
            "tr",
            element("td", text(str(row.number)), class_="number"),
            element("td", element("a", text(row.title), href=row.address, target="_self")),
            element("td", text(row.study)),
            element("td", text(row.audience)),
            element("td", text(row.proposer), class_="whole"),
            element("td", chip(row.state, row.tone, row.hint), class_="whole"),
            element("td", text(row.changed), class_="whole quiet"),
        )
        for row in rows
    )
    st.html(BASE_STYLE + _STYLE + element("table", head, *body, class_="plain publications"))
