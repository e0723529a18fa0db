"""One share request: what would leave, to whom and why it may, who said what, what is next."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import streamlit as st

from components import words
from components.empty import draw_empty
from components.session_panels import draw_chips, draw_facts
from components.session_table import Chip
from components.typed import as_typed
from domain.errors import Refused
from domain.permissions import Actor
from domain.shares.lifecycle import OPEN_TO_CHANGE, ShareState
from pages.front.visitor import require_visitor
from pages.shares.composer import draw_composer
from pages.shares.contents import draw_contents
from pages.shares.lines import STATES
from pages.shares.next_step import draw_next_step
from pages.shares.risk import draw_risk, sentences
from pages.shares.talk import draw_talk
from services import installation
from services.shares import recipients, requests
from services.shares.requests import ShareView

_RECORDED = "share.recorded"


def page() -> None:
    """Draw the request whose id the address names."""
    actor = require_visitor()
    try:
        share_id = UUID(st.query_params.get("id", ""))
    except ValueError:
        st.title("Share")
        draw_empty("No request is named", "Choose one from the list.", ("Shares", "/shares"))
        return
    try:
        view = _open(actor, share_id)
    except Refused as refused:
        st.title("Share")
        st.error(as_typed(str(refused)))
        return
    _head(view)
    draw_next_step(actor, view)
    _tabs(actor, view)


def _tabs(actor: Actor, view: ShareView) -> None:
    """Draw what is chosen; what is not before anybody's eyes is not read."""
    drawn: dict[str, Callable[[Actor, ShareView], None]] = {}
    if view.is_mine and view.row.state in OPEN_TO_CHANGE:
        drawn["Choose sessions"] = draw_composer
    if view.risk is not None:
        drawn["What would leave"] = draw_contents
        drawn["Risk"] = draw_risk
    drawn["Terms"] = _terms
    drawn["Votes and comments"] = draw_talk
    tabs = st.tabs(list(drawn), key=f"share.tabs.{view.row.id}", on_change="rerun")
    for tab, draw in zip(tabs, drawn.values(), strict=True):
        if tab.open:
            with tab:
                draw(actor, view)


def _open(actor: Actor, share_id: UUID) -> ShareView:
    """Read the request; the first time in this tab, the opening goes on record."""
    first = st.session_state.get(_RECORDED) != share_id
    view = requests.view(installation.current(), actor, share_id, record=first)
    st.session_state[_RECORDED] = share_id
    return view


def _head(view: ShareView) -> None:
    row = view.row
    st.title(f"Share {row.number}")
    st.caption(
        as_typed(
            f"{words.plural(row.sessions, 'session')} of “{row.study_title}” for "
            f"{view.recipient.name}, {view.recipient.organisation} · asked by {row.requester_name}"
        )
    )
    st.markdown(f"**Purpose:** {as_typed(row.purpose)}")
    state, tone, hint = STATES[row.state]
    chips = [Chip(state, tone, hint)]
    if row.state in (ShareState.SUBMITTED, ShareState.DISPUTED):
        chips.append(Chip(f"{view.voters} of 2 votes in", "plain", ""))
    if row.state is ShareState.APPROVED:
        chips.append(Chip(f"lapses {words.moment(row.lapses_at)}", "wait", ""))
    if requests.expires_soon(view, installation.current().now()):
        chips.append(Chip(f"agreement ends {words.day(view.agreement.expires_at)}", "wait", ""))
    draw_chips(chips)
    if row.state_reason:
        st.warning(as_typed(row.state_reason))
    _risk(view)


def _risk(view: ShareView) -> None:
    said = sentences(view)
    if said:
        st.info("  \n".join(said), icon=":material/group:")


def _terms(actor: Actor, view: ShareView) -> None:
    recipient, agreement = view.recipient, view.agreement
    draw_facts(
        [
            ("Recipient", f"{recipient.name}, {recipient.organisation}"),
            ("Kind", recipient.kind.value),
            ("E-mail", recipient.email),
            ("Agreement", f"{agreement.title}, version {agreement.version}"),
            (
                "In force",
                f"{words.day(agreement.signed_at)} to {words.day(agreement.expires_at)}",
            ),
            ("Conditions", "; ".join(use.label for use in agreement.data_uses) or "none named"),
            ("Text, SHA-256", agreement.text_digest.hex()),
            (
                "Beside the responses",
                ", ".join(field.label for field in view.row.fields) or "nothing",
            ),
            (
                "What is voted on, SHA-256",
                view.row.content_digest.hex() if view.row.content_digest else "not submitted yet",
            ),
        ]
    )
    with st.expander("The agreement, word for word"):
        st.code(
            recipients.wording(installation.current(), actor, agreement.id),
            language=None,
            wrap_lines=True,
        )
    st.markdown("#### Earlier releases to this recipient")
    if not view.earlier:
        st.caption("None that you may see.")
    for each in view.earlier:
        st.markdown(
            f"[Share {each.number}](/share?id={each.id}): "
            f"{words.plural(each.sessions, 'session')}, {STATES[each.state][0]}"
        )
