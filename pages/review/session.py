"""One session: its de-identified words, what its participant chose, what may be done."""

from __future__ import annotations

from uuid import UUID

import streamlit as st

from components import words
from components.empty import draw_empty
from components.session_panels import (
    draw_chips,
    draw_engine_changes,
    draw_facts,
    draw_redactions,
    draw_uses,
)
from components.session_table import Chip
from components.transcript import draw_transcript
from components.typed import as_typed
from domain.erasure import ErasureReason
from domain.errors import BadInput, Refused
from domain.permissions import Act, Actor, may
from domain.policy import Outcome
from domain.vocabulary import Coverage, FlagState, Role
from pages.front.visitor import require_visitor
from pages.review.desk import draw_desk
from pages.review.jump import TABS, TRANSCRIPT, wanted
from pages.review.purpose import forget_purpose, state_purpose, stated_purpose
from pages.review.rows import consent_chips, state
from pages.review.who import draw_who
from pages.safety.case import open_case
from services import cases, installation, policy, sessions
from services.sessions import SessionView

_RECORDED = "session.recorded"
_TONES = {Outcome.ALLOW: "good", Outcome.HOLD: "wait", Outcome.DENY: "bad"}


def page() -> None:
    """Draw the session whose id the address names."""
    actor = require_visitor()
    try:
        session_id = UUID(st.query_params.get("id", ""))
    except ValueError:
        st.title("Session")
        draw_empty("No session is named", "Choose one from the list.", ("Sessions", "/sessions"))
        return
    try:
        view = _open(actor, session_id)
    except Refused as refused:
        st.title("Session")
        st.error(as_typed(str(refused)))
        return
    _head(view)
    readable = _readable(view)
    text, redactions, who, uses, facts = st.tabs(
        [
            TRANSCRIPT,
            f"Redactions ({len(view.findings)})",
            "Who could this be?",
            "What may be done",
            "Facts",
        ],
        key=TABS,
        on_change="rerun",
    )
    with text:
        if readable:
            _transcript(actor, view)
        elif actor.holds(Role.TRUST_SAFETY) and view.row.flag is FlagState.OPEN:
            _case(actor, view)
        if actor.holds(Role.TRUST_SAFETY):
            _way_to_case(actor, view)
    with redactions:
        if readable:
            _rerun(view)
            draw_redactions(view.findings)
            if not view.findings:
                st.caption("Nothing was found to redact.")
    with who:
        draw_who(view, may(actor, Act.REVIEW))
    with uses:
        _uses(actor, view)
    with facts:
        _facts(view)


def _open(actor: Actor, session_id: UUID) -> SessionView:
    """Read the session; the first time in this tab, the opening goes on record."""
    first = st.session_state.get(_RECORDED) != session_id
    view = sessions.open_session(installation.current(), actor, session_id, record=first)
    st.session_state[_RECORDED] = session_id
    return view


def _head(view: SessionView) -> None:
    row = view.row
    title, back, on = st.columns([8, 2, 2], vertical_alignment="bottom")
    title.title(f"Session {row.number}")
    title.caption(f"{row.pseudonym} · {row.study_title} · {words.day(row.completed_at)}")
    for column, label, other in (
        (back, "Newer session", view.newer),
        (on, "Older session", view.older),
    ):
        if column.button(label, disabled=other is None, key=label, width="stretch") and other:
            st.query_params["id"] = str(other)
            st.rerun()
    chips = [*consent_chips(row), Chip(state(row), "plain", "")]
    if row.coverage is Coverage.PATTERNS_ONLY:
        chips.append(
            Chip(
                "Patterns only",
                "wait",
                f"No model reads {words.language(row.language)}: patterns, account data and "
                "repetition were searched, so a person must read it whole.",
            )
        )
    draw_chips(chips)


def _readable(view: SessionView) -> bool:
    """Whether there are words to show; says why when not."""
    answer = view.reading
    if view.row.erased_at is not None and view.row.erasure_reason is not None:
        why = ErasureReason(view.row.erasure_reason).sentence
        st.info(
            f"What was said here was erased on {words.day(view.row.erased_at)}. {why} "
            f"[{answer.rule}]",
            icon=":material/delete_forever:",
        )
        return False
    if not answer.allowed:
        st.warning(f"**{answer.rule}** · {answer.reason} {answer.remedy}")
        return False
    if not view.turns:
        st.info(
            "The machine has not read this session yet, so no words are shown. It is in the queue."
            if view.row.coverage is Coverage.PENDING
            else "The machine failed on this session. Ask an administrator to run it again."
        )
        return False
    return True


