"""Policy assignments: which policy governs sessions whose date leaves it open, by two people."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from components import words
from components.empty import draw_empty
from components.plain_table import Column, draw_table
from components.typed import as_typed
from domain.errors import BadInput, Refused
from domain.permissions import Actor
from domain.policy.assignments import Difference, Settlement
from domain.vocabulary import PolicyVersion
from pages.front.visitor import require_visitor
from services import assignments, installation
from services.assignments import AssignmentRow, Assignments, Meant, Preview, Waiting

_NAMED = 12
_TOLD = "assignments.told"


def page() -> None:
    """Draw what waits, the form of a proposal with what it would alter, and what was settled."""
    actor = require_visitor()
    st.title("Policy assignments")
    st.markdown(
        "A session completed in no policy's dates, or within hours of a change of policy, rests "
        "(R03, R04). One administrator proposes which policy governs it; another one confirms."
    )
    try:
        held = assignments.every(installation.current(), actor)
    except Refused as refused:
        st.error(as_typed(str(refused)))
        return
    told = st.session_state.pop(_TOLD, None)
    if told is not None:
        st.success(told)
    st.subheader("Waiting for a second administrator")
    if not held.waiting:
        draw_empty(
            "Nothing is proposed",
            "Sessions that wait for it are listed under “On hold”, rules R03 and R04.",
            ("On hold", "/holds?rule=R03"),
        )
    for each in held.waiting:
        _waiting(actor, each)
    _propose(actor, held)
    _settled(held.settled)


def _waiting(actor: Actor, each: Waiting) -> None:
    row = each.row
    with st.container(border=True):
        st.markdown(
            f"**{_what(row.version)} for {words.plural(row.sessions, 'session')}**  \n"
            f"{row.proposer}, {words.moment(row.proposed_at)}"
        )
        st.text(row.reason)
        _differences(each.differences)
        columns = st.columns([3, 3, 6])
        if each.mine:
            st.caption("You proposed it, so another administrator confirms or rejects it.")
            if columns[0].button("Withdraw", key=f"withdraw.{row.id}", width="stretch"):
                _settle(actor, row, Settlement.WITHDRAWN)
            return
        if columns[0].button("Confirm", key=f"confirm.{row.id}", type="primary", width="stretch"):
            _settle(actor, row, Settlement.CONFIRMED)
        if columns[1].button("Reject", key=f"reject.{row.id}", width="stretch"):
            _settle(actor, row, Settlement.REJECTED)


def _settle(actor: Actor, row: AssignmentRow, how: Settlement) -> None:
    try:
        assignments.settle(installation.current(), actor, row.id, how)
    except (BadInput, Refused) as error:
        st.error(as_typed(str(error)))
        return
    st.session_state[_TOLD] = (
        f"{words.plural(row.sessions, 'session')}: {_what(row.version).lower()}, from now on."
        if how is Settlement.CONFIRMED
        else f"The proposal is {how.value}; nothing was changed."
    )
    st.rerun()


def _propose(actor: Actor, held: Assignments) -> None:
    st.subheader("Propose")
    with st.container(border=True):
        meant = _meant(held)
        versions = [*(version.id for version in held.table.versions), PolicyVersion.NONE]
        version = st.selectbox(
            "What is to hold", versions, index=None, format_func=_what, placeholder="Choose"
        )
        if meant is None or version is None:
            st.caption("Choose the sessions and the policy to see what would change.")
            return
        try:
            shown = assignments.preview(installation.current(), actor, meant, version)
        except (BadInput, Refused) as error:
            st.warning(as_typed(str(error)))
            return
        _sessions(shown)
        _differences(shown.differences)
        with st.form("assignment.propose", border=False):
            reason = st.text_input(
                "Reason", placeholder="Why does that policy govern them, and where is it written?"
            )
            if not st.form_submit_button("Propose", type="primary"):
                return
    try:
        assignments.propose(
            installation.current(), actor, meant, version, reason, shown=shown.digest
        )
    except (BadInput, Refused) as error:
        st.error(as_typed(str(error)))
        return
    st.session_state[_TOLD] = "Proposed. Another administrator confirms or rejects it."
    st.rerun()


def _meant(held: Assignments) -> Meant | None:
    """Which sessions: all that wait in a study and a period, or some by their numbers."""
    how = st.radio("Which sessions", ["All that wait for it", "Some, by number"], horizontal=True)
    if how != "All that wait for it":
        typed = st.text_input("Session numbers", placeholder="for example: 12, 31")
        parts = typed.replace(",", " ").split()
        if not all(part.isascii() and part.isdigit() and len(part) <= 15 for part in parts):
            st.warning("Write the sessions' numbers with commas between, for example: 12, 31.")
            return None
        return Meant(numbers=tuple(map(int, parts))) if parts else None
    titles = {"": "All studies"} | dict(held.studies)
    slugs = list(titles)
    asked = st.query_params.get("study", "")
    study, since, until = st.columns(3)
    chosen = study.selectbox(
        "Study",
        slugs,
        index=slugs.index(asked) if asked in slugs else 0,
        format_func=lambda slug: titles[slug],
    )
    return Meant(
        study=chosen or None,
        completed_from=since.date_input("Completed from", value=None),
        completed_until=until.date_input("Completed until", value=None),
    )


def _sessions(shown: Preview) -> None:
    numbers = [str(each.number) for each in shown.sessions]
    more = f" and {len(numbers) - _NAMED:,} more" if len(numbers) > _NAMED else ""
    st.markdown(f"**{words.plural(len(numbers), 'session')}**: {', '.join(numbers[:_NAMED])}{more}")


def _differences(told: Sequence[Difference]) -> None:
    if not told:
        st.caption("No use would be answered otherwise.")
        return
    draw_table(
        [
            Column("Use", [each.use.label for each in told]),
            Column("Now", [f"{each.outcome} ({each.rule})" for each in told], whole=True),
            Column(
                "Then", [f"{each.outcome_then} ({each.rule_then})" for each in told], whole=True
            ),
            Column("Sessions", [f"{each.sessions:,}" for each in told], number=True),
        ]
    )


def _settled(rows: Sequence[AssignmentRow]) -> None:
    if not rows:
        return
    st.subheader("Settled")
    draw_table(
        [
            Column("When", [words.moment(each.decided_at) for each in rows], whole=True),
            Column("What", [_what(each.version) for each in rows]),
            Column("Sessions", [f"{each.sessions:,}" for each in rows], number=True),
            Column("Why", [each.reason for each in rows]),
            Column("Proposed by", [each.proposer for each in rows]),
            Column("Settled by", [each.decider or "–" for each in rows]),
            Column("Outcome", [str(each.outcome) for each in rows], whole=True),
        ]
    )


def _what(version: PolicyVersion) -> str:
    if version is PolicyVersion.NONE:
        return "Assignment taken back"
    return f"Policy {version.value} governs"
