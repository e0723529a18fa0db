"""Erasure at a participant's request: look at what would go, then confirm it in words."""

from __future__ import annotations

import streamlit as st

from components import words
from components.plain_table import Column, draw_table
from components.typed import as_typed
from domain.erasure import check_no_open_case, confirmation
from domain.errors import BadInput, Refused
from domain.permissions import Actor
from pages.admin.session_numbers import session_numbers
from pages.admin.touched import draw_touched
from pages.front.visitor import require_visitor
from services import erasure, installation
from services.erasure import Erased

_MEANT = "erasure.meant"
_DONE = "erasure.done"
_ROUND = "erasure.round"


def page() -> None:
    """Draw the two steps."""
    actor = require_visitor()
    st.title("Erasure")
    st.markdown(
        "What was said is deleted with everything found in it, decided on it or derived from it, "
        "and with it the account once no other session of the person is left. A tombstone stays: "
        "the session's number, when, and why. There is no way back; copies in backups go as the "
        "backups do."
    )
    _done()
    _ask()
    meant = st.session_state.get(_MEANT)
    if meant is not None:
        _confirm(actor, *meant)


def _ask() -> None:
    with st.form("erasure.look", width=720):
        # Once it is done the fields are others, and so empty.
        done = st.session_state.get(_ROUND, 0)
        numbers = st.text_input(
            "Session numbers", placeholder="for example: 12, 31", key=f"erasure.numbers.{done}"
        )
        whole_person = st.checkbox(
            "The whole person: every session of these participants, in every study",
            key=f"erasure.whole.{done}",
        )
        if not st.form_submit_button("See what would go"):
            return
    st.session_state.pop(_MEANT, None)
    try:
        st.session_state[_MEANT] = (session_numbers(numbers), whole_person)
    except BadInput as error:
        st.error(as_typed(str(error)))


def _confirm(actor: Actor, numbers: list[int], whole_person: bool) -> None:
    try:
        seen = erasure.preview(installation.current(), actor, numbers, whole_person=whole_person)
    except (BadInput, Refused) as error:
        st.error(as_typed(str(error)))
        return
    if not seen.open_:
        st.info("Those sessions are erased already.")
        return
    st.subheader(f"{words.plural(len(seen.open_), 'session')} would be erased")
    draw_table(
        [
            Column("Session", [str(each.number) for each in seen.open_], whole=True),
            Column("Study", [each.study_slug for each in seen.open_]),
            Column("Named", ["by you" if each.named else "same person" for each in seen.open_]),
            Column(
                "Further use",
                ["withdrawn" if each.withdrawn_at else "as chosen" for each in seen.open_],
            ),
            Column("Case", ["open" if each.case_open else "–" for each in seen.open_]),
        ]
    )
    if seen.others:
        st.caption(
            "The same people have also session "
            f"{', '.join(map(str, seen.others))}: they stay unless you mean the whole person."
        )
    draw_touched(seen.touched)
    try:
        check_no_open_case([each.number for each in seen.open_ if each.case_open])
    except Refused as refused:
        st.warning(as_typed(str(refused)))
        st.link_button("No further use", "/withdrawals")
        return
    with st.form("erasure.confirm", width=720):
        evidence = st.text_input(
            "Evidence", help="Where the request is kept, such as a ticket; no name or address."
        )
        reason = st.text_input("Reason", placeholder="What did the participant ask for?")
        words_typed = st.text_input(
            f"Type “{confirmation(len(seen.open_))}” to say that you mean it"
        )
        if not st.form_submit_button("Erase for good", type="primary"):
            return
    try:
        done = erasure.erase(
            installation.current(),
            actor,
            numbers=numbers,
            whole_person=whole_person,
            evidence=evidence,
            reason=reason,
            confirmation=words_typed,
        )
    except (BadInput, Refused) as error:
        st.error(as_typed(str(error)))
        return
    st.session_state.pop(_MEANT, None)
    st.session_state[_DONE] = done
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
    st.rerun()


def _done() -> None:
    done: Erased | None = st.session_state.pop(_DONE, None)
    if done is None:
        return
    st.success(f"Erased: session {', '.join(map(str, done.numbers))}.")
    draw_touched(done.touched)
