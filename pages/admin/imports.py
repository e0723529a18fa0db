"""The imports page: offer files, watch them being read, see what was refused and why."""

from __future__ import annotations

from uuid import UUID

import streamlit as st

from components import words
from components.empty import draw_empty
from components.plain_table import Column, draw_table
from components.typed import as_typed
from domain.errors import BadInput, Refused
from domain.permissions import Actor
from pages.front.visitor import require_visitor
from services import import_jobs, installation, studies
from services.import_jobs import Offered

_TYPES = ["csv", "jsonl", "ndjson", "parquet"]
_STATES = {
    "running": "being read",
    "imported": "imported",
    "refused": "refused, nothing imported",
    "interrupted": "interrupted, nothing imported",
    "stopped": "stopped, nothing imported",
}


def page() -> None:
    """Draw the imports page."""
    actor = require_visitor()
    st.title("Imports")
    known = studies.visible(installation.current(), actor)
    if not known:
        draw_empty("There is no study yet", "Add one first.", ("Studies", "/studies"))
        return
    titles = {study.id: study.title for study in known}
    _offer(actor, titles)
    with st.expander("Choices alone, about sessions that are known"):
        _offer_choices(actor, titles)
    _watch()
    _past(actor)


def _offer(actor: Actor, titles: dict[UUID, str]) -> None:
    with st.form("offer", clear_on_submit=True):
        study_id = st.selectbox("Study", list(titles), format_func=lambda key: titles[key])
        left, middle, right = st.columns(3)
        transcripts = left.file_uploader("Transcripts", type=_TYPES)
        accounts = middle.file_uploader("Accounts (optional)", type=_TYPES)
        choices = right.file_uploader("Consent choices (optional)", type=_TYPES)
        leave_out = st.checkbox(
            "Import the sound rows even if others are refused",
            help="Otherwise one refused row means that nothing of the file is imported.",
        )
        if not st.form_submit_button("Import", type="primary"):
            return
    if transcripts is None:
        st.error("Choose a file of transcripts first.")
        return
    try:
        import_jobs.offer(
            installation.current(),
            actor,
            study_id=study_id,
            transcripts=Offered(transcripts.name, transcripts),
            accounts=None if accounts is None else Offered(accounts.name, accounts),
            choices=None if choices is None else Offered(choices.name, choices),
            leave_out_refused=leave_out,
        )
    except (BadInput, Refused) as error:
        st.error(as_typed(str(error)))
    else:
        st.toast("The file is in the queue.")


def _offer_choices(actor: Actor, titles: dict[UUID, str]) -> None:
    with st.form("offer.choices", clear_on_submit=True, border=False):
        study_id = st.selectbox(
            "Study", list(titles), format_func=titles.__getitem__, key="choices.study"
        )
        choices = st.file_uploader("Consent choices", type=_TYPES, key="choices.file")
        if not st.form_submit_button("Record the choices"):
            return
    if choices is None:
        st.error("Choose a file of choices first.")
        return
    try:
        import_jobs.offer_choices(
            installation.current(),
            actor,
            study_id=study_id,
            choices=Offered(choices.name, choices),
        )
    except (BadInput, Refused) as error:
        st.error(as_typed(str(error)))
    else:
        st.toast("The file is in the queue.")


@st.fragment(run_every=2)
def _watch() -> None:
    """The jobs of the page; redraws itself while one is open."""
    actor = require_visitor()
    jobs = import_jobs.recent_jobs(installation.current(), actor)
    if jobs and jobs[0].message and jobs[0].state not in ("waiting", "running"):
        st.caption(f"The last one offered here: {as_typed(jobs[0].message)}")
    for job in jobs:
        if job.state not in ("waiting", "running"):
            continue
        left, right = st.columns([9, 1], vertical_alignment="center")
        left.progress(
            min(job.done / job.total, 1.0) if job.total else 0.0,
            "Waits for a worker"
            if job.state == "waiting"
            else f"{job.done:,} of about {job.total or 0:,} rows read",
        )
        if job.stop_requested:
            right.caption("Stopping …")
        elif right.button("Stop", key=f"stop.{job.id}"):
            import_jobs.stop(installation.current(), actor, job.id)


def _past(actor: Actor) -> None:
    st.subheader("What was imported")
    batches = import_jobs.recent_batches(installation.current(), actor)
    if not batches:
        draw_empty(
            "Nothing was imported yet",
            "The README describes the two forms: the public one (transcript_id and text) and "
            "the full one with times, plan, account and choices.",
        )
        return
    draw_table(
        [
            Column("File", [batch.file_name for batch in batches]),
            Column("Study", [batch.study_slug for batch in batches]),
            Column("State", [_STATES[batch.state] for batch in batches]),
            Column("Rows read", [f"{batch.rows_read:,}" for batch in batches], number=True),
            Column("Imported", [f"{batch.imported:,}" for batch in batches], number=True),
            Column("Known", [f"{batch.skipped:,}" for batch in batches], number=True),
            Column("Refused", [f"{batch.refused:,}" for batch in batches], number=True),
            Column("By", [batch.started_by for batch in batches]),
            Column("When", [words.moment(batch.started_at) for batch in batches]),
        ]
    )
    refused = {
        batch.id: f"{batch.file_name} · {batch.refused:,} refused · "
        f"{words.moment(batch.started_at)}"
        for batch in batches
        if batch.refused
    }
    if not refused:
        return
    chosen = st.selectbox(
        "Refused rows of",
        list(refused),
        format_func=refused.__getitem__,
        index=None,
        placeholder="Choose an import",
    )
    if chosen is None:
        return
    rows = import_jobs.refusals(installation.current(), actor, chosen)
    draw_table(
        [
            Column("File", [row.file_name for row in rows]),
            Column("Row", [f"{row.row:,}" for row in rows], number=True),
            Column("Transcript", [row.transcript_id or "–" for row in rows]),
            Column("Rule", [row.rule for row in rows]),
            Column("Why, and what to do", [row.reason for row in rows]),
        ]
    )
