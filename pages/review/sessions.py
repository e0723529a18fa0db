"""The sessions page: find a session, see at a glance what its participant chose."""

from __future__ import annotations

import streamlit as st

from components import words
from components.empty import draw_empty
from components.filter_bar import draw_filters, set_behind
from components.session_table import draw_sessions
from components.typed import as_typed
from domain.counts import capped_count
from domain.errors import BadInput, Refused
from domain.permissions import Actor
from domain.session_filters import SessionFilter, parse
from pages.front.visitor import require_visitor
from pages.review.rows import table_rows
from services import installation, sessions
from services.sessions import Browsable, SessionPage


def page() -> None:
    """Draw the sessions page for the filter in the address."""
    actor = require_visitor()
    st.title("Sessions")
    try:
        wanted = parse({name: st.query_params.get_all(name) for name in st.query_params})
        found = sessions.list_sessions(installation.current(), actor, wanted)
    except (BadInput, Refused) as error:
        st.error(as_typed(str(error)))
        st.link_button("Start again without filters", "/sessions")
        return
    if not found.held.studies:
        _no_studies()
        return
    _filters(wanted, found.held)
    _list(actor, wanted, found, spans=wanted.study is None and len(found.held.studies) > 1)


def _filters(wanted: SessionFilter, held: Browsable) -> None:
    draw_filters(
        wanted,
        studies=[(study.slug, study.title) for study in held.studies],
        languages=held.languages,
    )


def _list(actor: Actor, wanted: SessionFilter, found: SessionPage, *, spans: bool) -> None:
    narrowed = bool(wanted.at(None).to_params().keys() - {"sort"})
    if not found.rows:
        draw_empty(
            "No session matches" if narrowed else "No sessions yet",
            "Loosen a filter, or start again without any."
            if narrowed
            else "An administrator imports transcripts on the Imports page.",
            ("Start again without filters", "/sessions") if narrowed else None,
        )
        return
    match = "session matches" if found.count == 1 else "sessions match"
    behind = set_behind(wanted)
    more = f" · {words.plural(behind, 'filter')} set under “More filters”" if behind else ""
    st.caption(f"{capped_count(found.count, found.cap)} {match}{more}")
    draw_sessions(table_rows(found.table, actor, found.rows, found.at, with_study=spans))
    back, on, _rest = st.columns([2, 2, 8])
    for column, label, cursor, key in (
        (back, "Previous page", found.newer, "page.back"),
        (on, "Next page", found.older, "page.on"),
    ):
        if column.button(label, disabled=cursor is None, key=key, width="stretch") and cursor:
            st.query_params.from_dict(wanted.at(cursor).to_params())
            st.rerun()


def _no_studies() -> None:
    draw_empty(
        "You have no grant yet",
        "Sessions show once an administrator gives you a grant for a study, with a purpose "
        "and an end date.",
    )
