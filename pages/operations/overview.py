"""The operations page: what needs somebody and the way out, then everything that runs."""

from __future__ import annotations

from uuid import UUID

import streamlit as st

from components import words
from components.runs_panel import draw_finding, draw_well
from components.typed import as_typed
from domain.errors import BadInput, Refused
from domain.operations.finding import Deed, Finding, Weight
from domain.operations.findings import findings
from domain.operations.report import Report
from domain.permissions import Actor
from pages.front.visitor import require_visitor
from pages.operations.tables import draw_tables
from services import installation
from services.operations import reading, tending, walking

#: Notices shown before one asks for all of them.
_FEW = 5
_TOLD = "operations.told"
_ALL = "operations.all"


def page() -> None:
    """Draw how the desk runs now, and again every twenty seconds."""
    st.title("Operations")
    _now()


@st.fragment(run_every=20)
def _now() -> None:
    actor = require_visitor()
    try:
        report = reading.report(installation.current(), actor)
    except Refused as refused:
        st.error(as_typed(str(refused)))
        return
    if said := st.session_state.pop(_TOLD, None):
        st.toast(said)
    found = findings(report)
    problems = [each for each in found if each.weight is Weight.PROBLEM]
    notices = [each for each in found if each.weight is Weight.NOTICE]
    _head(report, len(problems))
    for place, each in enumerate(problems):
        _finding(each, f"problem.{place}")
    if notices:
        st.subheader("Worth a look")
        shown = notices if st.session_state.get(_ALL) else notices[:_FEW]
        for place, each in enumerate(shown):
            _finding(each, f"notice.{place}")
        if len(shown) < len(notices):
            st.button(f"Show all {len(notices)}", on_click=_show_all)
    draw_tables(report)


def _head(report: Report, problems: int) -> None:
    at = f"As of {words.clock(report.now)}."
    if problems:
        st.error(
            f"**{words.plural(problems, 'thing')} {'needs' if problems == 1 else 'need'} "
            f"somebody.** {at} Each with what to do next:",
            icon=":material/error:",
        )
    else:
        draw_well("Everything runs.", f"Nothing needs anybody. {at}")


def _finding(finding: Finding, key: str) -> None:
    with st.container(border=True):
        text, way = st.columns([7, 4], vertical_alignment="center")
        with text:
            draw_finding(finding.weight is Weight.PROBLEM, finding.what, finding.remedy)
        with way, st.container(horizontal=True, horizontal_alignment="right"):
            for deed in finding.deeds:
                st.button(
                    deed.value,
                    key=f"{key}.{deed.name}.{finding.subject}",
                    on_click=_do,
                    args=(deed, finding.subject),
                )
            if finding.place is not None:
                room = finding.place.split("?")[0].strip("/")
                st.link_button(f"Go to {room}", finding.place)


def _show_all() -> None:
    st.session_state[_ALL] = True


def _do(deed: Deed, subject: str) -> None:
    """Do it, in the name of who is there now, and say what became of it."""
    actor = require_visitor()
    try:
        st.session_state[_TOLD] = _done(actor, deed, subject)
    except (BadInput, Refused) as error:
        st.session_state[_TOLD] = str(error)


def _done(actor: Actor, deed: Deed, subject: str) -> str:
    here = installation.current()
    if deed is Deed.SET_ASIDE:
        tending.set_aside(here, actor, UUID(subject))
        return "Set aside. It stays in the list of jobs as what it is."
    if deed is Deed.ORDER_AGAIN:
        tending.order_again(here, actor, UUID(subject))
        return "In the queue again; a worker takes it up where it ended."
    if deed is Deed.READ_AGAIN:
        queued = tending.read_again(here, actor, UUID(subject))
        return f"{words.plural(queued, 'session')} in the queue again."
    if deed is Deed.LET_GO:
        held = tending.let_go(here, actor, subject)
        if held is None:
            return "Nothing to give back: it answers again, or somebody else did it."
        return f"Given back: {words.plural(held, 'piece')} of work. The worker is forgotten."
    walking.ask(here, actor)
    return "A worker walks the whole chain now; what it finds is shown here."
