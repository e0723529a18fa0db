"""Choosing sessions: a filtered list with each one's answer; the ids shown are the ids taken."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pandas as pd
import streamlit as st

from components import words
from components.empty import draw_empty
from components.typed import as_typed
from domain.errors import BadInput, ChangedMeanwhile, Refused
from domain.permissions import Actor
from domain.session_filters import SessionFilter
from domain.vocabulary import ReviewState
from pages.front.visitor import require_visitor
from services import installation
from services.shares import composing
from services.shares.composing import Candidate, Candidates
from services.shares.requests import ShareView

_PAGE = "compose.page"
_SAID = "compose.said"


def draw_composer(actor: Actor, view: ShareView) -> None:
    """Draw the filter, what it finds, and what to do with the rows that are marked."""
    wanted = _filter()
    page = int(st.session_state.get(_PAGE, 1)) - 1
    try:
        found = composing.candidates(installation.current(), actor, view.row.id, wanted, page=page)
    except (Refused, BadInput) as error:
        st.error(as_typed(str(error)))
        return
    said = st.session_state.pop(_SAID, None)
    if said:
        st.error(as_typed(said))
    st.caption(_told(view, found))
    if not found.total:
        draw_empty(
            "No session of this study fits",
            "Only sessions whose redactions are confirmed can go in. Review some first, or look "
            "at all of them to see what stands in the way.",
            ("Review", "/review"),
        )
        return
    pages = -(-found.total // composing.PAGE)
    if page >= pages:
        # The list has grown shorter meanwhile.
        st.session_state[_PAGE] = pages
        st.rerun()
    chosen = _table(found)
    add, remove, every, turn = st.columns([3, 3, 4, 2], vertical_alignment="bottom")
    marked = [each.row.id for each in chosen if not each.inside]
    inside = [each.row.id for each in chosen if each.inside]
    if add.button(
        f"Add the {len(marked):,} marked" if marked else "Add the marked",
        disabled=not marked,
        type="primary",
        width="stretch",
    ):
        _add(actor, view, marked)
    if remove.button(
        f"Take {len(inside):,} out" if inside else "Take the marked out",
        disabled=not inside,
        width="stretch",
    ):
        _remove(actor, view, inside)
    every.button(
        f"Add all of the {found.total:,} that may go in",
        disabled=not any(each.judgement.may_go_in and not each.inside for each in found.sessions)
        and pages == 1,
        width="stretch",
        # What was drawn goes along: the list is read anew before the click is seen here.
        on_click=_add_all,
        args=(view.row.id, wanted, found.seen),
    )
    if pages > 1:
        turn.number_input(f"Page, of {pages:,}", 1, pages, step=1, key=_PAGE)


def _told(view: ShareView, found: Candidates) -> str:
    fits = sum(each.judgement.may_go_in and not each.inside for each in found.sessions)
    shown = "" if len(found.sessions) == found.total else f" of the {len(found.sessions):,} shown"
    return (
        words.plural(found.total, "completed session")
        + (" and more; narrow the filter to see them" if found.more else "")
        + f" · {fits:,}{shown} may go in · {view.row.sessions:,} are in."
    )


def _filter() -> SessionFilter:
    left, middle, right = st.columns([3, 3, 4], vertical_alignment="bottom")
    since = left.date_input("Completed from", None, key="compose.from", on_change=_first_page)
    until = middle.date_input("Completed until", None, key="compose.until", on_change=_first_page)
    confirmed = right.toggle(
        "Only confirmed sessions", value=True, key="compose.confirmed", on_change=_first_page
    )
    wanted = SessionFilter(completed_from=since, completed_until=until)
    return replace(wanted, review_states=(ReviewState.CONFIRMED,)) if confirmed else wanted


def _first_page() -> None:
    st.session_state.pop(_PAGE, None)


def _table(found: Candidates) -> list[Candidate]:
    """The list, and which of its rows are marked."""
    frame = pd.DataFrame(
        {
            "Session": [each.row.number for each in found.sessions],
            "Answer": [_answer(each) for each in found.sessions],
            "Completed": [words.day(each.row.completed_at) for each in found.sessions],
            "Language": [words.language(each.row.language) for each in found.sessions],
            "Words": [each.row.word_count for each in found.sessions],
            "Why": [each.judgement.why for each in found.sessions],
        }
    )
    event = st.dataframe(
        frame,
        hide_index=True,
        width="stretch",
        height=min(38 * (len(frame) + 1), 420),
        on_select="rerun",
        selection_mode="multi-row",
        key=f"compose.rows.{hash(tuple(each.row.id for each in found.sessions))}",
        column_config={"Why": st.column_config.TextColumn(width="large")},
    )
    rows: list[int] = event["selection"]["rows"]
    return [found.sessions[row] for row in rows if row < len(found.sessions)]


def _answer(each: Candidate) -> str:
    if each.inside:
        return "is in"
    return "may go in" if each.judgement.may_go_in else each.judgement.decision.outcome.value


def _add(actor: Actor, view: ShareView, chosen: list[UUID]) -> None:
    try:
        added = composing.add_sessions(installation.current(), actor, view.row.id, chosen)
    except (Refused, BadInput) as error:
        st.error(as_typed(str(error)))
        return
    st.toast(f"{words.plural(added, 'session')} added.")
    st.rerun()


def _add_all(share_id: UUID, wanted: SessionFilter, seen: bytes) -> None:
    try:
        added, left = composing.add_all(
            installation.current(), require_visitor(), share_id, wanted, seen
        )
    except (Refused, BadInput, ChangedMeanwhile) as error:
        st.session_state[_SAID] = str(error)
        return
    said = f"{words.plural(added, 'session')} added."
    st.toast(said if not left else f"{said} {left:,} may not go in; the list says why.")


def _remove(actor: Actor, view: ShareView, chosen: list[UUID]) -> None:
    try:
        removed = composing.remove_sessions(installation.current(), actor, view.row.id, chosen)
    except (Refused, BadInput) as error:
        st.error(as_typed(str(error)))
        return
    st.toast(f"{words.plural(removed, 'session')} taken out.")
    st.rerun()
