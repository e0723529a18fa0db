"""Everything that runs, calm: figures, what was asked for, rounds, studies, people, workers."""

from __future__ import annotations

from datetime import datetime, timedelta

import streamlit as st

from components import words
from components.plain_table import Column, draw_table
from components.runs_panel import RunFigure, RunRow, draw_run_figures, draw_runs
from domain.operations.catalogue import doing
from domain.operations.lines import Line, State, asked_for, by_the_clock, late_snapshots
from domain.operations.report import Report, StudyWork, Waits, age

_MEGABYTE = 1_000_000
_TONES = {State.FAILS: "bad", State.WAITS: "wait"}
_NONE = "–"
_MINUTE = timedelta(minutes=1)


def draw_tables(report: Report) -> None:
    """Draw the whole of it, in the order in which one looks."""
    st.subheader("At a glance")
    draw_run_figures(_figures(report))
    st.subheader("What was asked for")
    draw_runs(
        "Work",
        ("Waiting", "In hand", "Oldest waits", "Last done", "Next due"),
        [_asked(each, report) for each in asked_for(report)],
    )
    st.subheader("What workers do by the clock")
    draw_runs(
        "Round",
        ("Would find", "Last done", "Next due"),
        [_clocked(each, report) for each in by_the_clock(report)],
    )
    _studies(report)
    _people(report)
    _workers(report)


def _figures(report: Report) -> list[RunFigure]:
    alive, silent = len(report.alive), len(report.silent)
    system = report.system
    review = sum(each.review for each in report.studies)
    oldest = [each.review_since for each in report.studies if each.review_since is not None]
    return [
        RunFigure(
            "Workers",
            f"{alive:,} running" if alive else "none running",
            f"{silent:,} went silent" if silent else "none went silent",
        ),
        RunFigure(
            "For the machine",
            words.plural(report.reading.waiting + report.reading.running, "session"),
            f"oldest for {age(report.reading.oldest, report.now)}"
            if report.reading.oldest
            else "all is read",
        ),
        RunFigure(
            "For review",
            words.plural(review, "session"),
            f"oldest for {age(min(oldest), report.now)}" if oldest else "nothing waits",
        ),
        RunFigure("Audit chain", *_chain(report)),
        RunFigure(
            "Database",
            f"{system.database_bytes / _MEGABYTE:,.0f} MB",
            f"schema {system.revision}, program {system.version}",
        ),
        RunFigure(
            "Policy in force",
            system.policy_edition,
            f"since {words.day(system.policy_since)}, digest {system.policy_digest[:8]}",
        ),
    ]


def _chain(report: Report) -> tuple[str, str]:
    """Whether it is whole, and how far that was looked at and signed for."""
    trail = report.trail
    if trail.signed is None or trail.signed_at is None:
        signed = "none signed for"
    else:
        signed = f"signed up to row {trail.signed:,}, {_ago(trail.signed_at, report)}"
    if trail.verified_at is None:
        return "never walked", f"{trail.head:,} rows, {signed}"
    walked = _ago(trail.verified_at, report)
    if trail.whole:
        return "whole", f"walked up to row {trail.rows:,}, {walked}; {signed}"
    at = "" if trail.broken_at is None else f" at row {trail.broken_at:,}"
    return f"broken{at}", f"walked {walked}; {signed}"


def _asked(line: Line, report: Report) -> RunRow:
    return RunRow(
        line.name,
        "off: no mail server" if line.state is State.OFF else line.state.value,
        _TONES.get(line.state, ""),
        (
            _count(line.waiting),
            _count(line.running),
            _for(line.oldest, report),
            _ago(line.last_done, report),
            _due(line.next_due, report),
        ),
    )


def _clocked(line: Line, report: Report) -> RunRow:
    return RunRow(
        line.name,
        "late" if line.state is State.WAITS else line.state.value,
        _TONES.get(line.state, ""),
        (_count(line.waiting), _ago(line.last_done, report), _due(line.next_due, report)),
    )


