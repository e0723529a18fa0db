"""Trust & Safety's queue: open cases, the oldest first, and what was settled last."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from components.case_table import draw_cases
from components.empty import draw_empty
from components.typed import as_typed
from domain.counts import COUNTED_AT_MOST, capped_count
from domain.errors import Refused
from pages.front.visitor import require_visitor
from pages.safety.case import line_of
from services import cases, installation
from services.cases import CaseQueue, CaseRow

_PAGES = "cases.pages"


def page() -> None:
    """Draw the queue."""
    actor = require_visitor()
    st.title("Cases")
    places = st.session_state.setdefault(_PAGES, [None])
    try:
        found = cases.queue(installation.current(), actor, places[-1])
    except Refused as refused:
        st.error(as_typed(str(refused)))
        return
    _waiting(found)
    _settled(found.settled)


def _waiting(found: CaseQueue) -> None:
    if not found.waiting:
        draw_empty(
            "No case is open",
            "A session that was flagged under the usage policy brings a case with it. To look at "
            "a settled one again, open a case from its session.",
            ("Flagged sessions", "/sessions"),
        )
        return
    said = capped_count(found.count, COUNTED_AT_MOST)
    st.caption(
        f"{said} {'case waits' if found.count == 1 else 'cases wait'} for an outcome, the oldest "
        "first. Nothing of their sessions leaves meanwhile (R08)."
    )
    draw_cases([line_of(each) for each in found.waiting])
    places = st.session_state[_PAGES]
    back, on, _rest = st.columns([2, 2, 8])
    if back.button("Previous page", disabled=len(places) == 1, width="stretch", key="cases.back"):
        places.pop()
        st.rerun()
    if on.button("Next page", disabled=found.more is None, width="stretch", key="cases.on"):
        places.append(found.more)
        st.rerun()


def _settled(settled: Sequence[CaseRow]) -> None:
    if not settled:
        return
    st.subheader("Settled last")
    draw_cases([line_of(each) for each in settled])
