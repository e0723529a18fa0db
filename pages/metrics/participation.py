"""The metrics page: charts of one study's newest snapshot that give nobody away."""

from __future__ import annotations

import streamlit as st

from components import words
from components.empty import draw_empty
from components.typed import as_typed
from domain.errors import Refused
from pages.front.visitor import require_visitor
from pages.metrics.chart import chart, cross_table
from services import installation, metrics
from services.metrics import Metrics

#: What is looked at together: breakdowns, and the cross tables that follow them.
THEMES = {
    "Participation": ("week", "status", "funnel", "stopped", "period by status", "returning"),
    "People": ("language", "country", "plan", "plan by status", "language by country"),
    "Conversations": ("duration", "length"),
    "Choices": (
        *("researchers", "period by researchers", "language by researchers"),
        *("journalists", "publish", "contact"),
    ),
    "Review and policy": ("review", "waited", "redactions", "policy"),
    "Sharing": ("shares", "decision"),
}


def page() -> None:
    """Draw the charts of the study that the address names, or the first."""
    actor = require_visitor()
    here = installation.current()
    st.title("Participation")
    asked = st.query_params.get("study", "")
    try:
        desk = metrics.open_desk(here, actor, asked)
    except Refused as refused:
        st.error(as_typed(str(refused)))
        return
    if desk.chosen is None:
        draw_empty(
            "You have no study to see",
            "An administrator gives leads a grant for a study, with a purpose and an end date.",
        )
        return
    titles = {study.slug: study.title for study in desk.studies}
    st.selectbox(
        "Study",
        list(titles),
        index=list(titles).index(desk.chosen.slug),
        format_func=lambda each: titles[each],
        key="metrics.study",
        on_change=_choose,
    )
    if desk.held is None:
        draw_empty(
            "There is no snapshot yet",
            "One is taken by itself each week, once the machine has read all sessions and at "
            "least ten people took part.",
        )
        return
    _head(desk.held)
    theme = st.segmented_control(
        "What to look at", list(THEMES), default=next(iter(THEMES)), label_visibility="collapsed"
    )
    for name in THEMES[theme or next(iter(THEMES))]:
        with st.container(key=f"metric.{name.replace(' ', '-')}"):
            (cross_table if " by " in name else chart)(desk.held, name)


def _choose() -> None:
    """Put the chosen study into the address, before the page asks for it."""
    st.query_params["study"] = st.session_state["metrics.study"]


def _head(held: Metrics) -> None:
    st.markdown(
        f"**{held.people.reach:,} people took part** "
        f"before {words.date_in_full(held.people.counted_on)}."
    )
    st.caption(
        "People are counted, not sessions; somebody who came back is counted by their latest "
        "session. No count of fewer than ten is shown, nor what would let one be worked out, from "
        "this snapshot or from all before it. Hatched bars are withheld."
    )
    st.link_button(
        "Download these numbers",
        f"/metrics-csv?study={held.study.slug}",
        icon=":material/download:",
    )
