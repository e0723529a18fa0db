"""One publication: the figure and the numbers that would leave, who said what, what is next."""

from __future__ import annotations

from uuid import UUID

import streamlit as st

from components import words
from components.empty import draw_empty
from components.frozen_figure import draw_frozen_figure
from components.plain_table import Column, draw_table
from components.session_panels import draw_chips, draw_facts
from components.session_table import Chip
from components.typed import as_typed
from domain.errors import Refused
from domain.permissions import Actor
from domain.publications.contents import FIGURE_PNG, FIGURE_SVG, METHODS, NUMBERS
from domain.publications.lifecycle import FROZEN, PublicationState
from domain.publications.privacy import BUDGET, left, said, within
from pages.front.visitor import require_visitor
from pages.publications.lines import STATES, audience
from pages.publications.next_step import draw_next_step
from services import installation
from services.publications import reading
from services.publications.reading import PublicationView

_RECORDED = "publication.recorded"
_FILES = (
    (FIGURE_SVG, "Figure, SVG"),
    (FIGURE_PNG, "Figure, PNG"),
    (NUMBERS, "Numbers, CSV"),
    (METHODS, "Methods note"),
)


def page() -> None:
    """Draw the publication whose id the address names."""
    actor = require_visitor()
    try:
        publication_id = UUID(st.query_params.get("id", ""))
    except ValueError:
        st.title("Publication")
        draw_empty(
            "No publication is named",
            "Choose one from the list.",
            ("Publications", "/publications"),
        )
        return
    try:
        view = _open(actor, publication_id)
    except Refused as refused:
        st.title("Publication")
        st.error(as_typed(str(refused)))
        return
    _head(view)
    draw_next_step(actor, view)
    if view.row.state not in FROZEN:
        return
    figure, approved, votes = st.tabs(
        ["Figure and numbers", "What is approved", f"Votes ({view.voters} of 2)"]
    )
    with figure:
        _figure(view)
    with approved:
        _approved(view)
    with votes:
        _votes(view)


def _open(actor: Actor, publication_id: UUID) -> PublicationView:
    """Read it; the first time in this tab, the opening goes on record."""
    first = st.session_state.get(_RECORDED) != publication_id
    view = reading.view(installation.current(), actor, publication_id, record=first)
    st.session_state[_RECORDED] = publication_id
    return view


def _head(view: PublicationView) -> None:
    row = view.row
    st.title(f"Publication {row.number}")
    st.caption(
        f"From “{row.study_title}”, snapshot of {words.date_in_full(row.week)} · "
        f"for {audience(row)} · proposed by {row.proposer_name}"
    )
    # Text of a person's, as text.
    st.text(f"Purpose: {row.purpose}")
    state, tone, hint = STATES[row.state]
    chips = [Chip(state, tone, hint)]
    if row.state in (PublicationState.PROPOSED, PublicationState.DISPUTED):
        chips.append(Chip(f"{view.voters} of 2 votes in", "plain", ""))
    if row.state is PublicationState.APPROVED:
        chips.append(Chip(f"lapses {words.moment(row.lapses_at)}", "wait", ""))
    if row.state in FROZEN:
        if row.everybody is not None:
            people = f"{row.everybody:,} people"
            chips.append(Chip(people, "plain", "Distinct participants counted"))
        if row.epsilon is not None:
            chips.append(
                Chip(
                    f"noise, epsilon {said(row.epsilon)}",
                    "plain",
                    f"Within {within(row.epsilon)} of the true count, 19 times out of 20",
                )
            )
        chips.append(
            Chip(
                f"{view.withheld} of {len(view.cells)} counts withheld",
                "plain",
                "Small ones, and what would let one be worked out",
            )
        )
    draw_chips(chips)
    if row.state_reason:
        (st.error if row.state is PublicationState.REFUSED else st.warning)(row.state_reason)


def _figure(view: PublicationView) -> None:
    row = view.row

    def address(name: str) -> str:
        return f"/publication-file?id={row.id}&file={name}"

    draw_frozen_figure(
        address(FIGURE_PNG),
        "; ".join(
            f"{cell.label}: {'withheld' if cell.people is None else cell.people}"
            for cell in view.cells
        ),
        [(label, address(name)) for name, label in _FILES],
    )
    st.subheader("The numbers")
    _numbers(view)
    if row.epsilon is not None:
        _budget(view)
    with st.expander("Methods note, word for word"):
        st.code(view.methods, language=None, wrap_lines=True)


def _numbers(view: PublicationView) -> None:
    """Every count, those that are shown first; the file has them in their declared order."""
    cells = sorted(view.cells, key=lambda cell: cell.people is None)
    draw_table(
        [
            Column("Category", [cell.label for cell in cells]),
            Column(
                "People",
                ["–" if cell.people is None else f"{cell.people:,}" for cell in cells],
                number=True,
            ),
            Column("", [cell.why or "" for cell in cells]),
        ]
    )


def _budget(view: PublicationView) -> None:
    """What noise cost this study so far, publication by publication."""
    st.subheader("Privacy budget of the study")
    st.progress(
        float(view.spent / BUDGET),
        f"{said(view.spent)} of {said(BUDGET)} spent, {said(left(view.spent))} left",
    )
    parts = (f"{said(each.epsilon)} by publication {each.number}" for each in view.spendings)
    st.caption(f"Spent: {', '.join(parts)}. What is spent stays spent.")


def _approved(view: PublicationView) -> None:
    row = view.row
    receiver = (
        [
            ("Recipient", row.recipient_name or ""),
            ("Agreement", f"version {row.agreement_version}"),
        ]
        if row.recipient_id
        else []
    )
    draw_facts(
        [
            ("Title", row.title),
            ("Note", row.note or "none"),
            *receiver,
            ("Counted", words.moment(row.counted_at)),
            ("Noise", "none" if row.epsilon is None else f"epsilon {said(row.epsilon)}"),
            ("Rule", row.rule or ""),
            ("Policy table, SHA-256", row.policy_digest or ""),
            *(
                (f"{label}, SHA-256", view.file_digests[name].hex())
                for name, label in _FILES
                if name in view.file_digests
            ),
            (
                "What is voted on, SHA-256",
                "" if row.content_digest is None else row.content_digest.hex(),
            ),
        ]
    )


def _votes(view: PublicationView) -> None:
    if view.votes:
        draw_table(
            [
                Column("Approver", [vote.name for vote in view.votes]),
                Column("Vote", [vote.ballot.value for vote in view.votes], whole=True),
                Column("Comment", [vote.comment or "–" for vote in view.votes]),
                Column("When", [words.moment(vote.at) for vote in view.votes], whole=True),
            ]
        )
    elif view.voters:
        st.caption("One vote is in. It is shown when both are.")
    else:
        st.caption("Nobody has voted.")
