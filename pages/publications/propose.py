"""Proposing a chart for publication: which, for whom, under what title, and what for."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import streamlit as st

from components import words
from components.empty import draw_empty
from components.typed import as_typed
from domain.errors import BadInput, Refused
from domain.permissions import Actor
from domain.publications.contents import Audience
from domain.publications.privacy import BUDGET, EPSILONS, said, within
from pages.front.visitor import require_visitor
from pages.publications import publication
from services import installation
from services.publications import proposing
from services.publications.proposing import Offered, Proposal

_EXACT, _WITH_NOISE = "Exact", "With noise"
_COUNTS = {
    _EXACT: "Small counts are withheld, and those from which one could be worked out.",
    _WITH_NOISE: (
        "Differential privacy: random noise in every count hides each participant, so that counts "
        "close to the chart's can be shown too. The noise is drawn once, and what it costs is "
        "spent for good, whatever becomes of the proposal."
    ),
}


def page() -> None:
    """Draw the form, for the study and chart that the address names."""
    actor = require_visitor()
    here = installation.current()
    st.title("Propose a chart for publication")
    try:
        known = {study.slug: study for study in proposing.studies(here, actor)}
    except Refused as refused:
        st.error(as_typed(str(refused)))
        return
    if not known:
        draw_empty(
            "You have no study to propose from",
            "An administrator gives leads a grant for a study, with a purpose and an end date.",
        )
        return
    asked = st.query_params.get("study", "")
    slug = st.selectbox(
        "Study",
        list(known),
        index=list(known).index(asked) if asked in known else 0,
        format_func=lambda each: known[each].title,
    )
    offered = proposing.offered(here, actor, known[slug])
    if offered is None or not offered.breakdowns:
        draw_empty(
            "Nothing of this study can be proposed",
            "There is no snapshot on which a count is shown yet. One is taken each week.",
            ("Participation", f"/metrics?study={slug}"),
        )
        return
    _form(actor, offered)


def _form(actor: Actor, offered: Offered) -> None:
    questions = {each.name: each.question for each in offered.breakdowns}
    asked = st.query_params.get("chart", "")
    breakdown = st.selectbox(
        "Chart",
        list(questions),
        index=list(questions).index(asked) if asked in questions else 0,
        format_func=questions.__getitem__,
    )
    st.caption(
        f"People who took part before {words.date_in_full(offered.counted_before)} are counted "
        "again, without those of whom an interview may not be counted outside. So the numbers can "
        "be lower than on your chart, and more of them withheld: a count too close to the chart's "
        "would tell of the few who are left out."
    )
    audience = st.radio(
        "For whom", list(Audience), format_func=_audience, horizontal=True, key="publish.audience"
    )
    if audience is None:
        return
    recipient_id, agreement_id = None, None
    if audience is Audience.THIRD_PARTY:
        receiver = _receiver(offered)
        if receiver is None:
            return
        recipient_id, agreement_id = receiver
    epsilon = _noise(offered)
    with st.form("publish", border=False):
        title = st.text_input(
            "Title over the figure",
            placeholder="What it shows, for somebody who knows nothing of the study",
            max_chars=90,
        )
        note = st.text_input(
            "Note under the figure",
            placeholder="What a reader should know; may stay empty",
            max_chars=200,
        )
        purpose = st.text_input(
            "Purpose", placeholder="What is it published for? The approvers read it."
        )
        if not st.form_submit_button("Propose it to two approvers", type="primary"):
            return
    _propose(
        actor,
        Proposal(
            offered.study.id,
            breakdown,
            audience,
            title,
            note,
            purpose,
            recipient_id,
            agreement_id,
            epsilon,
        ),
    )


def _noise(offered: Offered) -> Decimal | None:
    """How much noise the counts shall have, paid from the study's budget; None for exact ones."""
    kind = st.radio("Counts", list(_COUNTS), horizontal=True, key="publish.counts")
    st.caption(_COUNTS[kind or _EXACT])
    if kind != _WITH_NOISE:
        return None
    spent = BUDGET - offered.left
    st.progress(
        float(spent / BUDGET),
        f"Privacy budget of this study: {said(spent)} of {said(BUDGET)} spent, "
        f"{said(offered.left)} left",
    )
    return st.radio(
        "Epsilon: the smaller, the more noise",
        EPSILONS,
        index=1,
        format_func=lambda each: (
            f"{said(each)}: within {within(each)} people of the true count, 19 times out of 20"
        ),
        key="publish.epsilon",
    )


def _receiver(offered: Offered) -> tuple[UUID, UUID] | None:
    """Recipient and agreement, or None when there is nobody to choose."""
    if not offered.receivers:
        st.caption("No recipient has an agreement in force. Ask an administrator to record one.")
        return None
    held = {each.agreement_id: each for each in offered.receivers}

    def name(agreement_id: UUID) -> str:
        each = held[agreement_id]
        return (
            f"{each.name}, {each.organisation}: {each.title}, version {each.version}, "
            f"until {words.day(each.expires_at)}"
        )

    chosen = st.selectbox("Recipient and agreement", list(held), format_func=name)
    return held[chosen].recipient_id, chosen


def _propose(actor: Actor, proposal: Proposal) -> None:
    try:
        publication_id, _number = proposing.propose(installation.current(), actor, proposal)
    except (BadInput, Refused) as error:
        st.error(as_typed(str(error)))
        return
    st.switch_page(
        st.Page(publication.page, title="Publication", url_path="publication"),
        query_params={"id": str(publication_id)},
    )


def _audience(audience: Audience) -> str:
    return audience.label.capitalize()
