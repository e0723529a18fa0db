"""A frozen figure on a sheet of paper, whatever the theme: the very picture that would leave."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from components.html import element, text

_STYLE = """<style>
.sheet { background: #fff; border: 1px solid #d9d6cf; border-radius: 6px; padding: 1rem 1.2rem;
  max-width: 54rem; box-shadow: 0 1px 6px rgba(0, 0, 0, .08); }
.sheet img { display: block; width: 100%; height: auto; }
.sheet-files { margin-top: .7rem; font-size: .93rem; }
.sheet-files a { color: inherit; margin-right: 1.2rem; }
</style>"""


def draw_frozen_figure(address: str, alt: str, files: Sequence[tuple[str, str]]) -> None:
    """Draw the picture behind an address of ours; ``files`` are names and addresses below it."""
    sheet = element("div", element("img", src=address, alt=alt), class_="sheet")
    links = element(
        "div",
        *(element("a", text(name), href=where, target="_self") for name, where in files),
        class_="sheet-files",
    )
    st.html(_STYLE + sheet + links)
