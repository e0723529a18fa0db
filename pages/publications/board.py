"""The publications page: what waits for a vote, what stands published, everything else."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from components.empty import draw_empty
from components.publication_table import draw_publications
from components.typed import as_typed
from domain.errors import Refused
from domain.permissions import Act, may
from pages.front.visitor import require_visitor
from pages.publications.lines import line
from services import installation
from services.publications import reading
from services.publications.reading import PublicationRow


def page() -> None:
    """Draw the board."""
    actor = require_visitor()
    st.title("Publications")
    try:
        held = reading.board(installation.current(), actor)
    except Refused as refused:
        st.error(as_typed(str(refused)))
        return
    lead = may(actor, Act.PROPOSE_PUBLICATION)
    st.caption(
        "Charts that leave the house, for everybody or for one recipient: frozen, approved by two, "
        "signed. What is shown here counts as shown, so that no later one can open a small count."
    )
    if lead:
        st.link_button("Propose a chart", "/publish", icon=":material/add_chart:")
    if not (held.waiting or held.published or held.others):
        draw_empty(
            "Nothing is published or proposed yet",
            "A lead proposes a chart of a study's snapshot; two approvers decide on it.",
            ("Propose a chart", "/publish") if lead else None,
        )
        return
    if may(actor, Act.VOTE_ON_PUBLICATION):
        _section("Waits for your vote", held.waiting, "Nothing waits for your vote.")
    _section("Published", held.published, "Nothing is published now.")
    if held.others:
        _section("Under way, and over", held.others, "")


def _section(title: str, rows: Sequence[PublicationRow], nothing: str) -> None:
    st.subheader(title)
    if rows:
        draw_publications([line(row) for row in rows])
    else:
        st.caption(nothing)