def _transcript(actor: Actor, view: SessionView) -> None:
    purpose = stated_purpose(view.row.id)
    if purpose is not None and may(actor, Act.REVIEW):
        with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
            st.caption(f"Opened for: {as_typed(purpose)}", width="content")
            st.button("Close the original", on_click=forget_purpose, type="tertiary")
        draw_desk(view.row.id, purpose)
        return
    if wanted(view.row.id):
        st.info("Open the original below to generalise it at its place.", icon=":material/edit:")
    with st.popover("Review beside the original", icon=":material/visibility:"):
        _ask_purpose(view.row.id)
    draw_transcript(view.turns)


def _rerun(view: SessionView) -> None:
    """What the machine found otherwise than the last time; people's decisions stand."""
    if view.rerun is None:
        return
    changes = view.rerun.changes
    since = f"The machine read this session again since {words.day(view.rerun.before)}"
    if not changes:
        st.caption(f"{since} and found the same.")
        return
    st.info(
        f"{since}: {words.plural(len(changes.added), 'finding')} more, {len(changes.gone)} no "
        f"more, {len(changes.retyped)} of another type. What people decided stands.",
        icon=":material/difference:",
    )
    with st.expander("What changed"):
        draw_engine_changes(changes)


def _case(actor: Actor, view: SessionView) -> None:
    """Trust & Safety's reading within an open case: the original alone, for a purpose (R12)."""
    purpose = stated_purpose(view.row.id)
    if purpose is None:
        with st.popover("Read it within the case", icon=":material/gavel:"):
            _ask_purpose(view.row.id)
        return
    try:
        original = sessions.open_original(installation.current(), actor, view.row.id, purpose)
    except (BadInput, Refused) as error:
        forget_purpose()
        st.error(as_typed(str(error)))
        return
    st.caption(f"Opened for: {as_typed(purpose)}")
    st.button("Close the original", on_click=forget_purpose)
    draw_transcript(original.turns)


def _way_to_case(actor: Actor, view: SessionView) -> None:
    """Where Trust & Safety settles it, or opens a case on what was settled before."""
    if view.row.flag is FlagState.NONE:
        return
    held = cases.of_session(installation.current(), actor, view.row.id)
    if held:
        st.link_button("Go to its case", f"/case?id={held[0].id}", icon=":material/shield:")
    if view.row.flag is not FlagState.OPEN and st.button("Open a case"):
        open_case(actor, view.row.id)


def _ask_purpose(session_id: UUID) -> None:
    with st.form("purpose", border=False):
        stated = st.text_input(
            "What do you need the original for?",
            placeholder="for example: check the redactions before a share",
        )
        st.caption("Your purpose is recorded with your name in the audit trail.")
        if st.form_submit_button("Open the original", type="primary"):
            state_purpose(session_id, stated.strip())
            st.rerun()


def _uses(actor: Actor, view: SessionView) -> None:
    now = installation.current().now()
    draw_uses(
        [
            (
                use.label,
                Chip(answer.outcome.value, _TONES[answer.outcome], ""),
                f"{answer.rule} · {answer.clause}",
                " ".join(
                    (
                        answer.reason,
                        answer.remedy,
                        "Needs " + ", ".join(need.label for need in answer.requirements) + "."
                        if answer.requirements
                        else "",
                    )
                ).strip(),
            )
            for use, answer in policy.every_use(view.table, actor, view.row, now)
        ]
    )


def _facts(view: SessionView) -> None:
    row = view.row
    draw_facts(
        [
            ("Participant", row.pseudonym),
            ("Study", row.study_title),
            ("Started", words.moment(row.started_at)),
            (
                "Completed",
                words.moment(row.completed_at)
                if row.completion_is_stated
                else f"{words.day(row.completed_at)} or later (the study's window stands in)",
            ),
            ("Policy version", row.policy_version),
            ("Language", words.language(row.language)),
            ("Memory", "on" if row.memory_on else "off"),
            (
                "Length",
                f"{words.plural(row.turn_count, 'turn')}, {words.plural(row.word_count, 'word')}",
            ),
            ("Consent version", str(row.consent_version)),
        ]
    )
    if view.consents:
        st.markdown("#### How the choices came about")
        draw_facts(
            [
                (
                    words.moment(event.at),
                    f"{words.SCOPES[event.scope]}: {words.CHOICES[event.choice]}",
                )
                for event in view.consents
            ]
        )
