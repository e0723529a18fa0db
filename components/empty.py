"""Empty states: what is missing, and what to do about it."""

from __future__ import annotations

import streamlit as st


def draw_empty(title: str, remedy: str, way_on: tuple[str, str] | None = None) -> None:
    """A calm box that says what to do. ``way_on`` is a label and an address."""
    with st.container(border=True, horizontal_alignment="center"):
        st.markdown(f"#### {title}", text_alignment="center")
        st.markdown(remedy, text_alignment="center")
        if way_on is not None:
            st.link_button(*way_on)
