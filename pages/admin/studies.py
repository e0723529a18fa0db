"""The studies page: what studies there are, how far the machine is, adding one."""

from __future__ import annotations

import streamlit as st

from components import words
from components.empty import draw_empty
from components.plain_table import Column, draw_table
from components.typed import as_typed
from domain.errors import BadInput, Refused
from domain.permissions import Actor
from pages.front.visitor import require_visitor
from services import deidentification_progress, installation, studies
from services.deidentification_progress import Progress


def page() -> None:
    """Draw the studies page."""
    actor = require_visitor()
    st.title("Studies")
    _list()
    st.subheader("Add a study")
    _add(actor)


@st.fragment(run_every=5)
def _list() -> None:
    actor = require_visitor()
    known = studies.visible(installation.current(), actor)
    if not known:
        draw_empty("There is no study yet", "Add the first one below, then import transcripts.")
        return
    held = deidentification_progress.every(installation.current(), actor)
    progress = [held.get(study.id, Progress(0, 0, 0)) for study in known]
    draw_table(
        [
            Column("Study", [study.title for study in known]),
            Column("Name in addresses", [study.slug for study in known]),
            Column("Opens", [words.date_in_full(study.opens_on) for study in known]),
            Column("Closes", [words.date_in_full(study.closes_on) for study in known]),
            Column("Sessions", [f"{each.total:,}" for each in progress], number=True),
            Column("De-identified", [f"{each.done:,}" for each in progress], number=True),
            Column("Waiting", [f"{each.waiting:,}" for each in progress], number=True),
            Column("Failed", [f"{each.failed:,}" for each in progress], number=True),
            Column("Pace", [each.pace.words if each.waiting else "–" for each in progress]),
        ]
    )


def _add(actor: Actor) -> None:
    with st.form("study", clear_on_submit=False):
        left, right = st.columns(2)
        title = left.text_input("Title")
        slug = right.text_input("Name in addresses", placeholder="for example: making-things")
        opens_on = left.date_input("Opens on")
        closes_on = right.date_input("Closes on")
        if not st.form_submit_button("Add the study", type="primary"):
            return
    try:
        studies.add(
            installation.current(),
            actor,
            slug=slug.strip(),
            title=title,
            opens_on=opens_on,
            closes_on=closes_on,
        )
    except (BadInput, Refused) as error:
        st.error(as_typed(str(error)))
    else:
        st.rerun()
