"""Votes as far as one may see them, and what was said about the request."""

from __future__ import annotations

import streamlit as st

from components import words
from components.plain_table import Column, draw_table
from components.typed import as_typed
from domain.errors import BadInput, Refused
from domain.permissions import Actor
from services import installation
from services.shares import voting
from services.shares.requests import ShareView


def draw_talk(actor: Actor, view: ShareView) -> None:
    """Draw votes and comments, and the form for another comment."""
    if view.votes:
        draw_table(
            [
                Column("Approver", [vote.name for vote in view.votes]),
                Column("Vote", [vote.ballot.value for vote in view.votes], whole=True),
                Column(
                    "Opened",
                    [f"{vote.opened:,} of {vote.sessions:,}" for vote in view.votes],
                    whole=True,
                ),
                Column("Comment", [vote.comment or "–" for vote in view.votes]),
                Column("When", [words.moment(vote.at) for vote in view.votes], whole=True),
            ]
        )
    elif view.voters:
        st.caption("One vote is in. It is shown when both are.")
    else:
        st.caption("Nobody has voted in this round.")
    for each in view.comments:
        about = ""
        if each.session_id is not None:
            about = f" on {each.pseudonym or 'a session that is not in it now'}"
            about += "" if each.turn is None else f", turn {each.turn + 1}"
        with st.chat_message("user"):
            st.caption(f"{as_typed(each.name)}{about}, {words.moment(each.at)}")
            st.text(each.said)
    _say(actor, view)


def _say(actor: Actor, view: ShareView) -> None:
    with st.form("share.comment", clear_on_submit=True, border=False):
        said = st.text_area(
            "Comment on the whole request",
            placeholder="Everybody who sees this request reads it.",
            help="About one session or turn of it, say it beside that session.",
        )
        if not st.form_submit_button("Say it"):
            return
    try:
        voting.comment(installation.current(), actor, view.row.id, said)
    except (BadInput, Refused) as error:
        st.error(as_typed(str(error)))
        return
    st.rerun()
