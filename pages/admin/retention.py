"""Retention: what is due to be erased now and soon, and the order to erase it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import streamlit as st

from components import words
from components.empty import draw_empty
from components.plain_table import Column, draw_table
from components.typed import as_typed
from domain.erasure import confirmation
from domain.errors import BadInput, Refused
from domain.permissions import Actor
from pages.front.visitor import require_visitor
from services import installation, retention
from services.retention import AHEAD, DueSession, RetentionView

_AFTER = "retention.after"


def page() -> None:
    """Draw the counts, what is due, and the order."""
    actor = require_visitor()
    st.title("Retention")
    try:
        view = retention.view(installation.current(), actor)
    except Refused as refused:
        st.error(as_typed(str(refused)))
        return
    st.markdown(
        "A session is kept as long as its policy says. From the moment it is due nothing may be "
        "done with it any more (R05). "
        + (
            "This installation erases what is due by itself."
            if view.by_itself
            else "It is erased when an administrator orders it."
        )
    )
    if not view.counts:
        draw_empty(
            "No retention is recorded",
            "Nothing falls due until two administrators record how long sessions are kept.",
            ("Policy changes", "/changes"),
        )
        return
    _running(view)
    if view.held:
        st.info(
            f"{words.plural(view.held, 'session')} due and not counted below: Trust & Safety is "
            "settling a case, and it is erased once the outcome is recorded."
        )
    if any(row.sessions[-1] for row in view.counts):
        _counts(view)
        _due(actor, view)
        return
    draw_empty(
        "Nothing is due",
        f"No session reaches the end of its retention within {AHEAD[-1].days} days.",
    )


def _counts(view: RetentionView) -> None:
    rows = [row for row in view.counts if row.sessions[-1]]
    draw_table(
        [
            Column("Study", [row.study_title for row in rows]),
            Column("Policy", [_version(row.version) for row in rows], whole=True),
            Column("Due now", [_counted(row.sessions[0]) for row in rows], number=True),
            *(
                Column(
                    f"By {words.day(installation.current().now() + ahead)}",
                    [_counted(row.sessions[place]) for row in rows],
                    number=True,
                )
                for place, ahead in enumerate(AHEAD, start=1)
            ),
        ]
    )


def _running(view: RetentionView) -> None:
    for job in view.running:
        st.progress(
            min(job.done / job.total, 1.0) if job.total else 0.0,
            "An erasure waits for a worker"
            if job.state == "waiting"
            else f"{job.done:,} of {job.total or 0:,} sessions erased",
        )


def _due(actor: Actor, view: RetentionView) -> None:
    titles = {row.study_id: row.study_title for row in view.counts if row.sessions[0]}
    if not titles:
        st.caption("Nothing is due now.")
        return
    st.subheader("Due now")
    study_id = st.selectbox(
        "Study", list(titles), format_func=titles.__getitem__, on_change=_start_over, width=480
    )
    after: tuple[datetime, UUID] | None = st.session_state.get(_AFTER)
    found = retention.due(installation.current(), actor, study_id, after)
    _listed(found)
    if any(job.study_id == study_id for job in view.running):
        return
    count = retention.count_due(installation.current(), actor, study_id)
    _order(actor, study_id, titles[study_id], count)


def _listed(found: list[DueSession]) -> None:
    rows = found[: retention.PAGE]
    draw_table(
        [
            Column("Session", [str(row.number) for row in rows], whole=True),
            Column("Policy", [_version(row.version) for row in rows], whole=True),
            Column(
                "Completed",
                ["–" if row.completed_at is None else words.day(row.completed_at) for row in rows],
                whole=True,
            ),
            Column("Counted from", [words.day(row.counted_from) for row in rows], whole=True),
            Column("Due since", [words.moment(row.due_at) for row in rows], whole=True),
        ]
    )
    first, further, _rest = st.columns([2, 2, 8])
    if _AFTER in st.session_state and first.button("First", width="stretch"):
        st.session_state.pop(_AFTER)
        st.rerun()
    more = len(found) > retention.PAGE
    if more and further.button("Further", width="stretch"):
        st.session_state[_AFTER] = (rows[-1].counted_from, rows[-1].session_id)
        st.rerun()


def _order(actor: Actor, study_id: UUID, title: str, count: int) -> None:
    with st.form("retention.order", width=720):
        st.markdown(f"**Erase what is due in {as_typed(title)}**")
        evidence = st.text_input(
            "Evidence", help="Where the decision is kept, such as minutes or a ticket."
        )
        reason = st.text_input("Reason", value="The retention of the policy has ended")
        typed = st.text_input(f"Type “{confirmation(count)}” to say that you mean it")
        if not st.form_submit_button("Order the erasure", type="primary"):
            return
    try:
        retention.ask(
            installation.current(),
            actor,
            study_id,
            evidence=evidence,
            reason=reason,
            confirmation=typed,
        )
    except (BadInput, Refused) as error:
        st.error(as_typed(str(error)))
    else:
        st.success("A worker erases it now. You are told when it is done.")


def _counted(sessions: int) -> str:
    return f"over {retention.COUNTED:,}" if sessions > retention.COUNTED else f"{sessions:,}"


def _version(version: str) -> str:
    return "not completed" if version == "unfinished" else version


def _start_over() -> None:
    st.session_state.pop(_AFTER, None)
