"""The shares page: what waits for you, your own requests, the others; and a new request."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import streamlit as st

from components import words
from components.empty import draw_empty
from components.share_table import draw_shares
from components.typed import as_typed
from domain.errors import BadInput, Refused
from domain.permissions import Act, Actor, may
from domain.shares.contents import ShareField
from pages.front.visitor import require_visitor
from pages.shares import share
from pages.shares.lines import line
from services import installation
from services.shares import composing, recipients, requests
from services.shares.recipients import RecipientFile
from services.shares.requests import ShareRow


def page() -> None:
    """Draw the lists, and the form for those who may ask."""
    actor = require_visitor()
    st.title("Shares")
    try:
        held = requests.listed(installation.current(), actor)
    except Refused as refused:
        st.error(as_typed(str(refused)))
        return
    if may(actor, Act.REQUEST_SHARE):
        _new(actor)
    if not (held.waiting or held.own or held.others):
        draw_empty(
            "There is no request yet",
            "A reviewer with a grant asks to share confirmed sessions of a study; two approvers "
            "decide.",
        )
        return
    if may(actor, Act.VOTE_ON_SHARE):
        _section("Waits for your vote", held.waiting, "Nothing waits for your vote.")
    if may(actor, Act.REQUEST_SHARE):
        _section("Your requests", held.own, "You have not asked for a share yet.")
    if held.others:
        _section("Other requests", held.others, "")


def _section(title: str, rows: Sequence[ShareRow], nothing: str) -> None:
    st.subheader(title)
    if rows:
        draw_shares([line(row) for row in rows])
    else:
        st.caption(nothing)


def _new(actor: Actor) -> None:
    here = installation.current()
    with st.expander("Ask for a new share", icon=":material/add:"):
        studies = {each.id: each.title for each in composing.studies_to_share(here, actor)}
        files = {
            each.recipient.id: each for each in recipients.every(here, actor) if _receives(each)
        }
        if not studies:
            st.caption("You need a reviewer's grant for a study first. Ask an administrator.")
            return
        if not files:
            st.caption(
                "No recipient has an agreement in force. Ask an administrator to record one."
            )
            return
        left, right = st.columns(2)
        study_id = left.selectbox("Study", list(studies), format_func=studies.__getitem__)
        recipient_id = right.selectbox(
            "Recipient", list(files), format_func=lambda each: _name(files[each])
        )
        agreed = {
            each.id: f"{each.title}, version {each.version}, until {words.day(each.expires_at)}"
            for each in files[recipient_id].agreements
            if each.in_force(here.now())
        }
        agreement_id = left.selectbox("Agreement", list(agreed), format_func=agreed.__getitem__)
        fields = right.multiselect(
            "What leaves beside the responses",
            list(ShareField),
            format_func=_field,
            help="Ids, account data and exact times never leave (R49), so they are not on offer.",
        )
        purpose = st.text_input(
            "Purpose", placeholder="What will the recipient do with it? One sentence."
        )
        if st.button("Begin the request", type="primary"):
            _begin(actor, study_id, recipient_id, agreement_id, purpose, fields)


def _begin(
    actor: Actor,
    study_id: UUID,
    recipient_id: UUID,
    agreement_id: UUID,
    purpose: str,
    fields: Sequence[ShareField],
) -> None:
    try:
        share_id, _number = composing.begin(
            installation.current(),
            actor,
            study_id=study_id,
            recipient_id=recipient_id,
            agreement_id=agreement_id,
            purpose=purpose,
            fields=fields,
        )
    except (BadInput, Refused) as error:
        st.error(as_typed(str(error)))
        return
    st.switch_page(
        st.Page(share.page, title="Share", url_path="share"), query_params={"id": str(share_id)}
    )


def _receives(each: RecipientFile) -> bool:
    now = installation.current().now()
    return not each.recipient.blocked and any(held.in_force(now) for held in each.agreements)


def _name(each: RecipientFile) -> str:
    return f"{each.recipient.name}, {each.recipient.organisation} ({each.recipient.kind.value})"


def _field(field: ShareField) -> str:
    return field.label
