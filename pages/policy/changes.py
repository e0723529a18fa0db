"""Changing the policy: sessions by rule, proposals with what they would alter, who decided."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from components import words
from components.empty import draw_empty
from components.plain_table import Column, draw_table
from components.typed import as_typed
from domain.errors import BadInput, Refused
from domain.permissions import Actor
from domain.policy import Outcome, PolicyTable, Use
from domain.policy.standings import ASKED, RuleCount
from domain.vocabulary import PolicyVersion
from pages.front.visitor import require_visitor
from services import installation, policy_changes, policy_table
from services.policy_changes import Preview, ProposalRow


def page() -> None:
    """Draw what stands, what is proposed, and the forms."""
    actor = require_visitor()
    st.title("Policy changes")
    here = installation.current()
    try:
        table = policy_table.table_in_force(here, actor)
        proposals = policy_changes.proposals(here, actor)
        use = st.selectbox("Use", list(ASKED), index=2, format_func=_use)
        _counts(table, policy_changes.counts(here, actor, use))
    except Refused as refused:
        st.error(as_typed(str(refused)))
        return
    st.caption(f"In force: edition {as_typed(table.edition)}, digest {table.digest}.")
    st.subheader("Proposed")
    waiting = [each for each in proposals if each.decided_at is None]
    if not waiting:
        draw_empty(
            "Nothing is proposed",
            "One administrator proposes a change, another one looks at what it would alter and "
            "puts it in force.",
        )
    for each in waiting:
        _proposal(actor, each, use)
    _retention(actor, table)
    _document(actor)
    _history([each for each in proposals if each.decided_at is not None])


def _counts(table: PolicyTable, counts: Sequence[RuleCount]) -> None:
    if not counts:
        st.caption("There is no session yet.")
        return
    rules = {rule.id: rule for rule in table.rules}
    draw_table(
        [
            Column("Rule", [each.rule for each in counts], whole=True),
            Column("Answer", [each.outcome.value for each in counts], whole=True),
            Column("Sessions", [f"{each.sessions:,}" for each in counts], number=True),
            Column("Why", [rules[each.rule].reason for each in counts]),
            Column(
                "What settles it",
                [
                    rules[each.rule].remedy if each.outcome is Outcome.HOLD else "–"
                    for each in counts
                ],
            ),
        ]
    )


def _proposal(actor: Actor, each: ProposalRow, use: Use) -> None:
    with st.container(border=True):
        st.markdown(f"**{as_typed(each.proposer)}**, {words.moment(each.proposed_at)}")
        st.text(each.reason)
        for sentence in each.differences:
            st.markdown(f"- {sentence}")
        _preview(policy_changes.preview(installation.current(), actor, each.id, use), use)
        if each.proposed_by == actor.staff_id:
            st.caption("You proposed it, so another administrator decides.")
            return
        accept, reject, _rest = st.columns([3, 3, 6])
        if accept.button("Put in force", key=f"accept.{each.id}", type="primary"):
            _settle(actor, each, accept=True)
        if reject.button("Turn down", key=f"reject.{each.id}"):
            _settle(actor, each, accept=False)


def _preview(shown: Preview, use: Use) -> None:
    now = {(each.rule, each.outcome): each.sessions for each in shown.now}
    then = {(each.rule, each.outcome): each.sessions for each in shown.then}
    keys = [key for key in dict.fromkeys([*now, *then]) if now.get(key) != then.get(key)]
    if not keys:
        st.caption(f"For “{use.label}” it alters nothing that is here now.")
        return
    draw_table(
        [
            Column("Rule", [rule for rule, _ in keys], whole=True),
            Column("Answer", [outcome.value for _, outcome in keys], whole=True),
            Column("Sessions now", [f"{now.get(key, 0):,}" for key in keys], number=True),
            Column("Sessions then", [f"{then.get(key, 0):,}" for key in keys], number=True),
        ]
    )


def _settle(actor: Actor, each: ProposalRow, *, accept: bool) -> None:
    try:
        policy_changes.settle(installation.current(), actor, each.id, accept=accept)
    except (BadInput, Refused) as error:
        st.error(as_typed(str(error)))
        return
    st.toast("It is in force from now on." if accept else "It was turned down.")
    st.rerun()


def _retention(actor: Actor, table: PolicyTable) -> None:
    with (
        st.expander("Propose how long sessions are kept", icon=":material/event:"),
        st.form("policy.retention", border=False),
    ):
        left, right = st.columns(2)
        open_ = [n for n, each in enumerate(table.versions) if each.retention_years is None]
        version = left.selectbox(
            "Policy version",
            [each.id for each in table.versions],
            index=open_[0] if open_ else 0,
            format_func=_version,
        )
        years = right.number_input("Years", min_value=1, max_value=100, value=5, step=1)
        edition = left.text_input("Edition", value=f"{installation.current().now():%Y-%m-%d}")
        reason = right.text_input("Reason", placeholder="Who decided it, and where it is written")
        if not st.form_submit_button("Propose"):
            return
    try:
        policy_changes.propose_retention(
            installation.current(), actor, version, int(years), edition, reason
        )
    except (BadInput, Refused) as error:
        st.error(as_typed(str(error)))
        return
    st.toast("Proposed. Another administrator decides.")
    st.rerun()


def _document(actor: Actor) -> None:
    with (
        st.expander("Propose a whole table", icon=":material/upload_file:"),
        st.form("policy.document", border=False),
    ):
        offered = st.file_uploader("Policy document (JSON)", type=["json"])
        reason = st.text_input("Reason", key="policy.document.reason")
        if not st.form_submit_button("Propose"):
            return
    if offered is None:
        st.error("Choose a file first.")
        return
    try:
        document = policy_changes.read_document(offered.getvalue())
        policy_changes.propose(installation.current(), actor, document, reason)
    except (BadInput, Refused) as error:
        st.error(as_typed(str(error)))
        return
    st.toast("Proposed. Another administrator decides.")
    st.rerun()


def _history(decided: Sequence[ProposalRow]) -> None:
    if not decided:
        return
    st.subheader("Decided")
    draw_table(
        [
            Column("When", [words.moment(each.decided_at) for each in decided], whole=True),
            Column("What", [" ".join(each.differences) for each in decided]),
            Column("Why", [each.reason for each in decided]),
            Column("Proposed by", [each.proposer for each in decided]),
            Column("Decided by", [each.decider or "–" for each in decided]),
            Column(
                "Outcome",
                ["put in force" if each.accepted else "turned down" for each in decided],
                whole=True,
            ),
        ]
    )


def _use(use: Use) -> str:
    return use.label


def _version(version: PolicyVersion) -> str:
    return version.value
