"""The next step of a publication, for whoever may take it."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import streamlit as st

from components import words
from components.typed import as_typed
from domain.errors import BadInput, Refused
from domain.permissions import Act, Actor, may
from domain.publications.lifecycle import WAITING, PublicationState
from domain.publications.votes import Ballot
from pages.front.visitor import require_visitor
from services import installation
from services.publications import reading, releasing, voting
from services.publications.reading import PublicationView

_BALLOTS = {Ballot.APPROVE: "Approve", Ballot.REJECT: "Reject"}


def draw_next_step(actor: Actor, view: PublicationView) -> None:
    """Draw what the actor can do with the publication as it stands."""
    state = view.row.state
    if state is PublicationState.PREPARING:
        _preparing(view)
    if view.may_vote:
        _vote(actor, view)
    if state is PublicationState.APPROVED:
        _publish(actor, view)
    if state is PublicationState.PUBLISHED:
        _package(view)
        if may(actor, Act.WITHDRAW_PUBLICATION):
            _withdraw(actor, view)
    if view.row.proposed_by == actor.staff_id and state in WAITING:
        _take_back(actor, view)
    if state in (PublicationState.REFUSED, PublicationState.STALE, PublicationState.EXPIRED):
        st.link_button("Propose another chart", "/publish", icon=":material/add_chart:")


def _preparing(view: PublicationView) -> None:
    if view.job is not None and view.job.state == "failed":
        st.error(view.job.message or "It could not be prepared.")
        return
    _watch(
        str(view.row.id),
        view.row.state,
        "Counting, protecting against all that was shown, and drawing. You can leave this page.",
    )


@st.fragment(run_every=1)
def _watch(publication_id: str, state: PublicationState, what: str) -> None:
    """Say what goes on behind the page, and draw it anew when that is over."""
    actor = require_visitor()
    now, job = reading.progress(installation.current(), actor, UUID(publication_id))
    if now is not state or job is None or not job.is_open:
        st.rerun(scope="app")
        return
    st.info(what, icon=":material/hourglass_top:")


def _vote(actor: Actor, view: PublicationView) -> None:
    mine = [vote for vote in view.votes if vote.staff_id == actor.staff_id]
    if mine and view.row.state is PublicationState.PROPOSED:
        st.success("Your vote is in. It is shown to others once the second approver has voted.")
        return
    disputed = view.row.state is PublicationState.DISPUTED
    with st.expander(
        "The two votes differ: look at the other one below and settle it"
        if disputed
        else "Your vote: nobody sees it before both are in",
        expanded=disputed,
        icon=":material/how_to_vote:",
    ):
        with st.form("publication.vote", border=False):
            ballot = st.radio(
                "Vote",
                list(Ballot),
                index=None,
                format_func=_BALLOTS.__getitem__,
                horizontal=True,
                label_visibility="collapsed",
            )
            comment = st.text_input("Comment", placeholder="Why? Needed unless you approve.")
            if not st.form_submit_button("Cast the vote", type="primary"):
                return
        if ballot is None:
            st.error("Choose one of the two.")
            return
        _do(lambda: voting.vote(installation.current(), actor, view.row.id, ballot, comment))


def _publish(actor: Actor, view: PublicationView) -> None:
    job = view.job
    if job is not None and job.is_open and job.kind == reading.PUBLISH:
        _watch(str(view.row.id), view.row.state, "Asking everything again, and signing.")
        return
    if job is not None and job.state == "failed" and job.kind == reading.PUBLISH:
        st.error(job.message or "It could not be published; nothing left.")
    if view.may_publish and st.button("Publish it now", type="primary", key="publication.publish"):
        _do(lambda: releasing.ask(installation.current(), actor, view.row.id))


def _package(view: PublicationView) -> None:
    if view.left is None:
        return
    with st.container(border=True):
        st.markdown(
            f"**Published {words.moment(view.left.published_at)}**: "
            f"{view.left.size:,} bytes, signed."
        )
        st.caption(f"Package SHA-256 {view.left.package_digest.hex()}")
        st.link_button(
            "Fetch the package",
            f"/publication-file?id={view.row.id}&file=package",
            type="primary",
            icon=":material/download:",
        )
        st.caption(
            "Figure, numbers, methods note and signed manifest. That you fetched it goes on "
            "record; whoever you hand it to verifies it with cli.py release verify."
        )


def _withdraw(actor: Actor, view: PublicationView) -> None:
    with (
        st.expander("Withdraw it", icon=":material/undo:"),
        st.form("publication.withdraw", border=False),
    ):
        reason = st.text_input(
            "Reason", placeholder="Why does it no longer stand? It stays on record."
        )
        if st.form_submit_button("Withdraw the publication"):
            _do(lambda: releasing.withdraw(installation.current(), actor, view.row.id, reason))


def _take_back(actor: Actor, view: PublicationView) -> None:
    with st.popover("Take it back"):
        st.markdown("It is over then; its votes are void. Its counts stay counted as shown.")
        if st.button("Yes, take it back", key="publication.take-back"):
            _do(lambda: releasing.take_back(installation.current(), actor, view.row.id))


def _do(step: Callable[[], object]) -> None:
    """Take a step and draw the publication as it is then; a refusal is said in its place."""
    try:
        step()
    except (BadInput, Refused) as error:
        st.error(as_typed(str(error)))
        return
    st.rerun()