def _studies(report: Report) -> None:
    st.subheader("Queues and snapshots, study by study")
    rows = report.studies
    if not rows:
        st.caption("There is no study yet.")
        return
    late = late_snapshots(report)
    draw_table(
        [
            Column("Study", [each.title for each in rows]),
            Column(
                "For the machine · oldest",
                [_queued(each.unread, each.unread_since, report) for each in rows],
                number=True,
            ),
            Column("Failed", [_count(each.failed) for each in rows], number=True),
            Column(
                "For review · oldest",
                [_queued(each.review, each.review_since, report) for each in rows],
                number=True,
            ),
            Column(
                "Second reviews · oldest",
                [_queued(each.seconds, each.seconds_since, report) for each in rows],
                number=True,
            ),
            Column(
                "Last snapshot", [_snapshot(each, each.slug in late) for each in rows], number=True
            ),
        ]
    )


def _snapshot(study: StudyWork, late: bool) -> str:
    if study.snapshot is None:
        return "✕ overdue" if late else "none yet"
    day = words.date_in_full(study.snapshot)
    if late:
        return f"{day}, ✕ overdue"
    return day if study.shown else f"{day}, too few more people to show"


def _people(report: Report) -> None:
    st.subheader("What waits for people")
    held = report.people
    desks = sum(each.sessions for each in report.desks)
    waits: list[tuple[str, Waits, str]] = [
        (
            "Sessions on reviewers' desks",
            Waits(desks, min((each.since for each in report.desks), default=None)),
            "whoever has them",
        ),
        ("Sessions left on a desk when the lease ran out", Waits(report.desks_left), "reviewers"),
        ("Shares that wait for votes", held.votes, "approvers"),
        ("Open Trust & Safety cases", held.cases, "Trust & Safety"),
        ("Changes of the policy", held.proposals, "a second administrator"),
        ("Policy assignments", held.assignments, "a second administrator"),
        (
            "Recalls past their date",
            Waits(len(report.recalls), min((each.due_at for each in report.recalls), default=None)),
            "recipients, asked by administrators",
        ),
    ]
    draw_table(
        [
            Column("What", [what for what, _, _ in waits]),
            Column("For", [who for _, _, who in waits]),
            Column("Count", [_count(each.count) for _, each, _ in waits], number=True),
            Column("Oldest for", [_for(each.since, report) for _, each, _ in waits], number=True),
        ]
    )


def _workers(report: Report) -> None:
    st.subheader("Workers")
    if not report.workers:
        st.caption("None was seen in the last day.")
        return
    draw_runs(
        "Machine and process",
        ("For", "Has claimed", "Last answer", "Runs for", "Program"),
        [
            RunRow(
                each.name,
                "answers" if each.alive(report.now) else "silent",
                "" if each.alive(report.now) else "bad",
                (
                    _for(each.doing_since, report),
                    _count(each.sessions + each.jobs),
                    _ago(each.seen_at, report),
                    _for(each.started_at, report),
                    each.version,
                ),
                (doing(each.doing) or "waits for work",),
            )
            for each in report.workers
        ],
        ("At",),
    )


def _count(count: int) -> str:
    return f"{count:,}" if count else _NONE


def _queued(count: int, since: datetime | None, report: Report) -> str:
    return f"{count:,} · {_for(since, report)}" if count else _NONE


def _for(since: datetime | None, report: Report) -> str:
    return _NONE if since is None else age(since, report.now)


def _ago(moment: datetime | None, report: Report) -> str:
    if moment is None:
        return _NONE
    return "just now" if report.now - moment < _MINUTE else f"{age(moment, report.now)} ago"


def _due(moment: datetime | None, report: Report) -> str:
    if moment is None:
        return _NONE
    ahead = moment - report.now
    return "now" if ahead < _MINUTE else f"in {age(moment, report.now)}"
