"""Withdrawals that reach us by hand: of single choices, or of any further use."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import streamlit as st

from components import words
from components.typed import as_typed
from domain.errors import BadInput, Refused
from domain.permissions import Actor
from domain.vocabulary import ConsentScope
from pages.admin.session_numbers import session_numbers
from pages.admin.touched import draw_touched
from pages.front.visitor import require_visitor
from services import installation, withdrawals

_EVIDENCE = "Where the request is kept, such as a ticket; no name or address."


def page() -> None:
    """Draw the three forms."""
    actor = require_visitor()
    st.title("Withdrawals")
    st.markdown(
        "What a participant takes back holds from the moment it is recorded: nothing that is not "
        "released yet may use it any more. Evidence and reason go to the audit trail. To delete "
        "what was said, [erase](/erasure) it."
    )
    choices, everything, again = st.tabs(["Single choices", "No further use", "Allowed again"])
    with choices:
        _choices(actor)
    with everything:
        _everything(actor)
    with again:
        _again(actor)


def _choices(actor: Actor) -> None:
    now = installation.current().now()
    with st.form("withdraw", width=720):
        numbers = _numbers("withdraw")
        scopes = st.multiselect("Choices taken back", list(ConsentScope), format_func=_scope)
        at, evidence, reason = _on_record("withdraw", now)
        if not st.form_submit_button("Record the withdrawal", type="primary"):
            return
    try:
        meant = session_numbers(numbers)
        held = withdrawals.withdraw(
            installation.current(),
            actor,
            numbers=meant,
            scopes=scopes,
            at=at,
            evidence=evidence,
            reason=reason,
        )
    except (BadInput, Refused) as error:
        st.error(as_typed(str(error)))
        return
    st.success(f"{words.plural(held, 'choice')} withdrawn, from now on.")
    draw_touched(withdrawals.touched(installation.current(), actor, meant))


def _everything(actor: Actor) -> None:
    now = installation.current().now()
    with st.form("forbid", width=720):
        st.caption(
            "Nothing more may be done with these sessions, by anybody (R09). What was said "
            "stays stored. A participant who changes their mind is recorded under “Allowed again”."
        )
        numbers = _numbers("forbid")
        whole_person = st.checkbox(
            "Also every other session of the same participants", key="forbid.whole"
        )
        at, evidence, reason = _on_record("forbid", now)
        if not st.form_submit_button("Allow no further use"):
            return
    try:
        stopped = withdrawals.forbid_use(
            installation.current(),
            actor,
            numbers=session_numbers(numbers),
            at=at,
            evidence=evidence,
            reason=reason,
            whole_person=whole_person,
        )
    except (BadInput, Refused) as error:
        st.error(as_typed(str(error)))
        return
    st.success(f"No further use of session {', '.join(map(str, stopped))}, from now on.")
    draw_touched(withdrawals.touched(installation.current(), actor, stopped))


def _again(actor: Actor) -> None:
    now = installation.current().now()
    with st.form("again", width=720):
        st.caption(
            "For a participant who had allowed no further use and now says otherwise. It is one "
            "event more; nothing of what they said before is deleted, and single choices stand as "
            "they stood."
        )
        numbers = _numbers("again")
        at, evidence, reason = _on_record("again", now)
        if not st.form_submit_button("Allow further use again"):
            return
    try:
        allowed = withdrawals.allow_use_again(
            installation.current(),
            actor,
            numbers=session_numbers(numbers),
            at=at,
            evidence=evidence,
            reason=reason,
        )
    except (BadInput, Refused) as error:
        st.error(as_typed(str(error)))
        return
    st.success(f"Session {', '.join(map(str, allowed))} may be used as chosen, from now on.")


def _numbers(form: str) -> str:
    return st.text_input(
        "Session numbers", placeholder="for example: 12, 31", key=f"{form}.numbers"
    )


def _on_record(form: str, now: datetime) -> tuple[datetime, str, str]:
    """When the participant said so, where that is kept, and why it comes by hand."""
    said = st.date_input(
        "The participant said so on", now.date(), max_value=now.date(), key=f"{form}.said"
    )
    evidence = st.text_input("Evidence", help=_EVIDENCE, key=f"{form}.evidence")
    reason = st.text_input(
        "Reason", placeholder="Why is it recorded by hand?", key=f"{form}.reason"
    )
    return _end_of(said, now), evidence, reason


def _end_of(said: date, now: datetime) -> datetime:
    """A day is over at its end: what was chosen earlier that day is taken back too."""
    return min(datetime.combine(said, time.max, UTC), now)


def _scope(scope: ConsentScope) -> str:
    return words.SCOPES[scope]
