"""What would leave: session by session, byte for byte, with what was replaced beside it."""

from __future__ import annotations

import hashlib
from uuid import UUID

import streamlit as st

from components import words
from components.outgoing import draw_outgoing, replacements
from components.plain_table import Column, draw_table
from domain.errors import BadInput, Refused
from domain.permissions import Actor
from domain.shares.lifecycle import BOUND_TO_ITS_DIGEST
from services import installation
from services.shares import requests
from services.shares.requests import OutgoingView, ShareView

_CHOSEN = "share.session"
_RECORDED = "share.session.recorded"


def draw_contents(actor: Actor, view: ShareView) -> None:
    """Draw the sessions to choose from, and the chosen one as it would leave."""
    if not view.sessions:
        st.caption("No session is in the request yet.")
        return
    order = _order(actor, view)
    key = f"{_CHOSEN}.{view.row.id}"
    if st.session_state.get(key) not in order:
        st.session_state[key] = order[0]
    _progress(view)
    chosen, next_one = st.columns([7, 3], vertical_alignment="bottom")
    session_id = chosen.selectbox(
        "Session",
        order,
        format_func=_names(view).__getitem__,
        key=key,
        help="In an order drawn at random for you, so that the first ones are a fair sample.",
    )
    next_one.button(
        "Next one not opened",
        on_click=_go_on,
        args=(key, order, view.opened),
        disabled=all(each in view.opened for each in order),
        width="stretch",
    )
    try:
        shown = _open(actor, view, session_id)
    except (Refused, BadInput) as error:
        st.error(str(error))
        return
    _draw(view, shown)


def _open(actor: Actor, view: ShareView, session_id: UUID) -> OutgoingView:
    """Read the session; the first time in this tab and round, the opening goes on record."""
    this = (view.row.id, view.row.round, session_id)
    first = st.session_state.get(_RECORDED) != this
    shown = requests.open_session(
        installation.current(), actor, view.row.id, session_id, record=first
    )
    st.session_state[_RECORDED] = this
    return shown


def _go_on(key: str, order: list[UUID], opened: frozenset[UUID]) -> None:
    here = st.session_state.get(key)
    left = [each for each in order if each not in opened and each != here]
    if left:
        st.session_state[key] = left[0]


def _progress(view: ShareView) -> None:
    if view.row.state not in BOUND_TO_ITS_DIGEST or not view.may_vote:
        return
    total = len(view.sessions)
    st.progress(
        len(view.opened) / total,
        text=f"You have opened {len(view.opened):,} of {words.plural(total, 'session')}; "
        "your vote will say so.",
    )


def _draw(view: ShareView, shown: OutgoingView) -> None:
    made = shown.assembled
    if view.row.state in BOUND_TO_ITS_DIGEST and not shown.is_what_was_frozen:
        st.error("This is not what was submitted: the request cannot leave as it is.")
    st.caption(
        f"Session {shown.number} leaves as {made.pseudonym} · {made.frozen.rule}: "
        f"{made.judgement.decision.reason}"
    )
    words_side, replaced = st.columns([7, 3])
    with words_side:
        draw_outgoing(made.turns, made.runs)
    with replaced:
        st.markdown("**Stands in place of something**")
        found = replacements(made.runs)
        if found:
            draw_table(
                [
                    Column("Instead", [each[0] for each in found]),
                    Column("Times", [f"{each[1]:,}" for each in found], number=True),
                    Column("Turns", [f"{each[2]:,}" for each in found], number=True),
                ]
            )
        else:
            st.caption("Nothing was replaced in this session.")
        st.caption("The leak check passed: nothing that was removed stands elsewhere in it.")
    with st.expander(f"The very bytes ({len(made.line):,} of them)"):
        st.code(made.line.decode(), language=None, wrap_lines=True)
        st.caption(f"SHA-256 {made.frozen.line_digest.hex()}")


def _names(view: ShareView) -> dict[UUID, str]:
    return {
        each.session_id: (each.pseudonym or f"Session {view.numbers.get(each.session_id, '')}")
        + (" · opened" if each.session_id in view.opened else "")
        for each in view.sessions
    }


def _order(actor: Actor, view: ShareView) -> list[UUID]:
    """The sessions in an order of the actor's own: the same each time, and by chance."""
    seed = f"{view.row.id}:{view.row.round}:{actor.staff_id}:"

    def drawn(session_id: UUID) -> bytes:
        return hashlib.sha256((seed + str(session_id)).encode()).digest()

    return sorted((each.session_id for each in view.sessions), key=drawn)
