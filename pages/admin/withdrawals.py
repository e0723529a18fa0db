"""Withdrawals that reach us by hand: sessions, choices, date, evidence, reason."""

from __future__ import annotations

from datetime import UTC, datetime, time

import streamlit as st

from components import words
from components.plain_table import Column, draw_table
from domain.errors import BadInput, Refused
from domain.permissions import Actor
from domain.vocabulary import ConsentScope
from pages.front.visitor import require_visitor
from services import installation, withdrawals


def page() -> None:
    """Draw the form."""
    actor = require_visitor()
    st.title("Withdrawals")
    st.markdown(
        "What a participant takes back holds from the moment it is recorded: nothing that is not "
        "released yet may use the choice any more. Evidence and reason go to the audit trail."
    )
    _form(actor)


def _form(actor: Actor) -> None:
    now = installation.current().now()
    with st.form("withdraw", width=720):
        numbers = st.text_input("Session numbers", placeholder="for example: 12, 31")
        scopes = st.multiselect("Choices taken back", list(ConsentScope), format_func=_scope)
        said = st.date_input("The participant said so on", now.date(), max_value=now.date())
        evidence = st.text_input(
            "Evidence", help="Where the request is kept, such as a ticket; no name or address."
        )
        reason = st.text_input("Reason", placeholder="Why is it recorded by hand?")
        if st.form_submit_button("Record the withdrawal", type="primary"):
            # A day is over at its end: what was chosen earlier that day is taken back too.
            end = datetime.combine(said, time.max, UTC)
            try:
                meant = _numbers(numbers)
                held = withdrawals.withdraw(
                    installation.current(),
                    actor,
                    numbers=meant,
                    scopes=scopes,
                    at=min(end, now),
                    evidence=evidence,
                    reason=reason,
                )
            except (BadInput, Refused) as error:
                st.error(str(error))
            else:
                st.success(f"{words.plural(held, 'choice')} withdrawn, from now on.")
                _touched(actor, meant)


def _touched(actor: Actor, numbers: list[int]) -> None:
    """What holds one of the sessions: what was stopped by it, and what left before."""
    found = withdrawals.touched(installation.current(), actor, numbers)
    if not found:
        st.caption("No share request holds any of these sessions.")
        return
    draw_table(
        [
            Column("Session", [str(number) for number, _ in found], number=True),
            Column("Share", [str(each.share_number) for _, each in found], number=True),
            Column("Recipient", [each.recipient_name for _, each in found]),
            Column("Stands", [each.state for _, each in found], whole=True),
            Column("Left", [words.moment(each.released_at) for _, each in found], whole=True),
        ]
    )
    if any(each.released_at is not None for _, each in found):
        st.warning("Some of it left already. Recall those releases on the share's page.")


def _numbers(text: str) -> list[int]:
    parts = [part for part in text.replace(",", " ").split() if part]
    if not all(part.isascii() and part.isdigit() and len(part) <= 15 for part in parts):
        raise BadInput("Write the sessions' numbers with commas between, for example: 12, 31.")
    return [int(part) for part in parts]


def _scope(scope: ConsentScope) -> str:
    return words.SCOPES[scope]
