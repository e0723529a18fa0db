"""The auditor's page: every act, filtered, and whether the chain is whole."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import streamlit as st

from components import words
from components.empty import draw_empty
from components.plain_table import Column, draw_table
from components.typed import as_typed
from domain.counts import capped_count
from domain.errors import Refused
from domain.permissions import Actor
from pages.front.visitor import require_visitor
from services import installation, trail
from services.trail import AuditFilter

_BEFORE = "trail.before"


def page() -> None:
    """Draw the audit trail."""
    actor = require_visitor()
    st.title("Audit trail")
    _verify(actor)
    wanted = _filters(actor)
    try:
        found = trail.read(installation.current(), actor, wanted)
    except Refused as refused:
        st.error(as_typed(str(refused)))
        return
    if not found.entries:
        draw_empty("No act matches", "Loosen a filter.")
        return
    st.caption(f"{capped_count(found.count)} acts match")
    entries = found.entries
    draw_table(
        [
            Column("Row", [f"{entry.seq:,}" for entry in entries], number=True),
            Column("When", [f"{entry.at:%Y-%m-%d %H:%M:%S}" for entry in entries], whole=True),
            Column("Who", [entry.actor_label for entry in entries], whole=True),
            Column("Act", [entry.action for entry in entries], whole=True),
            Column("Outcome", [entry.outcome for entry in entries]),
            Column("Of", [f"{entry.object_kind} {entry.object_id}" for entry in entries]),
            Column("Purpose", [entry.purpose or "" for entry in entries]),
            Column("Detail", [_short(entry.detail) for entry in entries]),
        ]
    )
    newest, older, _rest = st.columns([2, 2, 8])
    if _BEFORE in st.session_state and newest.button("Newest", width="stretch"):
        st.session_state.pop(_BEFORE)
        st.rerun()
    more = len(entries) == trail.PAGE_SIZE
    if older.button("Older", disabled=not more, width="stretch"):
        st.session_state[_BEFORE] = entries[-1].seq
        st.rerun()


def _verify(actor: Actor) -> None:
    if st.button("Verify the chain", icon=":material/link:"):
        with st.spinner("Walking the chain …"):
            report = trail.verify(installation.current(), actor)
        if report.whole:
            st.success(f"{report.how} The newest row is {report.head:,}.")
        else:
            st.error(report.how)


def _filters(actor: Actor) -> AuditFilter:
    people = trail.people(installation.current(), actor)
    first = st.columns([3, 3, 2, 2, 2])
    who = first[0].selectbox(
        "Who",
        list(people),
        index=None,
        format_func=people.__getitem__,
        placeholder="Anybody",
        on_change=_start_over,
    )
    acts = first[1].multiselect(
        "Act",
        trail.actions(installation.current(), actor),
        placeholder="Any",
        on_change=_start_over,
    )
    outcome = first[2].selectbox(
        "Outcome", ["done", "refused"], index=None, placeholder="Either", on_change=_start_over
    )
    since = first[3].date_input("From", value=None, on_change=_start_over)
    until = first[4].date_input("Until", value=None, on_change=_start_over)
    of, seen = st.columns([9, 3], vertical_alignment="bottom")
    about = of.text_input(
        "Of",
        placeholder="The id of a session, share or person: everything that was done with it",
        on_change=_start_over,
    )
    seeing = seen.toggle(
        "Only what was seen or taken",
        help="Texts and originals that were opened, what would leave, packages, downloads: with "
        "somebody under Who, what they saw; with a session under Of, who saw it.",
        on_change=_start_over,
    )
    _received(actor, about.strip())
    return AuditFilter(
        actor_id=None if who is None else UUID(who),
        actions=trail.SEEING if seeing else tuple(acts),
        outcome=outcome,
        object_id=about.strip() or None,
        since=_midnight(since),
        until=None if until is None else _midnight(until + timedelta(days=1)),
        before_seq=st.session_state.get(_BEFORE),
    )


def _received(actor: Actor, about: str) -> None:
    """Who received a session, when the id is one's."""
    try:
        session_id = UUID(about)
    except ValueError:
        return
    for each in trail.received(installation.current(), actor, session_id):
        left = f"left {words.moment(each.released_at)}" if each.released_at else "did not leave"
        st.info(
            f"Share {each.share_number} for {as_typed(each.recipient_name)}: {each.state}, {left}."
        )
    for one in trail.fetched(installation.current(), actor, session_id):
        st.info(
            f"The package of share {one.share_number} was fetched by {one.who}, "
            f"{words.moment(one.at)}."
        )


def _start_over() -> None:
    st.session_state.pop(_BEFORE, None)


def _midnight(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), UTC)


def _short(detail: str) -> str:
    return "" if detail == "{}" else detail[:160]
