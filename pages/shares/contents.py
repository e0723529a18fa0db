"""What would leave: session by session, byte for byte, with what was replaced beside it."""

from __future__ import annotations

from uuid import UUID

import streamlit as st

from components import words
from components.outgoing import draw_outgoing, replacements
from components.plain_table import Column, draw_table
from components.typed import as_typed
from domain.errors import BadInput, Refused
from domain.permissions import Actor
from domain.shares.lifecycle import BOUND_TO_ITS_DIGEST
from domain.shares.sampling import enough_to_open, most_left
from pages.shares.risk import draw_standout
from services import installation
from services.shares import desk, requests, voting
from services.shares.desk import Lot
from services.shares.requests import OutgoingView, ShareView

_RECORDED = "share.session.recorded"
#: Fewer sessions than this are read whole; a sample of them saves nothing.
_WORTH_A_SAMPLE = 40
#: Pixels of a session's words that are before the eyes at once.
_WINDOW = 640


def draw_contents(actor: Actor, view: ShareView) -> None:
    """Draw where one stands among the sessions, and the one that stands there."""
    try:
        lot = desk.lot(installation.current(), actor, view.row.id, _place(view))
    except Refused as error:
        st.error(as_typed(str(error)))
        return
    if lot is None:
        st.caption("No session is in the request yet.")
        return
    # Sessions were taken out meanwhile: the nearest place there is.
    st.session_state[_key(view)] = lot.here.place
    _progress(view, lot)
    _steps(actor, view, lot)
    try:
        shown = _open(actor, view, lot.here.session_id)
    except (Refused, BadInput) as error:
        st.error(as_typed(str(error)))
        return
    _draw(view, lot, shown)
    _say(actor, view, lot)


def _place(view: ShareView) -> int:
    return int(st.session_state.setdefault(_key(view), 1))


def _key(view: ShareView) -> str:
    # By round: submitted anew, the order is another.
    return f"share.place.{view.row.id}.{view.row.round}"


def _open(actor: Actor, view: ShareView, session_id: UUID) -> OutgoingView:
    """Read the session; the first time in this tab and round, the opening goes on record."""
    this = (view.row.id, view.row.round, session_id)
    first = st.session_state.get(_RECORDED) != this
    shown = requests.open_session(
        installation.current(), actor, view.row.id, session_id, record=first
    )
    st.session_state[_RECORDED] = this
    return shown


def _progress(view: ShareView, lot: Lot) -> None:
    if view.row.state not in BOUND_TO_ITS_DIGEST or not view.may_vote:
        return
    opened = lot.opened + (not lot.here.opened)
    st.progress(
        opened / lot.total,
        text=f"You have opened {opened:,} of {words.plural(lot.total, 'session')}; "
        "your vote will say so.",
    )
    if lot.total < _WORTH_A_SAMPLE:
        return
    enough = enough_to_open(lot.total)
    if opened < enough:
        st.caption(
            f"The order is drawn by lot for you, so the first ones are a fair sample: after "
            f"{enough:,} without a problem, one session in twenty at most has one (95 % sure)."
        )
    else:
        st.caption(
            f"A fair sample, when you went in this order: with no problem in {opened:,}, at most "
            f"{most_left(lot.total, opened):,} of the {lot.total:,} have one (95 % sure)."
        )


def _steps(actor: Actor, view: ShareView, lot: Lot) -> None:
    """One step back, one on, to the next unopened, to any place, to any name."""
    key = _key(view)
    back, on, unopened, place, name = st.columns([2, 2, 3, 2, 3], vertical_alignment="bottom")
    back.button(
        "Previous",
        icon=":material/arrow_back:",
        shortcut="K",
        on_click=_go,
        args=(key, lot.here.place - 1),
        disabled=lot.here.place == 1,
        width="stretch",
    )
    on.button(
        "Next",
        icon=":material/arrow_forward:",
        icon_position="right",
        shortcut="J",
        on_click=_go,
        args=(key, lot.here.place + 1),
        disabled=lot.here.place == lot.total,
        width="stretch",
    )
    unopened.button(
        "Next one not opened",
        shortcut="N",
        on_click=_go,
        args=(key, lot.next_unopened),
        disabled=lot.next_unopened is None,
        width="stretch",
    )
    place.number_input(f"Place, of {lot.total:,}", 1, lot.total, step=1, key=key)
    name.text_input(
        "Find by name",
        placeholder="S-0123456789ab",
        key=f"{key}.name",
        on_change=_find,
        args=(actor, view, key),
    )
    missing = st.session_state.pop(f"{key}.missing", None)
    if missing:
        st.warning(f"No session of this request is called {as_typed(missing)}.")


def _go(key: str, place: int | None) -> None:
    if place is not None:
        st.session_state[key] = place


def _find(actor: Actor, view: ShareView, key: str) -> None:
    wanted = str(st.session_state.get(f"{key}.name", "")).strip()
    if not wanted:
        return
    found = desk.place_of(installation.current(), actor, view.row.id, wanted)
    if found is None:
        st.session_state[f"{key}.missing"] = wanted
    _go(key, found)


def _draw(view: ShareView, lot: Lot, shown: OutgoingView) -> None:
    made = shown.assembled
    if view.row.state in BOUND_TO_ITS_DIGEST and not shown.is_what_was_frozen:
        st.error("This is not what was submitted: the request cannot leave as it is.")
    leaves = f"leaves as **{lot.here.pseudonym}**" if lot.here.pseudonym else "as it would leave"
    before = " · you opened it before" if lot.here.opened else ""
    st.markdown(
        f"Session {shown.number:,} {leaves}{before}  \n"
        f":gray[{made.frozen.rule}: {made.judgement.decision.reason}]"
    )
    words_side, beside = st.columns([7, 3], gap="large")
    # A window of its own for each session: the steps stay in reach, and the next one begins at
    # its first turn however far this one was read.
    key = f"share.words.{lot.here.session_id}"
    with words_side.container(height=_WINDOW, border=False, key=key):
        draw_outgoing(made.turns, made.runs)
    with beside.container(height=_WINDOW, border=False, key=f"{key}.beside"):
        _beside(shown)
    with st.expander(f"The very bytes ({len(made.line):,} of them)"):
        st.code(made.line.decode(), language=None, wrap_lines=True)
        st.caption(f"SHA-256 {made.frozen.line_digest.hex()}")


def _beside(shown: OutgoingView) -> None:
    if shown.stands_out is not None:
        st.markdown("**Few resemble this participant**")
        draw_standout(shown.stands_out)
    st.markdown("**Stands in place of something**")
    found = replacements(shown.assembled.runs)
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


def _say(actor: Actor, view: ShareView, lot: Lot) -> None:
    with (
        st.expander("Say something about this session", icon=":material/chat_bubble:"),
        st.form(f"share.comment.{lot.here.session_id}", clear_on_submit=True, border=False),
    ):
        which, what = st.columns([2, 8])
        turn = which.number_input("Turn", min_value=1, value=None, step=1, placeholder="All of it")
        said = what.text_input("Comment", placeholder="Everybody who sees this request reads it.")
        if not st.form_submit_button("Say it"):
            return
    try:
        voting.comment(
            installation.current(),
            actor,
            view.row.id,
            said,
            session_id=lot.here.session_id,
            turn=None if turn is None else int(turn) - 1,
        )
    except (BadInput, Refused) as error:
        st.error(as_typed(str(error)))
        return
    st.toast("Said, beside votes and comments.")
