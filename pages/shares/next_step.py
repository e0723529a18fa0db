"""The next step of a request, for whoever may take it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

import streamlit as st

from components import words
from components.typed import as_typed
from domain.errors import BadInput, ChangedMeanwhile, Refused
from domain.permissions import Act, Actor, may
from domain.shares.lifecycle import OPEN_TO_CHANGE, ShareState, ShareStep, steps_from
from domain.shares.recall import RecallReason
from domain.shares.votes import Ballot
from pages.front.visitor import require_visitor
from services import installation
from services.shares import composing, fetching, recalling, releasing, requests, submitting, voting
from services.shares.requests import RELEASE, SUBMIT, ShareView

_BALLOTS = {
    Ballot.APPROVE: "Approve",
    Ballot.RETURN: "Return to the requester",
    Ballot.REJECT: "Reject",
}


def draw_next_step(actor: Actor, view: ShareView) -> None:
    """Draw what the actor can do with the request as it stands."""
    state = view.row.state
    if view.is_mine and state in OPEN_TO_CHANGE:
        _submit(actor, view)
    if view.may_vote:
        _vote(actor, view)
    if state is ShareState.APPROVED:
        _release(actor, view)
    if state is ShareState.RELEASED:
        _package(actor, view)
        if may(actor, Act.RECALL_SHARE):
            _recall(actor, view)
    if view.recall is not None:
        _recalled(actor, view)
    if view.is_mine and ShareStep.WITHDRAW in steps_from(state) and state is not ShareState.DRAFT:
        _withdraw(actor, view)


def _submit(actor: Actor, view: ShareView) -> None:
    job = view.releasing
    if job is not None and job.is_open:
        _watch(str(view.row.id), view.row.state)
        return
    if job is not None and job.state == "failed" and job.kind == SUBMIT:
        st.error(job.message or "The sessions could not be checked; nothing was submitted.")
    go, drop, _rest = st.columns([3, 2, 5])
    if go.button(
        f"Submit {words.plural(view.row.sessions, 'session')} to two approvers",
        type="primary",
        disabled=not view.row.sessions,
        width="stretch",
    ):
        with st.spinner("Every session is checked for leaks and frozen …"):
            _do(lambda: submitting.ask(installation.current(), actor, view.row.id))
    if view.row.state is ShareState.DRAFT and drop.button("Discard", width="stretch"):
        _do(lambda: composing.withdraw(installation.current(), actor, view.row.id))


def _withdraw(actor: Actor, view: ShareView) -> None:
    with st.popover("Withdraw the request"):
        st.markdown("It is over then; its votes are void. You can begin another.")
        if st.button("Yes, withdraw it", key="share.withdraw"):
            _do(lambda: composing.withdraw(installation.current(), actor, view.row.id))


def _vote(actor: Actor, view: ShareView) -> None:
    mine = [vote for vote in view.votes if vote.staff_id == actor.staff_id]
    if mine and view.row.state is ShareState.SUBMITTED:
        st.success("Your vote is in. It is shown to others once the second approver has voted.")
        return
    disputed = view.row.state is ShareState.DISPUTED
    ballot_box = st.expander(
        "The two votes differ: look at the other one below and settle it"
        if disputed
        else "Your vote: nobody sees it before both are in",
        expanded=disputed,
        icon=":material/how_to_vote:",
        key=f"share.ballot.{view.row.id}.{view.row.round}.{view.row.state}",
        on_change="rerun",
    )
    if not ballot_box.open:
        return
    memory_on = requests.needs_memory_tick(installation.current(), actor, view.row.id)
    with ballot_box:
        with st.form("share.vote", border=False):
            ballot = st.radio(
                "Vote",
                list(Ballot),
                index=None,
                format_func=_BALLOTS.__getitem__,
                horizontal=True,
                label_visibility="collapsed",
            )
            memory = memory_on and st.checkbox(
                "Some of these sessions had memory on: they may contain facts from other chats."
            )
            comment = st.text_input("Comment", placeholder="Why? Needed unless you approve.")
            if not st.form_submit_button("Cast the vote", type="primary"):
                return
        if ballot is None:
            st.error("Choose one of the three.")
            return
        _do(
            lambda: voting.vote(
                installation.current(),
                actor,
                view.row.id,
                ballot,
                comment,
                memory_acknowledged=bool(memory),
            )
        )


def _release(actor: Actor, view: ShareView) -> None:
    voted = any(vote.staff_id == actor.staff_id for vote in view.votes)
    job = view.releasing
    if job is not None and job.is_open:
        _watch(str(view.row.id), view.row.state)
        return
    if job is not None and job.state == "failed" and job.kind == RELEASE:
        st.error(job.message or "The release failed; nothing left.")
    if not (view.is_mine or voted):
        return
    if st.button("Release it now", type="primary", key="share.release"):
        _do(lambda: releasing.ask(installation.current(), actor, view.row.id))


@st.fragment(run_every=1)
def _watch(share_id: str, state: ShareState) -> None:
    """Show how far the work behind the page is, and draw the request anew when it is done."""
    actor = require_visitor()
    row, job = requests.progress(installation.current(), actor, UUID(share_id))
    if row.state is not state or job is None or not job.is_open:
        st.rerun(scope="app")
        return
    total = job.total or row.sessions
    what = "Building the package" if job.kind == RELEASE else "Checking and freezing"
    st.progress(min(1.0, job.done / max(1, total)), text=f"{what}: {job.done:,} of {total:,}")


def _package(actor: Actor, view: ShareView) -> None:
    if view.release is None:
        return
    with st.container(border=True):
        st.markdown(
            f"**Released {words.moment(view.release.released_at)}**: "
            f"{words.plural(view.release.sessions, 'session')}, {view.release.size:,} bytes. "
            f"To be destroyed by {words.day(view.release.destroy_by)}."
        )
        st.caption(f"Package SHA-256 {view.release.package_digest.hex()}")
        for offer in view.offers:
            if offer.fetched_at is not None:
                st.caption(
                    f"Fetched by {offer.name}, {words.moment(offer.fetched_at)}"
                    + (f": {offer.reason}" if offer.reason else "")
                )
        voted = any(vote.staff_id == actor.staff_id for vote in view.votes)
        if view.is_mine or voted:
            _offer(actor, view)


def _offer(actor: Actor, view: ShareView) -> None:
    again = any(offer.fetched_at for offer in view.offers)
    reason = st.text_input("Why is it needed again?", key="share.again") if again else None
    if not st.button("Make a link to the package", key="share.offer"):
        return
    try:
        token = fetching.offer(installation.current(), actor, view.row.id, reason)
    except (BadInput, Refused) as error:
        st.error(as_typed(str(error)))
        return
    st.link_button("Fetch the package", f"/package?link={token}", type="primary")
    st.caption("For you alone, once, within 15 minutes. That you fetched it goes on record.")


def _recall(actor: Actor, view: ShareView) -> None:
    with st.expander("Call it back", icon=":material/undo:"), st.form("share.recall", border=False):
        reason = st.selectbox("Reason", list(RecallReason), format_func=_reason)
        now = installation.current().now()
        due = st.date_input("Destruction is to be attested by", (now + timedelta(days=14)).date())
        notice = st.text_area(
            "Notice to the recipient",
            placeholder="Please destroy every copy of the package and tell us when it is done.",
        )
        if st.form_submit_button("Recall the package") and reason is not None:
            _do(
                lambda: recalling.recall(
                    installation.current(),
                    actor,
                    view.row.id,
                    reason=reason,
                    notice=notice,
                    due_at=datetime.combine(due, time.max, UTC),
                )
            )


def _recalled(actor: Actor, view: ShareView) -> None:
    held = view.recall
    if held is None:
        return
    with st.container(border=True):
        st.markdown(
            f"**Called back {words.moment(held.recalled_at)}.** {held.reason.label}. "
            f"Due {words.moment(held.due_at)}."
        )
        st.text(held.notice)
        if held.attested_at is not None:
            st.success(
                f"Attested {words.moment(held.attested_at)}: {as_typed(held.attestation or '')}"
            )
            return
        if not may(actor, Act.RECALL_SHARE):
            return
        with st.form("share.attest", border=False):
            reference = st.text_input("Where is the recipient's attestation kept?")
            if st.form_submit_button("Record the attestation"):
                _do(lambda: recalling.attest(installation.current(), actor, view.row.id, reference))


def _reason(reason: RecallReason) -> str:
    return reason.label


def _do(step: Callable[[], object]) -> None:
    """Take a step and draw the request as it is then; a refusal is said in its place."""
    try:
        step()
    except (BadInput, Refused, ChangedMeanwhile) as error:
        st.error(as_typed(str(error)))
        return
    st.rerun()
