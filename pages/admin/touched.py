"""What holds sessions that somebody took back: requests that stopped, releases that left before."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from components import words
from components.plain_table import Column, draw_table
from services.withdrawals import TouchedShare


def draw_touched(found: Sequence[tuple[int, TouchedShare]]) -> None:
    """Every request with one of the sessions, and the way to the recall of those that left."""
    if not found:
        st.caption("No share request holds any of these sessions.")
        return
    draw_table(
        [
            Column("Session", [str(number) for number, _ in found], whole=True),
            Column("Share", [str(each.share_number) for _, each in found], whole=True),
            Column("Recipient", [each.recipient_name for _, each in found]),
            Column("Stands", [each.state for _, each in found], whole=True),
            Column("Left", [words.moment(each.released_at) for _, each in found], whole=True),
        ]
    )
    left = {each.share_number: each.share_id for _, each in found if each.state == "released"}
    if not left:
        return
    st.warning("Some of it left already. A recall asks the recipient to destroy what they hold.")
    with st.container(horizontal=True):
        for number, share_id in left.items():
            st.link_button(f"Recall share {number}", f"/share?id={share_id}")
