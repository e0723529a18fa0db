"""The operations page: what does not run and the way out, then everything that does."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from components import words
from components.plain_table import Column, draw_table
from components.runs_panel import RunFigure, draw_finding, draw_run_figures, draw_well
from domain.errors import Refused
from domain.operations import Finding, Report, Weight, age, findings, queue_name
from domain.permissions import Actor
from pages.front.visitor import require_visitor
from services import installation, operations

_MEGABYTE = 1_000_000


def page() -> None:
    """Draw how the desk runs now."""
    actor = require_visitor()
    st.title("Operations")
    try:
        report = operations.report(installation.current(), actor)
    except Refused as refused:
        st.error(str(refused))
        return
    found = findings(report)
    problems = sum(each.weight is Weight.PROBLEM for each in found)
    if problems:
        st.error(
            f"{words.plural(problems, 'problem')} to see to, as of {words.clock(report.now)}.",
            icon=":material/error:",
        )
    else:
        draw_well(
            "Everything runs.",
            f"Queues move, workers are alive, the trail is signed; as of "
            f"{words.clock(report.now)}.",
        )
    for each in found:
        _finding(actor, each)
    _figures(report)
    _queues(report)
    _workers(report)
    _studies(report)
    _trail(actor, report)


def _finding(actor: Actor, finding: Finding) -> None:
    with st.container(border=True):
        text, way = st.columns([8, 2], vertical_alignment="center")
        with text:
            draw_finding(finding.weight is Weight.PROBLEM, finding.what, finding.remedy)
        if finding.place is not None:
            way.link_button("Open", finding.place, width="stretch")
        failure = finding.failure
        if failure is not None and way.button("Set aside", key=f"aside.{failure}", width="stretch"):
            operations.set_aside(installation.current(), actor, failure)
            st.rerun()


def _figures(report: Report) -> None:
    alive = len(report.alive)
    silent = len(report.workers) - alive
    waiting = sum(each.waiting for each in report.queues)
    unread = sum(each.waiting + each.claimed for each in report.studies)
    draw_run_figures(
        [
            RunFigure(
                "Workers",
                words.plural(alive, "is alive", "are alive") if alive else "none",
                f"{words.plural(silent, 'went', 'went')} silent today" if silent else "none silent",
            ),
            RunFigure("Jobs", f"{waiting:,} waiting", "imports, shares, publications"),
            RunFigure("To be read by the machine", f"{unread:,}", "sessions of all studies"),
            RunFigure(
                "Database",
                f"{report.database_bytes / _MEGABYTE:,.0f} MB",
                f"schema {report.revision}, as expected"
                if report.revision == report.expected_revision
                else f"schema {report.revision}, expected {report.expected_revision}",
            ),
            RunFigure(
                "Policy in force",
                report.policy_edition,
                f"since {words.day(report.policy_since)} · {report.policy_digest[:10]}",
            ),
        ]
    )


def _queues(report: Report) -> None:
    st.subheader("Queues")
    rows = report.every_queue
    draw_table(
        [
            Column("Work", [queue_name(each.kind) for each in rows]),
            Column("Waiting", [_count(each.waiting) for each in rows], number=True),
            Column("In hand", [_count(each.running) for each in rows], number=True),
            Column(
                "Oldest waits",
                ["–" if each.oldest is None else age(each.oldest, report.now) for each in rows],
                number=True,
            ),
            Column("Begun again", [_count(each.again) for each in rows], number=True),
            Column(
                "With a worker that is gone", [_count(each.lapsed) for each in rows], number=True
            ),
        ]
    )


def _workers(report: Report) -> None:
    st.subheader("Workers")
    if not report.workers:
        st.caption("None was seen in the last day.")
        return
    draw_table(
        [
            Column("Machine and process", [each.name for each in report.workers]),
            Column(
                "State",
                ["alive" if each.alive(report.now) else "silent" for each in report.workers],
                whole=True,
            ),
            Column("Last seen", [_ago(each.seen_at, report) for each in report.workers]),
            Column("Started", [words.moment(each.started_at) for each in report.workers]),
        ]
    )


def _studies(report: Report) -> None:
    st.subheader("Studies")
    if not report.studies:
        st.caption("There is no study yet.")
        return
    rows = report.studies
    draw_table(
        [
            Column("Study", [each.title for each in rows]),
            Column("Unread", [f"{each.waiting + each.claimed:,}" for each in rows], number=True),
            Column("Failed", [f"{each.failed:,}" for each in rows], number=True),
            Column(
                "Oldest unread came",
                ["–" if each.oldest is None else _ago(each.oldest, report) for each in rows],
                whole=True,
            ),
            Column(
                "Last snapshot",
                [
                    "none yet" if each.snapshot is None else words.date_in_full(each.snapshot)
                    for each in rows
                ],
                whole=True,
            ),
            Column(
                "Shown to leads",
                ["–" if each.snapshot is None else _shown(each.shown) for each in rows],
            ),
        ]
    )


def _trail(actor: Actor, report: Report) -> None:
    st.subheader("Audit trail")
    trail = report.trail
    signed = (
        "nothing is signed for"
        if trail.signed is None or trail.signed_at is None
        else f"signed up to row {trail.signed:,}, {_ago(trail.signed_at, report)}"
    )
    walked = (
        "never walked"
        if trail.verified_at is None
        else f"last walked {_ago(trail.verified_at, report)}, "
        + ("whole" if trail.whole else "and found broken")
    )
    st.markdown(f"{trail.head:,} rows; {signed}; {walked}.")
    running = any(each.kind == operations.VERIFY for each in report.queues)
    if st.button(
        "Let a worker walk the whole chain",
        icon=":material/link:",
        disabled=running,
        help="It takes some seconds for each hundred thousand rows, behind the page.",
    ):
        operations.ask_verification(installation.current(), actor)
        st.rerun()
    if running:
        _watch()


@st.fragment(run_every=2)
def _watch() -> None:
    """Say that the chain is being walked, and draw the page anew when it was."""
    report = operations.report(installation.current(), require_visitor())
    if not any(each.kind == operations.VERIFY for each in report.queues):
        st.rerun(scope="app")
        return
    st.caption("A worker walks it; what it finds is shown here.")


def _count(count: int) -> str:
    return f"{count:,}" if count else "–"


def _ago(moment: datetime, report: Report) -> str:
    return f"{age(moment, report.now)} ago"


def _shown(shown: bool) -> str:
    return "yes" if shown else "no: too few people more"
