"""One case: what is known of its session, the reading within the case, the outcome."""

from __future__ import annotations

from uuid import UUID

import streamlit as st

from components import words
from components.case_table import CaseLine, draw_cases
from components.empty import draw_empty
from components.session_panels import draw_facts
from components.transcript import draw_transcript
from components.typed import as_typed
from domain.cases import CaseOutcome, CaseReason, reasons_for
from domain.errors import BadInput, Refused
from domain.permissions import Actor
from domain.vocabulary import FlagState
from pages.front.visitor import require_visitor
from pages.review.purpose import forget_purpose, state_purpose, stated_purpose
from services import cases, installation, sessions
from services.cases import CaseRow, CaseView

_TOLD = "case.told"


def page() -> None:
    """Draw the case whose id the address names."""
    actor = require_visitor()
    try:
        case_id = UUID(st.query_params.get("id", ""))
    except ValueError:
        st.title("Case")
        draw_empty("No case is named", "Choose one from the queue.", ("Cases", "/cases"))
        return
    try:
        view = cases.view(installation.current(), actor, case_id)
    except Refused as refused:
        st.title("Case")
        st.error(as_typed(str(refused)))
        return
    _head(view.case)
    if view.case.state is FlagState.OPEN:
        _reading(actor, view.case)
        _outcome(actor, view.case)
    else:
        _ended(actor, view)
    _others(view)


def _head(case: CaseRow) -> None:
    title, way = st.columns([9, 2], vertical_alignment="bottom")
    title.title(f"Case of session {case.session_number}")
    title.caption(f"{case.study_title} · opened {words.moment(case.opened_at)}")
    way.link_button("All cases", "/cases", width="stretch")
    told = st.session_state.pop(_TOLD, None)
    if told is not None:
        st.success(told)
    draw_facts(
        [
            ("Completed", words.day(case.completed_at)),
            ("Language", words.language(case.language)),
            ("Length", words.plural(case.word_count, "word")),
            ("Opened", "with an import" if case.opener is None else f"by {case.opener}"),
        ]
    )


def _reading(actor: Actor, case: CaseRow) -> None:
    """The original, for a stated purpose and while the case is open (R12)."""
    st.subheader("The session")
    purpose = stated_purpose(case.session_id)
    if purpose is None:
        with st.form("case.purpose", width=720):
            stated = st.text_input(
                "What do you need to find out?",
                placeholder="for example: see whether a threat was made",
            )
            st.caption("Your purpose is recorded with your name in the audit trail.")
            if st.form_submit_button("Read it within the case"):
                state_purpose(case.session_id, stated.strip())
                st.rerun()
        return
    try:
        original = sessions.open_original(installation.current(), actor, case.session_id, purpose)
    except (BadInput, Refused) as error:
        forget_purpose()
        st.error(as_typed(str(error)))
        return
    st.caption(f"Opened for: {as_typed(purpose)}")
    st.button("Close the original", on_click=forget_purpose)
    draw_transcript(original.turns)


def _outcome(actor: Actor, case: CaseRow) -> None:
    st.subheader("Outcome")
    with st.container(border=True, width=720):
        outcome = st.radio(
            "How does it end?",
            list(CaseOutcome),
            index=None,
            format_func=lambda each: each.value.capitalize(),
            horizontal=True,
            key=f"case.outcome.{case.id}",
        )
        if outcome is None:
            st.caption("Nothing of the session leaves until an outcome is recorded (R08).")
            return
        st.caption(outcome.effect)
        with st.form("case.close", border=False):
            reason = st.selectbox(
                "Why", list(reasons_for(outcome)), format_func=lambda each: each.label
            )
            note = st.text_area(
                "What you found",
                height=120,
                help="For those who look at the case later; no name and no address.",
            )
            if not st.form_submit_button("Record the outcome", type="primary"):
                return
    try:
        cases.close(installation.current(), actor, case.id, outcome, reason, note)
    except (BadInput, Refused) as error:
        st.error(as_typed(str(error)))
        return
    forget_purpose()
    st.session_state[_TOLD] = f"The case is {outcome.value}. {outcome.effect}"
    st.rerun()


def _ended(actor: Actor, view: CaseView) -> None:
    case = view.case
    st.subheader("Outcome")
    draw_facts(
        [
            ("Outcome", case.state.value.capitalize()),
            ("Why", "–" if case.reason is None else CaseReason(case.reason).label),
            ("What was found", case.note or "–"),
            ("Settled", f"{words.moment(case.closed_at)} by {case.closer or 'the import'}"),
        ]
    )
    if all(other.state is not FlagState.OPEN for other in view.others) and st.button(
        "Open a new case",
        help="The session is on hold again until the new case is settled.",
        icon=":material/restart_alt:",
    ):
        open_case(actor, case.session_id)


def open_case(actor: Actor, session_id: UUID) -> None:
    """Open a case on a session and go to it; a refusal is said."""
    try:
        opened = cases.begin(installation.current(), actor, session_id)
    except (BadInput, Refused) as error:
        st.error(as_typed(str(error)))
        return
    st.switch_page(st.Page(page, title="Case", url_path="case"), query_params={"id": str(opened)})


def _others(view: CaseView) -> None:
    if not view.others:
        return
    st.subheader("Other cases of this session")
    for is_open in (True, False):
        held = [each for each in view.others if (each.state is FlagState.OPEN) is is_open]
        if held:
            draw_cases([line_of(each) for each in held])


def line_of(case: CaseRow) -> CaseLine:
    """A case as a line of a table."""
    return CaseLine(
        address=f"/case?id={case.id}",
        name=f"Session {case.session_number}",
        study=case.study_title,
        language=words.language(case.language),
        words=case.word_count,
        opened=words.moment(case.opened_at),
        opener="with an import" if case.opener is None else f"by {case.opener}",
        outcome="" if case.closed_at is None else case.state.value,
        why="" if case.reason is None else CaseReason(case.reason).label,
        closed=""
        if case.closed_at is None
        else f"{words.moment(case.closed_at)} by {case.closer or 'the import'}",
    )
