"""Share requests in a list: number, recipient, purpose, where they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from components.chips import chip
from components.html import element, text
from components.styles import BASE_STYLE

_STYLE = """<style>
.shares a { font-weight: 600; color: inherit; text-decoration-color: #1f5f5b88; }
.shares td.quiet { opacity: .72; }
</style>"""


@dataclass(frozen=True, slots=True)
class ShareLine:
    """One request; ``tone`` is the chip's, ``hint`` says what it waits for."""

    address: str
    number: int
    recipient: str
    study: str
    purpose: str
    sessions: int
    state: str
    tone: str
    hint: str
    changed: str


def draw_shares(rows: Sequence[ShareLine]) -> None:
    """Draw the requests in the order given."""
    names = ("Share", "Recipient", "Study", "Purpose", "Sessions", "State", "Last change")
    head = element(
        "tr",
        *(
            element("th", text(name), class_="number" if name == "Sessions" else None)
            for name in names
        ),
    )
    body = (
        element(
            "tr",
            element(
                "td",
                element("a", text(f"Share {row.number}"), href=row.address, target="_self"),
                class_="whole",
            ),
            element("td", text(row.recipient)),
            element("td", text(row.study)),
            element("td", text(row.purpose)),
            element("td", text(f"{row.sessions:,}"), class_="number"),
            element("td", chip(row.state, row.tone, row.hint), class_="whole"),
            element("td", text(row.changed), class_="whole quiet"),
        )
        for row in rows
    )
    st.html(BASE_STYLE + _STYLE + element("table", head, *body, class_="plain shares"))
