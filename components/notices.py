"""Notices: what somebody is told, with what is new set apart by more than its colour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from components.chips import chip
from components.html import Markup, element, text
from components.styles import BASE_STYLE

_STYLE = """<style>
.notices .notice { display: flex; gap: .25rem .75rem; align-items: baseline; flex-wrap: wrap;
  padding: .5rem 0; border-bottom: 1px solid color-mix(in srgb, currentColor 12%, transparent); }
.notices a { color: inherit; text-decoration-color: #1f5f5b88; }
.notices .new a { font-weight: 600; }
.notices time { opacity: .72; font-size: .88rem; margin-left: auto; white-space: nowrap; }
.notices .chip { margin: 0; }
</style>"""


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice; ``waits`` is whether somebody must do something about it."""

    said: str
    address: str
    when: str
    new: bool
    waits: bool


def draw_notices(notices: Sequence[Notice]) -> None:
    """Draw notices in the order given."""
    st.html(
        BASE_STYLE + _STYLE + element("div", *map(_line, notices), class_="notices", role="list")
    )


def _line(notice: Notice) -> Markup:
    marks = [chip("New", "good", "You have not seen this yet.")] if notice.new else []
    if notice.waits and notice.new:
        marks.append(chip("Waits for you", "wait", "Somebody must do something about it."))
    return element(
        "div",
        *marks,
        element("a", text(notice.said), href=notice.address, target="_self"),
        element("time", text(notice.when)),
        class_="notice new" if notice.new else "notice",
        role="listitem",
    )
